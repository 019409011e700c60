"""Which deliveries are written, and rules on the age of data."""

from datetime import time, timedelta

import pytest

from alerts.delivery.digest import write_digests
from alerts.judging.evaluate import evaluate
from alerts.models import Alert, Delivery, Method, Rule
from tests.conftest import utc
from tests.published import published, store

pytestmark = [pytest.mark.database, pytest.mark.django_db]
NOON = utc("2026-07-14 19:00")
FIVE = timedelta(minutes=5)


@pytest.fixture
def rule() -> Rule:
    """SP15 above 100, with two delivery methods, one of them inactive."""
    Rule.objects.update(judges_from=NOON - timedelta(hours=6))
    rule = Rule.objects.get(limit=100)
    rule.methods.add(Method.objects.create(name="desk", address="desk@example.org"))
    rule.methods.add(Method.objects.create(name="away", address="a@example.org", active=False))
    return rule


def fire() -> list[tuple[str, str]]:
    """Cross the limit and come back. Returns kind and state of each delivery."""
    come(0, "120")
    come(1, "90")
    return states()


def come(number: int, price: str) -> None:
    """Publish and judge a price."""
    at = NOON + number * FIVE
    store([published(at, price)], at)
    evaluate(now=at)


def states() -> list[tuple[str, str]]:
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
    assert fire() == [("opened", "muted"), ("cleared", "muted")]
    assert Alert.objects.count() == 1


@pytest.mark.parametrize(("then", "state"), [("held", "held"), ("dropped", "dropped")])
def test_an_all_clear_does_not_overtake_an_opening_held_by_quiet_hours(
    rule: Rule, then: str, state: str
) -> None:
    hours = {"quiet_from": time(11), "quiet_until": time(12, 3), "quiet_then": then}
    Rule.objects.filter(pk=rule.pk).update(**hours)
    assert fire() == [("opened", state), ("cleared", state)]


def test_an_all_clear_goes_to_the_methods_that_got_the_opening(rule: Rule) -> None:
    come(0, "120")
    Delivery.objects.update(state="in a digest")
    come(1, "90")
    assert states() == [("opened", "in a digest"), ("cleared", "waiting")]


def test_a_method_that_got_the_opening_at_once_gets_the_all_clear_at_once(rule: Rule) -> None:
    other = Method.objects.create(name="other", address="o@example.org")
    come(0, "120")
    Delivery.objects.update(state="held")
    rule.methods.add(other)
    come(1, "90")
    assert states() == [("opened", "held"), ("cleared", "held"), ("cleared", "waiting")]


def test_an_all_clear_just_after_seven_goes_with_the_opening_that_was_held(rule: Rule) -> None:
    come(0, "120")
    Delivery.objects.update(state="held", created_at=utc("2026-07-14 12:00"))
    come(1, "90")
    Delivery.objects.filter(kind="cleared").update(created_at=utc("2026-07-14 14:00:01"))
    assert write_digests(now=utc("2026-07-14 14:00:02")) == 1
    assert [state for _, state in states()] == ["in a digest", "in a digest", "waiting"]


def test_old_data_open_an_alert_once_and_fresh_data_clear_it(rule: Rule) -> None:
    store([published(NOON, "40")], NOON)
    for minutes in (10, 16, 20):
        evaluate(now=NOON + timedelta(minutes=minutes))
    [alert] = Alert.objects.all()
    assert alert.text == "SP15 data 16 min old, over 15 min · newest 12:00–12:05 PT"
    store([published(NOON + 4 * FIVE, "40")], NOON + timedelta(minutes=22))
    evaluate(now=NOON + timedelta(minutes=22))
    alert.refresh_from_db()
    assert alert.state == "cleared"
    last = alert.transitions.get(kind="cleared")
    assert last.text == "SP15 data 2 min old, back under 15 min · newest 12:20–12:25 PT"


def test_data_that_were_published_ahead_are_of_no_age_yet(rule: Rule) -> None:
    store([published(NOON, "40")], NOON)
    evaluate(now=NOON + timedelta(minutes=16))
    store([published(NOON + 4 * FIVE, "40")], NOON + timedelta(minutes=16))
    evaluate(now=NOON + timedelta(minutes=17))
    last = Alert.objects.get().transitions.get(kind="cleared")
    assert last.text == "SP15 data 0 min old, back under 15 min · newest 12:20–12:25 PT"
    assert last.value == 0


def test_a_node_without_a_price_is_not_too_old(rule: Rule) -> None:
    assert evaluate(now=NOON) == []


def test_data_age_opens_again_on_the_same_interval_only_after_newer_data(rule: Rule) -> None:
    store([published(NOON, "40")], NOON)
    evaluate(now=NOON + timedelta(minutes=16))
    Rule.objects.update(beyond=False)  # a copy of the database from before
    evaluate(now=NOON + timedelta(minutes=17))
    assert Alert.objects.count() == 1
