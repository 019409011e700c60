"""Deleting in the admin: a node with history is kept, and its history is not read to say so."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from alerts.models import Alert, Delivery, Method, Rule
from prices.models import Feed, FeedEvent, Gap, Node, Price, PriceRevision
from tests.conftest import utc
from tests.published import published, store

pytestmark = [pytest.mark.database, pytest.mark.django_db]
NOON = utc("2026-07-14 19:00")
CONFIRMED = {"post": "yes"}


def mistyped() -> Node:
    """A node that was just added, has a reader, and is unknown to OASIS."""
    node = Node.objects.create(slug="typo", oasis_name="TYPO_1_N001")
    Feed.objects.create(node=node)
    Gap.objects.create(node=node, market="RTM", interval_start=NOON, since=NOON, ask_after=NOON)
    return node


def sp15() -> Node:
    """A node with a day of prices and no rule."""
    Rule.objects.all().delete()
    store([published(NOON + timedelta(minutes=5 * n)) for n in range(288)], NOON)
    return Node.objects.get(slug="sp15")


def page(obj: Any, rest: str) -> str:
    return f"/admin/{obj._meta.app_label}/{obj._meta.model_name}/{obj.pk}/{rest}/"


def chosen(client: Client, *objs: Any, **more: str) -> Any:
    """The answer to deleting these rows from the list."""
    meta = objs[0]._meta
    posted = {"action": "delete_selected", "_selected_action": [obj.pk for obj in objs], "index": 0}
    address = f"/admin/{meta.app_label}/{meta.model_name}/"
    return client.post(address, posted | more, follow=True)


def test_a_node_with_history_is_not_deleted_and_the_page_says_why(admin_client: Client) -> None:
    node = sp15()
    why = (
        "SP15 can&#x27;t be deleted: it has prices and feed events and batteries that must be kept."
    )
    for answer in (
        admin_client.get(page(node, "delete")),
        admin_client.post(page(node, "delete"), CONFIRMED),
    ):
        assert answer.status_code == 403
        assert why in answer.content.decode()
    form = admin_client.get(page(node, "change")).content.decode()
    assert why in form
    assert "Clear “tracked” instead" in form
    assert page(node, "delete") not in form
    for more in ({}, CONFIRMED):
        assert why in chosen(admin_client, node, mistyped_once(), **more).content.decode()
    assert Node.objects.filter(slug__in=("sp15", "typo")).count() == 2
    assert Price.objects.count() == 288


def mistyped_once() -> Node:
    return Node.objects.filter(slug="typo").first() or mistyped()


def test_saying_why_does_not_read_the_history(admin_client: Client) -> None:
    node = sp15()
    for call in (
        lambda: admin_client.get(page(node, "delete")),
        lambda: admin_client.get(page(node, "change")),
        lambda: chosen(admin_client, node),
    ):
        with CaptureQueriesContext(
            connection,
        ) as asked:
            call()
        texts = [one["sql"] for one in asked.captured_queries]
        history = [text for text in texts if "prices_price" in text or "prices_feedevent" in text]
        assert history
        assert all(text.endswith("LIMIT 1") for text in history)


@pytest.mark.parametrize("by_list", [False, True])
def test_a_node_without_history_is_deleted(by_list: bool, admin_client: Client) -> None:
    node = mistyped()
    if by_list:
        assert "Are you sure" in chosen(admin_client, node).content.decode()
        chosen(admin_client, node, **CONFIRMED)
    else:
        assert admin_client.get(page(node, "delete")).status_code == 200
        assert admin_client.post(page(node, "delete"), CONFIRMED).status_code == 302
    assert not Node.objects.filter(slug="typo").exists()
    assert not Gap.objects.exists()


def add_dependent(node: Node, what: str) -> None:
    """Add one row of another table, or an event to the feed."""
    start = {"node": node, "market": "RTM", "interval_start": NOON}
    figures = {"lmp": 1, "energy": 1, "congestion": 0, "loss": 0, "revision": 1, "seen_at": NOON}
    if what == "price revisions":
        times = ("interval_end", "first_seen_at", "superseded_at", "recorded_at", "held_until")
        moments = dict.fromkeys(times, NOON)
        PriceRevision.objects.create(**start, **figures, **moments, source="oasis")
    elif what == "feed events":
        FeedEvent.objects.create(node=node, seq=1, kind="price", body={}, created_at=NOON)
    elif what == "rules":
        Rule.objects.create(node=node, limit=1)
    else:
        Feed.objects.filter(node=node).update(head=7)


@pytest.mark.parametrize("what", ["price revisions", "feed events", "rules", "a feed"])
def test_a_node_that_something_depends_on_is_kept(what: str, admin_client: Client) -> None:
    node = mistyped()
    add_dependent(node, what)
    answer = admin_client.post(page(node, "delete"), CONFIRMED)
    assert f"it has {what} that must be kept" in answer.content.decode()
    assert Node.objects.filter(pk=node.pk).exists()


def test_tracking_can_be_stopped_instead(admin_client: Client) -> None:
    node = sp15()
    posted = {"action": "stop_tracking", "_selected_action": [node.pk], "index": 0}
    answer = admin_client.post("/admin/prices/node/", posted, follow=True)
    assert "1 no longer tracked; prices are kept." in answer.content.decode()
    node.refresh_from_db()
    assert not node.tracked


def test_nodes_that_are_not_tracked_anyway_are_left_alone_and_not_counted(
    admin_client: Client,
) -> None:
    untracked = Node.objects.create(slug="alta", oasis_name="ALTA_1_N001", tracked=False)
    posted = {"action": "stop_tracking", "_selected_action": [sp15().pk, untracked.pk], "index": 0}
    answer = admin_client.post("/admin/prices/node/", posted, follow=True)
    assert "1 no longer tracked; prices are kept." in answer.content.decode()


def test_a_reader_does_not_see_why_a_node_is_kept(client: Client) -> None:
    node = sp15()
    client.force_login(User.objects.create_user("reader", is_staff=True))
    assert client.get(page(node, "delete")).status_code == 403


def test_changing_a_slug_says_what_happens_to_the_old_one(admin_client: Client) -> None:
    node = mistyped()
    posted = {"slug": "right", "oasis_name": node.oasis_name, "zone": "", "tracked": "on"}
    answer = admin_client.post(page(node, "change"), posted, follow=True)
    assert (
        "Those who ask for typo get the answer that there is no such hub."
        in answer.content.decode()
    )


def test_a_rule_with_alerts_and_a_method_with_deliveries_are_kept_too(admin_client: Client) -> None:
    rule = Rule.objects.get(direction="above", watched="lmp")
    figures = {"price": 120, "value": 120, "interval_start": NOON, "text": "t"}
    Alert.objects.create(rule=rule, wording="w", opened_at=NOON, **figures)
    method = Method.objects.create(name="desk", address="desk@example.org")
    Delivery.objects.create(method=method, kind="test", created_at=NOON, due_at=NOON)
    for obj, what in ((rule, "alerts"), (method, "deliveries")):
        answer = admin_client.post(page(obj, "delete"), CONFIRMED)
        assert answer.status_code == 403
        assert f"it has {what} that must be kept. Untick “active”" in answer.content.decode()
        assert f"it has {what}" in admin_client.get(page(obj, "change")).content.decode()


def test_a_rule_without_alerts_and_a_method_without_deliveries_are_deleted(
    admin_client: Client,
) -> None:
    rule = Rule.objects.get(direction="above", watched="lmp")
    rule.conditions.create(watched="spread", direction="above", limit=20)
    method = Method.objects.create(name="desk", address="desk@example.org")
    rule.methods.add(method)
    for obj in (method, rule):
        assert admin_client.post(page(obj, "delete"), CONFIRMED).status_code == 302
        assert not type(obj).objects.filter(pk=obj.pk).exists()
