"""The log-in is bounded, and leads to what is there."""

from typing import Any

import pytest
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import User
from django.db import OperationalError
from django.test import Client

from dashboard import log_in
from live.rate_limit import RateLimits

pytestmark = pytest.mark.django_db
LOG_IN = "/admin/login/"


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """An administrator, and nobody who tried."""
    monkeypatch.setattr(log_in, "of_addresses", RateLimits(10, log_in.QUARTER_HOUR))
    monkeypatch.setattr(log_in, "of_names", RateLimits(30, log_in.QUARTER_HOUR))
    User.objects.create_superuser("ada", password="right")


def try_it(password: str, address: str = "192.0.2.1", name: str = "ada", query: str = "") -> Any:
    account = {"username": name, "password": password}
    client = Client(raise_request_exception=False, REMOTE_ADDR=address)
    return client.post(LOG_IN + query, account)


def test_after_ten_wrong_ones_an_address_waits_and_others_do_not() -> None:
    assert [try_it("wrong").status_code for _ in range(11)] == [200] * 10 + [429]
    refused = try_it("right")
    assert refused.status_code == 429
    assert "Too many wrong log-ins: try again in 15 min." in refused.content.decode()
    assert 890 <= int(refused.headers["Retry-After"]) <= 900
    assert try_it("right", "192.0.2.2").status_code == 302


def test_a_name_that_is_guessed_from_everywhere_waits_too() -> None:
    tries = [try_it("wrong", f"192.0.2.{number}", "ADA") for number in range(30)]
    assert {answer.status_code for answer in tries} == {200}
    assert try_it("right", "198.51.100.1").status_code == 429


def test_right_ones_do_not_count() -> None:
    assert {try_it("right").status_code for _ in range(15)} == {302}


def test_after_a_quarter_of_an_hour_there_is_another_try(monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(11):
        try_it("wrong")
    later = log_in.time.monotonic() + log_in.QUARTER_HOUR
    monkeypatch.setattr(log_in.time, "monotonic", lambda: later)
    assert try_it("right").status_code == 302


def test_two_passwords_are_checked_at_once_and_the_third_is_not_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(log_in, "WAIT_SECONDS", 0)
    with log_in.checking, log_in.checking:
        busy = try_it("right")
    assert (busy.status_code, busy.headers["Retry-After"]) == (503, "1")
    assert not log_in.of_addresses.of("192.0.2.1").taken
    assert try_it("right").status_code == 302


def test_a_password_that_could_not_be_checked_does_not_count(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(ModelBackend, "authenticate", database_is_away)
        answers = {try_it("right").status_code for _ in range(12)}
    assert answers == {503}
    assert try_it("right").status_code == 302


def database_is_away(*_: object, **__: object) -> None:
    """As a database that can't be reached fails."""
    raise OperationalError("unable to open database file")


@pytest.mark.parametrize(
    ("next_", "leads_to"),
    [
        ("/alerts/?hub=SP15", "/alerts/?hub=SP15"),
        ("/nowhere", "/"),
        ("/accounts/profile/", "/"),
        ("https://evil.example/", "/"),
        ("//evil.example", "/"),
        ("nonsense", "/"),
        ("", "/"),
    ],
)
def test_a_log_in_leads_to_what_is_there(next_: str, leads_to: str) -> None:
    assert try_it("right", query=f"?next={next_}").headers["Location"] == leads_to


def test_whoever_asks_from_ever_new_addresses_fills_no_memory() -> None:
    rate_limits = RateLimits(1, 10, kept=3)
    for address in "abcd":
        rate_limits.of(address).take(0)
    assert list(rate_limits.each) == ["b", "c", "d"]
    assert not rate_limits.of("b").take(1)
    rate_limits.of("e")
    assert list(rate_limits.each) == ["d", "b", "e"]
