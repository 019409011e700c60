"""The log-in is bounded, and leads to what is there."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from axes.models import AccessFailureLog
from django.contrib.auth import hashers
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import User
from django.db import OperationalError
from django.test import Client

from accounts.lock_out import COUNTED, lock_ends
from dashboard import log_in
from tests.conftest import utc

pytestmark = [pytest.mark.database, pytest.mark.django_db]
LOG_IN = "/accounts/log-in/"
NOON = utc("2026-07-14 19:00")
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def clock() -> Iterator[Any]:
    """An administrator, and nobody who tried."""
    User.objects.create_superuser("ada", password="right")
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


def try_it(
    password: str, address: str = "192.0.2.1", name: str = "ada", query: str = "", agent: str = ""
) -> Any:
    account = {"username": name, "password": password}
    client = Client(
        raise_request_exception=False, REMOTE_ADDR=address, headers={"user-agent": agent}
    )
    return client.post(LOG_IN + query, account)


def test_after_ten_wrong_ones_an_address_waits_and_others_do_not() -> None:
    assert [try_it("wrong").status_code for _ in range(11)] == [200] * 10 + [429]
    refused = try_it("right")
    assert refused.status_code == 429
    assert "Too many wrong log-ins: try again in 15 min." in refused.content.decode()
    assert 890 <= int(refused.headers["Retry-After"]) <= 900
    assert try_it("right", "192.0.2.2").status_code == 302


def test_another_browser_and_another_name_are_of_the_same_address() -> None:
    for number in range(10):
        assert try_it("wrong", name=f"name{number}", agent=f"browser {number}").status_code == 200
    assert try_it("right").status_code == 429


def test_one_host_of_ipv6_has_one_network_to_guess_from() -> None:
    for number in range(10):
        assert try_it("wrong", f"2001:db8:1:2::{number + 1:x}").status_code == 200
    assert try_it("right", "2001:db8:1:2:ffff::1").status_code == 429
    assert try_it("right", "2001:db8:1:3::1").status_code == 302


def test_a_name_that_is_guessed_from_everywhere_waits_too() -> None:
    tries = [try_it("wrong", f"192.0.2.{number}", "ADA") for number in range(30)]
    assert {answer.status_code for answer in tries} == {200}
    assert try_it("right", "198.51.100.1").status_code == 429


def test_fifty_wrong_ones_lock_out_who_guesses_and_nobody_else() -> None:
    """No guess beyond the tenth has a password checked."""
    answers = [try_it("wrong", name=f"name{number}").status_code for number in range(50)]
    assert answers == [200] * 10 + [429] * 40
    assert try_it("right", "192.0.2.2").status_code == 302


def test_right_ones_do_not_count() -> None:
    assert {try_it("right").status_code for _ in range(15)} == {302}


def test_a_right_one_takes_no_wrong_one_off() -> None:
    """Else whoever has an account could guess at others for ever."""
    for _ in range(9):
        try_it("wrong", name="bob")
    assert try_it("right").status_code == 302
    try_it("wrong", name="bob")
    assert try_it("right").status_code == 429


def test_after_a_quarter_of_an_hour_there_is_another_try(clock: Any) -> None:
    for _ in range(11):
        try_it("wrong")
    clock.move_to(NOON + COUNTED - MINUTE)
    assert try_it("right").headers["Retry-After"] == "60"
    clock.move_to(NOON + COUNTED + MINUTE)
    assert try_it("right").status_code == 302


def test_wrong_ones_with_a_pause_between_them_lock_nobody_out(clock: Any) -> None:
    """At no moment were there ten in a quarter of an hour, whatever they are counted by."""
    for number in range(1, 21):
        assert try_it("wrong").status_code == 200, number
        clock.move_to(NOON + 2 * number * MINUTE)
    assert try_it("right").status_code == 302


def test_a_lock_ends_when_the_first_of_ten_is_a_quarter_of_an_hour_old(clock: Any) -> None:
    for number in range(10):
        clock.move_to(NOON + number * MINUTE)
        try_it("wrong")
    assert try_it("right").headers["Retry-After"] == "360"
    clock.move_to(NOON + COUNTED + timedelta(seconds=1))
    assert try_it("right").status_code == 302


def test_a_name_of_which_thousands_of_wrong_ones_are_kept_is_guarded_still() -> None:
    """Of more than 1,000 axes deletes the newest, and those are what counts."""
    old = [AccessFailureLog(username="ada", ip_address="192.0.2.9") for _ in range(1_001)]
    AccessFailureLog.objects.bulk_create(old)
    AccessFailureLog.objects.update(attempt_time=NOON - timedelta(days=1))
    assert [try_it("wrong").status_code for _ in range(11)] == [200] * 10 + [429]
    assert AccessFailureLog.objects.count() == 10  # what counts no more is not kept


def test_an_administrator_lets_somebody_in_again() -> None:
    for _ in range(10):
        try_it("wrong")
    admin = Client()
    admin.force_login(User.objects.get())
    there = "/admin/axes/accessfailurelog/"
    keys = list(AccessFailureLog.objects.values_list("pk", flat=True))
    chosen = {"action": "delete_selected", "_selected_action": keys, "post": "yes"}
    assert admin.post(there, chosen).status_code == 302
    assert try_it("right").status_code == 302


def test_a_lock_ends_when_enough_of_what_failed_is_old() -> None:
    failed = [NOON, NOON + MINUTE, NOON + 2 * MINUTE]
    assert lock_ends(failed, 4) is None
    assert lock_ends(failed, 3) == NOON + COUNTED
    assert lock_ends(failed, 2) == NOON + MINUTE + COUNTED
    assert lock_ends(failed, 1) == NOON + 2 * MINUTE + COUNTED


def test_two_passwords_are_checked_at_once_and_the_third_is_not_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(log_in, "WAIT_SECONDS", 0)
    with log_in.checking, log_in.checking:
        busy = try_it("right")
    assert (busy.status_code, busy.headers["Retry-After"]) == (503, "1")
    assert not AccessFailureLog.objects.exists()
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


def test_a_name_that_is_none_costs_as_much_and_reads_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    User.objects.create_user("idle", password="right", is_active=False)
    hashed = []
    usual = hashers.MD5PasswordHasher.encode
    monkeypatch.setattr(
        hashers.MD5PasswordHasher,
        "encode",
        lambda *arguments: hashed.append(1) or usual(*arguments),
    )
    pages = []
    for name, password in (("ada", "wrong"), ("nobody", "wrong"), ("idle", "right")):
        hashed.clear()
        answer = try_it(password, name=name)
        assert (answer.status_code, len(hashed)) == (200, 1), name
        token = answer.context["csrf_token"]
        pages.append(answer.content.decode().replace(str(token), "").replace(name, "NAME"))
    assert len(set(pages)) == 1
    assert log_in.WRONG in pages[0]


def test_what_was_typed_is_not_kept() -> None:
    try_it("my password")
    kept = AccessFailureLog.objects.get()
    assert "my password" not in str(vars(kept))
    assert (kept.username, kept.ip_address) == ("ada", "192.0.2.1")


def test_a_session_has_another_key_once_somebody_is_logged_in(client: Client) -> None:
    client.get(LOG_IN)
    client.cookies["sessionid"] = "a-key-that-somebody-planted"
    client.post(LOG_IN, {"username": "ada", "password": "right"})
    assert client.cookies["sessionid"].value != "a-key-that-somebody-planted"
    assert client.session["_auth_user_id"] == str(User.objects.get().pk)


@pytest.mark.parametrize(
    ("next_", "leads_to"),
    [
        ("/alerts/?hub=SP15", "/alerts/?hub=SP15"),
        ("/admin/alerts/rule/", "/admin/alerts/rule/"),
        ("/nowhere", "/"),
        ("/accounts/profile/", "/"),
        ("/accounts/log-out/", "/"),
        ("/accounts/log-in/?next=/", "/"),
        ("https://evil.example/", "/"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("nonsense", "/"),
        ("", "/"),
    ],
)
def test_a_log_in_leads_to_what_is_there(next_: str, leads_to: str) -> None:
    assert try_it("right", query=f"?next={next_}").headers["Location"] == leads_to


def test_the_admin_has_the_same_page_to_log_in_and_out(client: Client) -> None:
    first = client.get("/admin/alerts/rule/")
    assert first.headers["Location"] == "/admin/login/?next=/admin/alerts/rule/"
    second = client.get(first.headers["Location"])
    assert second.headers["Location"] == "/accounts/log-in/?next=/admin/alerts/rule/"
    posted = client.post("/admin/login/", {"username": "ada", "password": "right"})
    assert posted.status_code == 302
    assert "_auth_user_id" not in client.session
    assert client.get("/admin/password_change/").status_code == 302
    client.force_login(User.objects.get())
    assert client.get("/admin/logout/").status_code == 405
    assert client.post("/admin/logout/").headers["Location"] == "/"
    assert "_auth_user_id" not in client.session


def test_logging_out_is_a_post_with_a_token() -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(User.objects.get())
    assert client.get("/accounts/log-out/").status_code == 405
    assert client.post("/accounts/log-out/").status_code == 403
    assert "_auth_user_id" in client.session


def test_every_page_says_who_is_logged_in(client: Client) -> None:
    pages = ("/", "/battery/", "/alerts/", "/status/", "/alerts/new/")
    for page in pages[:-1]:
        text = client.get(page).content.decode()
        assert f'<a href="/accounts/log-in/?next={page}">Log in</a>' in text, page
    client.force_login(User.objects.get())
    for page in pages:
        text = client.get(page).content.decode()
        assert '<a href="/accounts/" title="Your account">ada</a>' in text, page


@pytest.mark.database
def test_a_new_password_ends_the_other_sessions(client: Client) -> None:
    ada, elsewhere = User.objects.get(), Client()
    client.force_login(ada)
    elsewhere.force_login(ada)
    typed = {"old_password": "right", "new_password1": "fenland9", "new_password2": "fenland9"}
    assert "Your password is changed" in client.post("/accounts/password/", typed).content.decode()
    assert client.get("/accounts/").status_code == 200
    assert elsewhere.get("/accounts/").status_code == 302


def test_old_passwords_are_not_guessed_either(client: Client) -> None:
    client.force_login(User.objects.get())
    typed = {"old_password": "guess", "new_password1": "fenland9", "new_password2": "fenland9"}
    answers = [client.post("/accounts/password/", typed).status_code for _ in range(11)]
    assert answers == [200] * 10 + [429]
