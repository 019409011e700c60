"""Delivery methods and deliveries as an administrator meets them."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from alerts.models import Delivery, Method
from tests.conftest import utc

pytestmark = pytest.mark.django_db
NOON = utc("2026-07-14 19:00")
SECRET = "hush-7f3a-c0de"
HOOK = {
    "name": "desk",
    "kind": "webhook",
    "address": "https://hooks.example.org/a",
    "secret": SECRET,
}


@pytest.fixture
def hook(admin_client: Client) -> Method:
    """A webhook with a secret, made in the form."""
    answer = admin_client.post("/admin/alerts/method/add/", {**HOOK, "active": "on"})
    assert answer.status_code == 302
    return Method.objects.get()


def save(client: Client, method: Method, **values: str) -> Any:
    data = {**HOOK, "secret": "", "active": "on", **values}
    return client.post(f"/admin/alerts/method/{method.pk}/change/", data)


@pytest.mark.parametrize(
    ("kind", "address"),
    [
        ("slack", "gopher://hooks.example.org/a"),
        ("webhook", "http://hooks.example.org/a"),
        ("email", "nobody"),
        ("push", "{}"),
    ],
)
def test_an_address_nothing_can_be_sent_to_is_refused_with_a_sentence(
    kind: str, address: str, admin_client: Client
) -> None:
    data = {"name": "desk", "kind": kind, "address": address}
    answer = admin_client.post("/admin/alerts/method/add/", data)
    assert answer.status_code == 200
    assert answer.context["adminform"].form.errors["address"]
    assert not Method.objects.exists()


def test_a_secret_is_never_shown_and_stays_when_left_empty(
    hook: Method, admin_client: Client
) -> None:
    page = admin_client.get(f"/admin/alerts/method/{hook.pk}/change/").content.decode()
    assert SECRET not in page
    assert save(admin_client, hook, name="night desk").status_code == 302
    hook.refresh_from_db()
    assert (hook.name, hook.secret) == ("night desk", SECRET)


@pytest.mark.parametrize("change", [{"address": "https://other.example.org/a"}, {"kind": "slack"}])
def test_a_secret_does_not_follow_to_another_receiver(
    change: dict[str, str], hook: Method, admin_client: Client
) -> None:
    assert save(admin_client, hook, **change).status_code == 302
    hook.refresh_from_db()
    assert hook.secret == ""


def test_a_test_is_sent_and_says_where_to_look(hook: Method, admin_client: Client) -> None:
    address = f"/admin/alerts/method/{hook.pk}/test/"
    assert address in admin_client.get(f"/admin/alerts/method/{hook.pk}/change/").content.decode()
    page = admin_client.post(address, follow=True).content.decode()
    delivery = Delivery.objects.get()
    assert (delivery.kind, delivery.state, delivery.method) == ("test", "waiting", hook)
    assert f"/admin/alerts/delivery/{delivery.pk}/change/" in page
    assert admin_client.get(address).status_code == 405


def test_tests_are_sent_to_those_selected(hook: Method, admin_client: Client) -> None:
    chosen = {"action": "send_tests", "_selected_action": [str(hook.pk)]}
    admin_client.post("/admin/alerts/method/", chosen)
    assert Delivery.objects.filter(method=hook, kind="test").count() == 1


def test_a_user_who_may_only_view_cannot_send_tests(hook: Method, client: Client) -> None:
    clerk = User.objects.create(username="clerk", is_staff=True)
    clerk.user_permissions.add(Permission.objects.get(codename="view_method"))
    client.force_login(clerk)
    page = client.get(f"/admin/alerts/method/{hook.pk}/change/")
    assert page.status_code == 200
    assert "Send a test" not in page.content.decode()
    assert client.post(f"/admin/alerts/method/{hook.pk}/test/").status_code == 403
    assert not Delivery.objects.exists()


def test_only_given_up_deliveries_are_tried_again(hook: Method, admin_client: Client) -> None:
    rows = [
        Delivery.objects.create(
            method=hook, kind="test", state=state, created_at=NOON, due_at=NOON, attempts=9
        )
        for state in (Delivery.GIVEN_UP, Delivery.SENT)
    ]
    chosen = {"action": "again", "_selected_action": [str(row.pk) for row in rows]}
    page = admin_client.post("/admin/alerts/delivery/", chosen, follow=True).content.decode()
    assert "1 delivery is tried again." in page
    states = Delivery.objects.order_by("pk").values_list("state", "attempts")
    assert list(states) == [("waiting", 0), ("sent", 9)]


def test_the_list_switches_a_method_off_and_keeps_the_rest(
    hook: Method, admin_client: Client
) -> None:
    data = {"form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "1", "_save": "Save"}
    answer = admin_client.post("/admin/alerts/method/", {**data, "form-0-id": str(hook.pk)})
    assert answer.status_code == 302
    hook.refresh_from_db()
    assert (hook.active, hook.secret, hook.address) == (False, SECRET, HOOK["address"])
