"""What people do to rules and alerts, told in the node's feed."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import redis
import time_machine
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoCaptureOnCommitCallbacks

from alerts.attending import acknowledge, mute
from alerts.judging.evaluate import evaluate
from alerts.judging.rule_changes import save_changes
from alerts.models import Alert, Condition, Rule
from live import group
from live.snapshot import snapshot_parts
from prices import publishing
from prices.models import Feed, FeedEvent, Node
from tests.alerts.admin.test_rules import form
from tests.conftest import utc
from tests.published import published, store

pytestmark = pytest.mark.django_db
NOON = utc("2026-07-14 19:00")
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def at_noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def above() -> Rule:
    """SP15 real-time above 100, named."""
    Rule.objects.filter(direction="above", watched="lmp").update(name="Discharge")
    return Rule.objects.get(name="Discharge")


@pytest.fixture
def anna() -> User:
    return User.objects.create(username="anna")


def told(slug: str = "sp15") -> list[dict[str, Any]]:
    """The status events of a node's feed, oldest first."""
    events = FeedEvent.objects.filter(kind="status", node__slug=slug).order_by("seq")
    return [event.body for event in events]


def texts(slug: str = "sp15") -> list[str]:
    return [body["text"] for body in told(slug)]


def parts() -> dict[str, Any]:
    """What a snapshot of SP15 says beside prices."""
    node = Node.objects.get(slug="sp15")
    head = Feed.objects.get(node=node).head
    return snapshot_parts(node, 24, up_to=head, now=NOON)


def change(rule: Rule, *, by: str = "anna", **values: Any) -> None:
    for name, value in values.items():
        setattr(rule, name, value)
    save_changes(rule, list(values), now=NOON, by=by)


def test_a_limit_that_was_moved_is_told_with_the_old_one_and_who_moved_it(above: Rule) -> None:
    change(above, limit=120, clear_limit=115)
    [body] = told()
    assert body["text"] == "Rule “Discharge” is now above 120 (was 100), changed by anna"
    assert (body["about"], body["rule_id"], body["by"]) == ("rules", above.pk, "anna")
    drawn = {one["name"]: one["limit"] for one in body["thresholds"]}
    assert drawn == {"Discharge": 120.0, "Charge opportunity": 0.0}
    assert parts()["thresholds"] == body["thresholds"]
    assert body["thresholds"][0]["since"] == "2026-07-14T19:00:00Z"


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({"active": False}, "Rule “Discharge” was switched off by anna"),
        (
            {"market": "DAM"},
            "Rule “Discharge” was changed by anna: SP15 day-ahead",
        ),
        ({"name": "Sell"}, "Rule “Discharge” was changed by anna: SP15 real-time"),
    ],
)
def test_a_change_is_told_in_a_sentence(values: dict[str, Any], text: str, above: Rule) -> None:
    change(above, **values)
    assert texts()[0].startswith(text)


def test_what_no_page_shows_of_a_rule_is_not_told(above: Rule, anna: User) -> None:
    change(above, owner=anna, quiet_days="12345")
    assert told() == []


def test_a_rule_that_moves_to_another_hub_is_told_at_both(above: Rule) -> None:
    change(above, node=Node.objects.get(slug="np15"))
    [here], [there] = told("sp15"), told("np15")
    assert [one["name"] for one in here["thresholds"]] == ["Charge opportunity"]
    assert [one["name"] for one in there["thresholds"]] == ["Discharge"]


@pytest.mark.database
def test_what_an_administrator_does_is_told(admin_client: Client, above: Rule) -> None:
    admin_client.post("/admin/alerts/rule/add/", form(limit="85", name="New"))
    new = Rule.objects.get(name="New")
    with_condition = form({}, limit="85", name="New")
    admin_client.post(f"/admin/alerts/rule/{new.pk}/change/", with_condition)
    admin_client.post(f"/admin/alerts/rule/{new.pk}/delete/", {"post": "yes"})
    assert texts()[0].startswith("Rule “New” was added by admin: SP15 real-time")
    assert texts()[1].startswith("Rule “New” was changed by admin: SP15 real-time")
    assert texts()[2] == "Rule “New” was deleted by admin"
    named = [[one["name"] for one in body["thresholds"]] for body in told()]
    assert ["New" in names for names in named] == [True, False, False]


def test_a_rule_with_conditions_draws_no_line_from_then_on(above: Rule) -> None:
    Condition.objects.create(rule=above, watched="spread", limit=20)
    save_changes(above, [], now=NOON, by="anna", conditions=True)
    assert "Discharge" not in [one["name"] for one in told()[0]["thresholds"]]


@pytest.mark.database
def test_whoever_acknowledges_first_is_told_once_and_stays_in_the_snapshot(
    above: Rule, anna: User
) -> None:
    Rule.objects.update(judges_from=NOON - HOUR)
    store([published(NOON, "120")], NOON)
    evaluate(now=NOON)
    alert = Alert.objects.get()
    acknowledge(alert.pk, anna, now=NOON)
    acknowledge(alert.pk, User.objects.create(username="bob"), now=NOON)
    [body] = told()
    assert body["text"] == "anna acknowledged “Discharge”, open since 12:00 PT"
    assert (body["about"], body["alert_id"], body["by"]) == ("acknowledged", alert.pk, "anna")
    [held] = parts()["alerts"]
    assert (held["acknowledged_by"], held["acknowledged_at"]) == ("anna", "2026-07-14T19:00:00Z")
    assert (held["state"], held["name"]) == ("open", "Discharge")


@pytest.mark.database
def test_a_rule_muted_until_before_now_is_heard(above: Rule, anna: User) -> None:
    mute(above.pk, NOON - HOUR, anna, now=NOON)
    assert [body["until"] for body in told()] == [None]
    assert texts() == ["anna unmuted “Discharge”"]


def test_a_muted_rule_is_told_and_stays_in_the_snapshot_until_it_is_heard_again(
    above: Rule, anna: User
) -> None:
    mute(above.pk, NOON + HOUR, anna, now=NOON)
    assert parts()["muted"] == [
        {"rule": above.pk, "name": "Discharge", "until": "2026-07-14T20:00:00Z"}
    ]
    mute(above.pk, None, anna, now=NOON)
    assert parts()["muted"] == []
    assert texts() == ["anna muted “Discharge” until 13:00 PT", "anna unmuted “Discharge”"]
    assert [body["until"] for body in told()] == ["2026-07-14T20:00:00Z", None]


def test_what_is_told_is_published_once_it_is_committed(
    above: Rule,
    anna: User,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    sent: list[Any] = []
    monkeypatch.setattr(group, "send", sent.extend)
    with django_capture_on_commit_callbacks(execute=True):
        mute(above.pk, NOON + HOUR, anna, now=NOON)
        assert sent == []
    [message] = sent
    assert json.loads(message["text"])["events"][0]["name"] == "Discharge"


def test_without_redis_it_is_stored_all_the_same(
    above: Rule,
    anna: User,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    def away(_: object) -> None:
        raise redis.ConnectionError

    monkeypatch.setattr(group, "send", away)
    with django_capture_on_commit_callbacks(execute=True):
        mute(above.pk, NOON + HOUR, anna, now=NOON)
    assert len(told()) == 1


def test_a_program_that_publishes_nothing_leaves_it_to_the_heartbeat(
    above: Rule, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publishing, "publish", publishing.nobody)
    change(above, limit=110)
    assert len(told()) == 1


@pytest.mark.database
def test_rules_that_are_deleted_together_are_told_each(admin_client: Client) -> None:
    rules = list(Rule.objects.order_by("pk"))
    chosen = {"action": "delete_selected", "_selected_action": [str(rule.pk) for rule in rules]}
    admin_client.post("/admin/alerts/rule/", {**chosen, "post": "yes"})
    assert texts() == [f"Rule “{rule.called}” was deleted by admin" for rule in rules]
    assert told()[-1]["thresholds"] == []
