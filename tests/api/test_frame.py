"""The frame of `/api/`: whatever fails there is a problem document, in debug mode too."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.handlers.asgi import ASGIRequest
from django.db import DatabaseError, OperationalError, connection
from django.test import Client
from pytest_django import Settings

from api import previews, views
from api.previews import RulePreview
from live.rate_limit import RateLimits

pytestmark = pytest.mark.django_db
PREVIEW, PUSH = "/api/v1/rules/preview", "/api/v1/push/subscriptions"
TEST = "/api/v1/delivery-tests/1"
RULE = {"hub": "SP15", "limit": 100}


@pytest.fixture(params=[False, True], ids=["", "debug"], autouse=True)
def debug(request: pytest.FixtureRequest, settings: Settings) -> None:
    settings.DEBUG = request.param


@pytest.fixture(autouse=True)
def enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(previews, "of_others", RateLimits(1000, 10))


@pytest.fixture
def reader() -> Client:
    """A client who is answered, whatever happens."""
    return Client(raise_request_exception=False)


def ask(client: Client, line: str, body: Any = "", **headers: str) -> Any:
    """The answer to `POST /path`."""
    method, _, address = line.partition(" ")
    text = body if isinstance(body, str) else json.dumps(body)
    kind = headers.pop("content_type", "application/json")
    return client.generic(method, address, text, content_type=kind, headers=headers)


def sentence(answer: Any, status: int) -> str:
    """What a problem document says, which is all of the answer."""
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    document = json.loads(answer.content)
    assert document.keys() == {"type", "title", "status", "detail"}
    assert document["status"] == status
    return str(document["detail"])


@pytest.mark.parametrize(
    ("line", "status", "allow"),
    [
        ("GET /api/", 404, None),
        ("GET /api/nothing", 404, None),
        ("POST /api/v1/nothing/at/all", 404, None),
        ("GET /api/current/", 404, None),
        ("GET /api/v1/delivery-tests/one", 404, None),
        ("GET /api/current?hub=XP99", 404, None),
        ("GET /api/history/0", 400, None),
        ("POST /api/current", 405, "GET, HEAD"),
        ("OPTIONS /api/current", 405, "GET, HEAD"),
        ("DELETE /api/history/24", 405, "GET, HEAD"),
        ("GET /api/v1/prices", 400, None),
        ("POST /api/v1/prices", 405, "GET, HEAD"),
        ("POST /api/v1/source", 405, "GET, HEAD"),
        ("OPTIONS /api/v1/source", 405, "GET, HEAD"),
        ("BREW /api/v1/source", 405, "GET, HEAD"),
        (f"GET {PREVIEW}", 405, "POST"),
        (f"GET {PUSH}", 405, "POST, DELETE"),
        (f"PATCH {PUSH}", 405, "POST, DELETE"),
        (f"DELETE {TEST}", 405, "GET, HEAD"),
        (f"GET {TEST}", 403, None),
        (f"POST {PUSH}", 403, None),
    ],
)
def test_what_is_not_there_or_not_allowed(
    line: str, status: int, allow: str | None, reader: Client
) -> None:
    answer = ask(reader, line)
    assert sentence(answer, status)
    assert status != 405 or answer["Allow"] == allow


@pytest.mark.parametrize("host", ["evil.example", "a b"])
def test_another_name(host: str, reader: Client) -> None:
    assert sentence(ask(reader, "GET /api/v1/source", host=host), 400)


@pytest.mark.parametrize(
    ("accept", "status"),
    [
        ("text/html,application/xhtml+xml,*/*;q=0.8", 200),
        ("application/*", 200),
        ("application/json", 200),
        ("", 406),
        ("text/html", 406),
        ("application/xml;q=0.9, image/png", 406),
    ],
)
@pytest.mark.parametrize("line", ["GET /api/v1/source", f"POST {PREVIEW}"])
def test_the_answer_is_json_or_none(line: str, accept: str, status: int, reader: Client) -> None:
    answer = ask(reader, line, RULE, accept=accept)
    assert answer.status_code == status
    assert status == 200 or "application/json" in sentence(answer, 406)


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("application/json", 200),
        ("application/json; charset=utf-8", 200),
        ("", 200),
        ("text/plain", 415),
        ("application/x-www-form-urlencoded", 415),
        ("multipart/form-data; boundary=x", 415),
        ("application/problem+json", 415),
    ],
)
def test_a_body_is_json(kind: str, status: int, reader: Client) -> None:
    answer = ask(reader, f"POST {PREVIEW}", RULE, content_type=kind)
    assert answer.status_code == status
    assert status == 200 or "application/json" in sentence(answer, 415)


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        ("", 400, "The body is not JSON."),
        ("{", 400, "The body is not JSON."),
        ("[]", 400, "The body is not a JSON object."),
        ('{"hub": NaN}', 400, "The body is not JSON."),
        ('{"limit": -Infinity}', 400, "The body is not JSON."),
        (r'{"hub": "\udc00"}', 400, "The body is not JSON."),
        ('{"hub": "SP15", "hub": "NP15"}', 400, "The body has 'hub' twice."),
        ('{"hub": "SP15", "limit": 1, "hubs": 1}', 400, "hubs: There is no such field."),
        (" " * 16_385, 413, "The body is at most 16384 bytes."),
    ],
)
def test_a_body_that_cannot_be_used(body: str, status: int, said: str, reader: Client) -> None:
    assert sentence(ask(reader, f"POST {PREVIEW}", body), status) == said


@pytest.mark.parametrize(("body", "status"), [(json.dumps(RULE), 200), (" " * 16_385, 413)])
def test_a_body_in_chunks_is_read_too(body: str, status: int) -> None:
    scope = {"type": "http", "method": "POST", "path": PREVIEW, "query_string": b""}
    chunked = [(b"transfer-encoding", b"chunked"), (b"content-type", b"application/json")]
    request = ASGIRequest({**scope, "headers": chunked}, BytesIO(body.encode()))
    assert RulePreview.as_view()(request).status_code == status


@pytest.mark.parametrize("length", ["-1", "9" * 5000, "²"], ids=lambda one: one[:5])
def test_a_length_that_is_none_is_refused(length: str, reader: Client) -> None:
    assert sentence(ask(reader, f"POST {PREVIEW}", RULE, content_length=length), 413)


def test_a_session_needs_its_csrf_token_where_something_changes(admin_user: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(admin_user)
    for kind in ("application/json", "application/x-www-form-urlencoded", "text/plain"):
        assert "CSRF" in sentence(ask(client, f"POST {PUSH}", "{", content_type=kind), 403)
    client.cookies["csrftoken"] = "c" * 32
    answer = ask(client, f"POST {PUSH}", "{", **{"x-csrftoken": "c" * 32})
    assert sentence(answer, 400) == "The body is not JSON."


def test_too_much_at_once_is_429_with_when_to_ask_again(
    reader: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(previews, "of_others", RateLimits(1, 10))
    assert ask(reader, f"POST {PREVIEW}", RULE).status_code == 200
    answer = ask(reader, f"POST {PREVIEW}", "{")
    assert sentence(answer, 429) == "Too many previews: ask again in 10 seconds."
    assert answer["Retry-After"] == "10"


@pytest.fixture
def lost() -> Iterator[None]:
    """No statement reaches the database."""

    def execute(*_: object) -> None:
        raise OperationalError("connection refused")

    with connection.execute_wrapper(execute):
        yield


@pytest.mark.usefixtures("lost")
@pytest.mark.parametrize(
    "line", ["GET /api/current", "GET /api/history/24", "GET /api/v1/source", f"POST {PREVIEW}"]
)
def test_without_a_database_it_is_503_with_when_to_ask_again(line: str, reader: Client) -> None:
    answer = ask(reader, line, RULE)
    assert sentence(answer, 503).startswith("The database can't be reached")
    assert answer["Retry-After"] == "10"


@pytest.mark.parametrize(
    ("line", "module", "name"),
    [
        ("GET /api/current", views, "current_answer"),
        ("GET /api/history/24", views, "history_parts"),
        (f"POST {PREVIEW}", previews, "preview"),
    ],
)
def test_a_fault_of_our_own_is_500_and_says_nothing_of_itself(
    line: str, module: Any, name: str, reader: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fault(*_: object, **__: object) -> None:
        raise DatabaseError("secret")

    monkeypatch.setattr(module, name, fault)
    assert "secret" not in sentence(ask(reader, line, RULE), 500)


@pytest.mark.process
def test_the_framework_comes_without_what_it_would_bring_along() -> None:
    ask = (
        "import sys, caisoproject.asgi, caisoproject.urls;"
        "print(*({'rest_framework.views', 'psycopg', 'markdown', 'requests', 'drf_spectacular'}"
        " & sys.modules.keys()))"
    )
    environ = os.environ | {"DATABASE_URL": ""}
    answer = subprocess.check_output(
        [sys.executable, "-c", ask], env=environ, text=True, timeout=120
    )
    assert answer.split() == ["rest_framework.views"]
