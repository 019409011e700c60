"""`GET /api/v1/delivery-tests/{id}`: what became of a test of a delivery method."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from alerts.delivery.deliver import write_test
from alerts.models import Delivery, Method
from tests.conftest import utc

pytestmark = pytest.mark.django_db
NOON = utc("2026-07-14 19:00")


@pytest.fixture
def test() -> Delivery:
    """A test that has just been asked for."""
    method = Method.objects.create(name="ops", kind="webhook", address="https://example.org/hook")
    return write_test(method, now=NOON)


def ask(client: Client, delivery: Delivery | int) -> Any:
    number = delivery if isinstance(delivery, int) else delivery.pk
    return client.get(f"/api/v1/delivery-tests/{number}")


def test_a_test_is_on_its_way(admin_client: Client, test: Delivery) -> None:
    answer = ask(admin_client, test)
    assert answer.json() == {
        "id": test.pk,
        "method": test.method_id,
        "name": "ops",
        "kind": "webhook",
        "state": "waiting",
        "attempts": 0,
        "created_at": "2026-07-14T19:00:00Z",
        "due_at": "2026-07-14T19:00:00Z",
        "sent_at": None,
        "given_up_at": None,
        "last_error": "",
    }
    assert "no-store" in answer.headers["Cache-Control"]


def test_what_came_back_is_said(admin_client: Client, test: Delivery) -> None:
    said = "Unreachable: example.org answers 502."
    Delivery.objects.update(attempts=1, last_error=said, due_at=NOON + timedelta(seconds=10))
    answer = ask(admin_client, test).json()
    assert (answer["state"], answer["attempts"], answer["last_error"]) == ("waiting", 1, said)
    assert answer["due_at"] == "2026-07-14T19:00:10Z"
    Delivery.objects.update(state="sent", sent_at=NOON + timedelta(milliseconds=10_250))
    answer = ask(admin_client, test).json()
    assert (answer["state"], answer["sent_at"]) == ("sent", "2026-07-14T19:00:10.250Z")
    Delivery.objects.update(state="given up", sent_at=None, given_up_at=NOON)
    answer = ask(admin_client, test).json()
    assert (answer["state"], answer["given_up_at"]) == ("given up", "2026-07-14T19:00:00Z")


def test_only_who_may_change_the_method_sees_it(client: Client, test: Delivery) -> None:
    assert ask(client, test).status_code == 403
    may = Permission.objects.get(codename="change_method")
    looks = Permission.objects.get(codename="view_delivery")
    for name, is_active, permission, status in (
        ("reader", True, looks, 403),
        ("gone", False, may, 403),
        ("operator", True, may, 200),
    ):
        user = User.objects.create(username=name, is_active=is_active)
        user.user_permissions.add(permission)
        client.force_login(user)
        assert ask(client, test).status_code == status, name


def test_what_is_no_test_is_not_there(admin_client: Client, test: Delivery) -> None:
    Delivery.objects.update(kind="opened")
    for number in (test.pk, 10**30):
        answer = ask(admin_client, number)
        assert (answer.status_code, answer.json()["detail"]) == (
            404,
            "There is no test of this number.",
        )
