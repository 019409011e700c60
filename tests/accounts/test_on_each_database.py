"""What accounts keep in the database: on PostgreSQL too, by tests/stack/test_postgresql.py."""

import time
from http import HTTPStatus

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.contrib.auth.models import Group, User
from django.test import Client

from accounts import second_factor

pytestmark = [pytest.mark.database, pytest.mark.django_db]


@pytest.fixture
def ada() -> User:
    return User.objects.create_user("ada", password="right")


def test_somebody_of_a_group_is_in_it_and_logged_in_until_they_log_out(
    ada: User, client: Client
) -> None:
    ada.groups.add(Group.objects.get(name="operator"))
    client.force_login(ada)
    assert client.session["_auth_user_id"] == str(ada.pk)
    assert ada.has_perm("alerts.change_rule")
    client.logout()
    assert "_auth_user_id" not in client.session


def test_a_code_of_a_second_factor_is_taken_once_and_a_reset_takes_all(ada: User) -> None:
    secret = second_factor.offered(ada).secret
    period = int(time.time()) // 30
    codes = second_factor.set_up(ada, secret, format_hotp_value(hotp_value(secret, period - 1)))
    code = format_hotp_value(hotp_value(secret, period))
    assert [second_factor.is_right(ada, code) for _ in range(2)] == [True, False]
    assert [second_factor.is_right(ada, codes[0]) for _ in range(2)] == [True, False]
    assert [second_factor.reset(ada) for _ in range(2)] == [True, False]


def test_a_name_that_no_database_can_hold_belongs_to_no_account(client: Client) -> None:
    page = client.post("/accounts/log-in/", {"username": "a\0da", "password": "right"})
    assert page.status_code == HTTPStatus.OK
    assert "do not belong together" in page.content.decode()


def test_a_wrong_password_counts_whatever_the_browser_calls_itself(client: Client) -> None:
    """Else a NUL there would be an error for each wrong one, and none would be counted."""
    User.objects.create_user("ada", password="right")
    strange = {"user-agent": "a\0b", "accept": "a\0b"}
    account = {"username": "ada", "password": "wrong"}
    answers = [client.post("/accounts/log-in/", account, headers=strange) for _ in range(11)]
    assert [one.status_code for one in answers] == [200] * 10 + [429]
