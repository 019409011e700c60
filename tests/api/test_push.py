"""A browser subscribes to alerts, and unsubscribes."""

import json
from base64 import urlsafe_b64encode
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.contrib.auth.models import User
from django.test import Client

from alerts.models import Delivery, Method, Rule
from prices.models import Node
from tests.conftest import utc

pytestmark = [pytest.mark.django_db, pytest.mark.database]
WHERE = "/api/v1/push/subscriptions"
ENDPOINT = "https://push.example.org/send/abc"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
EDGE = "Mozilla/5.0 AppleWebKit/537.36 Chrome/141.0 Safari/537.36 Edg/141.0"


def text(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")


def browsers_key() -> str:
    """The public key of a browser's subscription."""
    key = ec.generate_private_key(ec.SECP256R1()).public_key()
    return text(key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))


def subscription(**changed: Any) -> dict[str, Any]:
    """What PushSubscription.toJSON() gives."""
    keys = {"p256dh": browsers_key(), "auth": text(b"0123456789abcdef")}
    plain = {"endpoint": ENDPOINT, "expirationTime": None, "keys": keys}
    return plain | changed


def post(client: Client, body: Any, agent: str = FIREFOX) -> Any:
    headers = {"user-agent": agent}
    return client.post(WHERE, json.dumps(body), content_type="application/json", headers=headers)


def delete(client: Client) -> Any:
    body = json.dumps({"endpoint": ENDPOINT})
    return client.delete(WHERE, body, content_type="application/json")


def test_a_browser_is_notified_of_every_active_rule(admin_client: Client, admin_user: User) -> None:
    off = Rule.objects.get(direction="below")
    Rule.objects.filter(pk=off.pk).update(active=False)
    answer = post(admin_client, subscription())
    assert (answer.status_code, answer.json()["name"]) == (201, "Firefox of admin")
    method = Method.objects.get()
    assert (method.kind, method.owner, method.active) == ("push", admin_user, True)
    assert json.loads(method.address)["endpoint"] == ENDPOINT
    assert set(method.rule_set.all()) == set(Rule.objects.all())  # one may be switched on again


def test_a_browser_is_notified_of_rules_that_are_made_later(admin_client: Client) -> None:
    post(admin_client, subscription())
    method, sp15 = Method.objects.get(), Node.objects.get(slug="sp15")
    made = Rule.objects.create(node=sp15, limit=500)
    assert list(made.methods.all()) == [method]
    admin_client.post(f"/admin/alerts/method/{method.pk}/change/", {"name": "mine"})
    form = admin_client.get("/admin/alerts/rule/add/").context["adminform"].form
    data = {name: value for name, value in form.initial.items() if value not in (None, [])}
    data |= {"node": sp15.pk, "market": "RTM", "watched": "lmp", "direction": "above"}
    data |= {"limit": "600", "span": "0", "for_minutes": "0", "cool_down_minutes": "0"}
    data |= {"severity": "info", "active": "on", "quiet_days": "1234567", "quiet_then": "held"}
    data |= {"quiet_zone": "America/Los_Angeles"}
    data |= {"conditions-TOTAL_FORMS": "0", "conditions-INITIAL_FORMS": "0"}
    assert admin_client.post("/admin/alerts/rule/add/", data).status_code == 302
    assert list(Rule.objects.get(limit=600).methods.all()) == [method]


def test_a_browser_that_was_taken_off_a_rule_or_unsubscribed_is_not_notified_of_it(
    admin_client: Client,
) -> None:
    post(admin_client, subscription())
    method, first = Method.objects.get(), Rule.objects.order_by("pk")[0]
    first.methods.clear()
    first.save()
    assert not first.methods.exists()
    delete(admin_client)
    Rule.objects.create(node=first.node, limit=500)
    assert method.rule_set.count() == 0


def test_a_browser_that_subscribes_again_has_one_delivery_method(admin_client: Client) -> None:
    for _ in range(2):
        assert post(admin_client, subscription(), EDGE).status_code == 201
    assert Method.objects.get().name == "Edge of admin"


def test_a_browser_unsubscribes_and_what_was_delivered_to_it_stays(admin_client: Client) -> None:
    post(admin_client, subscription())
    method, noon = Method.objects.get(), utc("2026-07-14 19:00")
    Delivery.objects.create(method=method, kind="test", created_at=noon, due_at=noon)
    answer = delete(admin_client)
    assert answer.json() == {"removed": 1}
    method.refresh_from_db()
    assert (method.active, method.rule_set.count(), Delivery.objects.count()) == (False, 0, 1)


def test_nobody_unsubscribes_somebody_else(admin_client: Client, client: Client) -> None:
    post(admin_client, subscription())
    other = User.objects.create(username="other", is_staff=True, is_superuser=True)
    client.force_login(other)
    assert delete(client).json() == {"removed": 0}
    assert Method.objects.get().active


def test_what_a_browser_adds_to_its_subscription_is_not_kept(admin_client: Client) -> None:
    assert post(admin_client, subscription(contentEncoding="aes128gcm")).status_code == 201
    assert json.loads(Method.objects.get().address).keys() == {"endpoint", "keys"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"endpoint": None},
        {"endpoint": "http://push.example.org/a"},
        {"endpoint": f"https://push.example.org/{'a' * 1000}"},
        {"keys": None},
        {"keys": {"p256dh": "AAAA", "auth": text(b"0123456789abcdef")}},
        {"keys": {"p256dh": browsers_key(), "auth": text(b"short")}},
        {"keys": {"p256dh": 7, "auth": 7}},
    ],
)
def test_what_is_no_subscription_is_refused(wrong: dict[str, Any], admin_client: Client) -> None:
    answer = post(admin_client, subscription(**wrong))
    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert not Method.objects.exists()


def test_only_staff_subscribe_and_only_from_our_page(client: Client, admin_user: User) -> None:
    assert post(client, subscription()).status_code == 403
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(admin_user)
    assert post(strict, subscription()).status_code == 403
    assert not Method.objects.exists()


def test_the_service_worker_speaks_for_the_whole_site(client: Client) -> None:
    answer = client.get("/push-worker.js")
    assert answer.headers["Content-Type"] == "text/javascript"
    assert "no-cache" in answer.headers["Cache-Control"]
    assert b"showNotification" in answer.content


def test_the_page_knows_our_key_where_it_may_be_used(client: Client, admin_client: Client) -> None:
    assert client.get("/alerts/").context["page_data"]["push_key"] == ""
    assert len(admin_client.get("/alerts/").context["page_data"]["push_key"]) == 87
