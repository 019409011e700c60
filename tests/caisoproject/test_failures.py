"""What is answered where something around us fails: problem documents, pages with a sentence."""

import errno
import logging
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.test import Client

from api import views
from caisoproject import failures
from caisoproject.failures import BUSY, NO_DATABASE, NO_ROOM
from caisoproject.postgresql import ALL_IN_USE

PAGES = ["/", "/alerts/", "/battery/"]
ANSWERS = ["/api/current", "/api/history/24"]


@pytest.fixture
def reader() -> Client:
    """A client who is answered, whatever happens."""
    return Client(raise_request_exception=False)


def failing(fault: Exception) -> Any:
    """An execute_wrapper: the database can't."""

    def execute(*_: object) -> None:
        raise fault

    return connection.execute_wrapper(execute)


def is_problem(answer: Any, status: int, sentence: str) -> bool:
    assert answer.headers["Content-Type"] == "application/problem+json"
    document = answer.json()
    assert document["status"] == answer.status_code
    return (answer.status_code, document["detail"]) == (status, sentence)


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        (OperationalError("connection refused"), NO_DATABASE),
        (InterfaceError("the connection is closed"), NO_DATABASE),
        (OperationalError(ALL_IN_USE), BUSY),
        (OperationalError("database or disk is full"), NO_ROOM),
        (OSError(errno.ENOSPC, "No space left on device"), NO_ROOM),
    ],
)
@pytest.mark.django_db
def test_a_database_that_is_away_and_a_full_disk_are_503_with_a_sentence_and_when_to_ask_again(
    reader: Client, fault: Exception, sentence: str, caplog: pytest.LogCaptureFixture
) -> None:
    with failing(fault):
        for address in ANSWERS:
            answer = reader.get(address)
            assert is_problem(answer, 503, sentence)
            assert answer.headers["Retry-After"] == "10"
        for address in PAGES[:2]:
            answer = reader.get(address)
            assert (answer.status_code, answer.headers["Retry-After"]) == (503, "10")
            assert sentence in answer.content.decode().replace("&#x27;", "'")
    assert [record.exc_info for record in caplog.records] == [None] * 4


@pytest.mark.parametrize(("free", "sentence"), [(4096, NO_ROOM), (2**30, NO_DATABASE)])
def test_a_database_that_cannot_make_its_files_is_a_full_disk_where_there_is_no_room(
    free: int, sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(failures.shutil, "disk_usage", lambda _: SimpleNamespace(free=free))
    assert failures.trouble(OperationalError("disk I/O error")) == sentence


@pytest.mark.django_db
def test_a_full_disk_beside_the_views_is_503_too(admin_client: Client) -> None:
    reader = Client(raise_request_exception=False)
    reader.cookies = admin_client.cookies
    with failing(OperationalError("database or disk is full")):
        assert reader.get("/admin/").status_code == 503


@pytest.mark.django_db
def test_a_fault_of_our_own_is_500_and_says_nothing_of_itself(
    reader: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fault(*_: object, **__: object) -> None:
        raise DatabaseError("secret")

    monkeypatch.setattr(views, "current_answer", fault)
    answer = reader.get("/api/current")
    assert is_problem(answer, 500, "The server could not answer; the reason is in its log.")
    assert "secret" in caplog.text


@pytest.mark.parametrize(
    ("method", "address", "status"),
    [
        ("GET", "/api/", 404),
        ("GET", "/api/nothing", 404),
        ("GET", "/api/v1/nothing/at/all", 404),
        ("POST", "/api/current", 405),
        ("DELETE", "/api/history/24", 405),
        ("GET", "/api/v1/rules/preview", 405),
        ("GET", "/api/v1/push/subscriptions", 405),
    ],
)
@pytest.mark.django_db
def test_every_failure_under_api_is_a_problem_document(
    reader: Client, method: str, address: str, status: int
) -> None:
    answer = reader.generic(method, address)
    assert is_problem(answer, status, answer.json()["detail"])
    assert ("Allow" in answer.headers) is (status == 405)


@pytest.mark.django_db
def test_a_request_without_its_csrf_token_is_a_problem_document_too(admin_user: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(admin_user)
    answer = client.post("/api/v1/push/subscriptions")
    assert is_problem(answer, 403, "This needs a log-in, or a CSRF token of a page of ours.")


def test_another_name_is_refused_in_one_line(
    reader: Client, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    answer = reader.get("/api/current", headers={"host": "evil.example"})
    assert is_problem(answer, 400, "This server has another name.")
    page = reader.get("/", headers={"host": "a b"})
    assert (page.status_code, "another name" in page.content.decode()) == (400, True)
    assert [record.exc_info for record in caplog.records] == [None, None]
