"""The second factor: set up, asked for, used once, lost, taken away."""

import re
import time
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.contrib.auth.models import Group, User
from django.contrib.sessions.models import Session
from django.test import Client
from pytest_django import Settings

from accounts import second_factor
from dashboard import log_in

pytestmark = [pytest.mark.database, pytest.mark.django_db]
LOG_IN, CODE, SET_UP = "/accounts/log-in/", "/accounts/log-in/code/", "/accounts/second-factor/"


@pytest.fixture
def ada() -> User:
    return User.objects.create_superuser("ada", password="right")


def code(secret: str, periods: int = 0) -> str:
    """What an app shows now, or so many half minutes from now."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + periods))


def with_factor(user: User) -> tuple[str, list[str]]:
    """The secret and the recovery codes of an account that has one."""
    secret = second_factor.offered(user).secret
    codes = second_factor.set_up(user, secret, code(secret, -1))
    assert len(codes) == 10
    return secret, codes


def show_password(client: Client, password: str = "right", next_: str = "/alerts/") -> Any:
    account = {"username": "ada", "password": password, "next": next_}
    return client.post(LOG_IN, account)


def is_logged_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_it_is_set_up_with_a_picture_and_the_first_code(client: Client, ada: User) -> None:
    client.force_login(ada)
    page = client.get(SET_UP)
    offer = page.context["offer"]
    assert f'<img src="{offer.picture}"' in page.content.decode()
    assert offer.picture.startswith("data:image/svg+xml;base64,")
    assert "<script>" not in page.content.decode()
    assert client.get(SET_UP).context["offer"].secret == offer.secret
    wrong = client.post(SET_UP, {"code": "000000"})
    assert log_in.WRONG_CODE in wrong.content.decode()
    done = client.post(SET_UP, {"code": f"{code(offer.secret)[:3]} {code(offer.secret)[3:]}"})
    codes = re.findall(r"<code>(\d{8})</code>", done.content.decode())
    assert len(set(codes)) == 10
    assert client.get(SET_UP).headers["Location"] == "/accounts/"


def test_one_that_was_begun_and_never_finished_is_in_no_copy_of_the_database(
    client: Client, ada: User, settings: Settings
) -> None:
    """Sessions are rows, and whoever reads one could show codes once it is set up."""
    client.force_login(ada)
    secrets = [client.get(SET_UP).context["offer"].secret]
    client.logout()
    settings.TWO_FACTOR_REQUIRED = ["admin"]
    there = show_password(client).headers["Location"]
    secrets.append(client.get(there).context["offer"].secret)
    assert client.get(there).context["offer"].secret == secrets[-1]
    stored = [session.get_decoded() for session in Session.objects.all()]
    assert stored
    assert not any(secret in str(stored) for secret in secrets)


def test_one_that_was_begun_under_another_key_is_begun_anew(
    client: Client, ada: User, settings: Settings
) -> None:
    sealed = second_factor.offered(ada).sealed
    again = second_factor.offered(ada, sealed)
    settings.SECRET_KEY = "another" * 9
    anew = second_factor.offered(ada, sealed)
    assert again.sealed != anew.sealed
    assert again.secret != anew.secret
    assert second_factor.offered(ada, "JBSWY3DPEHPK3PXP").secret != "JBSWY3DPEHPK3PXP"


def test_the_password_alone_logs_nobody_in(client: Client, ada: User) -> None:
    secret, _ = with_factor(ada)
    there = show_password(client)
    assert there.headers["Location"] == "/accounts/log-in/code/?next=%2Falerts%2F"
    assert not is_logged_in(client)
    assert client.get("/admin/").status_code == 302
    done = client.post(there.headers["Location"], {"code": code(secret)})
    assert done.headers["Location"] == "/alerts/"
    assert is_logged_in(client)


def test_the_admin_is_no_way_around_it(client: Client, ada: User) -> None:
    with_factor(ada)
    client.post("/admin/login/?next=/admin/", {"username": "ada", "password": "right"})
    assert not is_logged_in(client)


def test_a_code_is_taken_once(client: Client, ada: User) -> None:
    secret, _ = with_factor(ada)
    now = code(secret)
    show_password(client)
    assert client.post(CODE, {"code": now}).status_code == 302
    elsewhere = Client()
    show_password(elsewhere)
    assert elsewhere.post(CODE, {"code": now}).status_code == 200
    assert not is_logged_in(elsewhere)


def test_a_recovery_code_is_taken_once(client: Client, ada: User) -> None:
    _, codes = with_factor(ada)
    for allowed in (True, False):
        show_password(client)
        client.post(CODE, {"code": codes[0]})
        assert is_logged_in(client) is allowed
        client.post("/accounts/log-out/")


def test_after_five_wrong_codes_the_password_is_asked_again_and_they_count(
    client: Client, ada: User
) -> None:
    secret, _ = with_factor(ada)
    show_password(client)
    for _ in range(5):
        assert client.post(CODE, {"code": "000000"}).status_code == 200
    right = client.post(CODE, {"code": code(secret)})
    assert right.headers["Location"].startswith(LOG_IN)
    show_password(client)
    for _ in range(5):
        client.post(CODE, {"code": "000000"})
    assert show_password(client).status_code == 429


def test_who_has_shown_the_password_has_ten_minutes(
    client: Client, ada: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_factor(ada)
    show_password(client)
    monkeypatch.setattr(log_in, "PENDING_SECONDS", -1)
    assert client.get(CODE).headers["Location"].startswith(LOG_IN)


def test_a_password_that_was_changed_meanwhile_does_not_do(client: Client, ada: User) -> None:
    secret, _ = with_factor(ada)
    show_password(client)
    ada.set_password("another")
    ada.save()
    client.post(CODE, {"code": code(secret)})
    assert not is_logged_in(client)


def test_new_recovery_codes_and_removing_it_need_a_code(client: Client, ada: User) -> None:
    secret, old = with_factor(ada)
    client.force_login(ada)
    assert client.post(f"{SET_UP}codes/", {"code": "000000"}).status_code == 400
    new = client.post(f"{SET_UP}codes/", {"code": code(secret)})
    codes = re.findall(r"<code>(\d{8})</code>", new.content.decode())
    assert not set(codes) & set(old)
    assert client.post(f"{SET_UP}remove/", {"code": old[0]}).status_code == 400
    assert client.post(f"{SET_UP}remove/", {"code": codes[0]}).status_code == 200
    assert not second_factor.has(ada)


def test_the_database_has_no_secret_in_clear(ada: User) -> None:
    secret, codes = with_factor(ada)
    stored = str(list(Authenticator.objects.values()))
    assert secret not in stored
    assert codes[0] not in stored


def test_a_role_that_must_have_one_sets_it_up_before_it_is_let_in(
    client: Client, ada: User, settings: Settings
) -> None:
    settings.TWO_FACTOR_REQUIRED = ["operator"]
    ada.groups.add(Group.objects.get(name="operator"))
    there = show_password(client).headers["Location"]
    offer = client.get(there).context["offer"]
    assert not is_logged_in(client)
    client.post(there, {"code": "000000"})
    assert not is_logged_in(client)
    done = client.post(there, {"code": code(offer.secret)})
    assert is_logged_in(client)
    assert 'href="/alerts/"' in done.content.decode()
    kept = client.post(f"{SET_UP}remove/", {"code": code(offer.secret, 1)})
    assert kept.status_code == 403
    assert second_factor.has(ada)


def test_a_superuser_counts_as_an_administrator(ada: User, settings: Settings) -> None:
    settings.TWO_FACTOR_REQUIRED = ["operator"]
    assert not second_factor.is_required(ada)
    settings.TWO_FACTOR_REQUIRED = ["admin"]
    assert second_factor.is_required(ada)


def test_an_administrator_takes_one_away_of_who_has_lost_it(client: Client, ada: User) -> None:
    vera = User.objects.create_user("vera")
    with_factor(vera)
    adam = User.objects.create_user("adam")
    adam.groups.add(Group.objects.get(name="admin"))
    with_factor(ada)
    client.force_login(adam)
    chosen = {"action": "reset_second_factor", "_selected_action": [vera.pk, ada.pk]}
    client.post("/admin/auth/user/", chosen)
    assert not second_factor.has(vera)
    assert second_factor.has(ada)  # a superuser's stays
