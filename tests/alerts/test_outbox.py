"""What is written to be delivered, and the age of data."""

from datetime import time, timedelta

import pytest

from alerts.evaluate import evaluate
from alerts.models import Alert, Delivery, Method, Rule
from tests.conftest import utc
from tests.published import published, store

pytestmark = pytest.mark.django_db
NOON = utc("2026-07-14 19:00")
FIVE = timedelta(minutes=5)


@pytest.fixture
def rule() -> Rule:
    """SP15 above 100, told to two people, one of whom is away."""
    Rule.objects.update(judges_from=NOON - timedelta(hours=6))
    rule = Rule.objects.get(limit=100)
    rule.methods.add(Method.objects.create(name="desk", address="desk@example.org"))
    rule.methods.add(Method.objects.create(name="away", address="a@example.org", active=False))
    return rule


def fire() -> list[tuple[str, str]]:
    """A crossing and its end; kind and state of each delivery."""
    for number, price in enumerate(["120", "90"]):
        at = NOON + number * FIVE
        store([published(at, price)], at)
        evaluate(now=at)
    return list(Delivery.objects.order_by("pk").values_list("kind", "state"))


def test_each_transition_waits_for_each_active_method_once(rule: Rule) -> None:
    assert fire() == [("opened", "waiting"), ("cleared", "waiting")]
    evaluate(now=NOON + FIVE)
    assert Delivery.objects.count() == 2
    assert len(set(Delivery.objects.values_list("key", flat=True))) == 2


@pytest.mark.parametrize(("then", "state"), [("held", "held"), ("dropped", "dropped")])
def test_in_quiet_hours_nothing_is_sent_at_once(rule: Rule, then: str, state: str) -> None:
    hours = {"quiet_from": time(11), "quiet_until": time(13), "quiet_then": then}
    Rule.objects.filter(pk=rule.pk).update(**hours)
    assert fire() == [("opened", state), ("cleared", state)]


def test_a_muted_rule_alerts_on_the_page_only(rule: Rule) -> None:
    Rule.objects.filter(pk=rule.pk).update(muted_until=NOON + timedelta(minutes=2))
    assert fire() == [("opened", "muted"), ("cleared", "waiting")]
    assert Alert.objects.count() == 1


def test_data_that_grow_old_are_told_once_and_that_they_are_fresh_again(rule: Rule) -> None:
    store([published(NOON, "40")], NOON)
    for minutes in (10, 16, 20):
        evaluate(now=NOON + timedelta(minutes=minutes))
    [alert] = Alert.objects.all()
    assert alert.text == ("SP15 real-time data older than 15 min: 16 min, newest interval 12:00 PT")
    store([published(NOON + 4 * FIVE, "40")], NOON + timedelta(minutes=22))
    evaluate(now=NOON + timedelta(minutes=22))
    alert.refresh_from_db()
    assert alert.state == "cleared"
    last = alert.transitions.get(kind="cleared")
    assert last.text == (
        "SP15 real-time data no longer older than 15 min: 2 min, newest interval 12:20 PT"
    )


def test_a_node_without_a_price_is_not_too_old(rule: Rule) -> None:
    assert evaluate(now=NOON) == []


def test_an_older_interval_that_is_newest_is_told_again_only_with_other_data(rule: Rule) -> None:
    store([published(NOON, "40")], NOON)
    evaluate(now=NOON + timedelta(minutes=16))
    Rule.objects.update(beyond=False)  # a copy of the database from before
    evaluate(now=NOON + timedelta(minutes=17))
    assert Alert.objects.count() == 1
