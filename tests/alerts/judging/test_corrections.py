"""Prices that change or come after they were judged: announcements are corrected."""

from datetime import timedelta
from decimal import Decimal

import pytest

from alerts.judging.evaluate import evaluate
from alerts.models import Alert, Condition, Rule, Transition
from market.markets import Market
from prices.models import FeedEvent, Node
from tests.conftest import utc
from tests.published import published, store

pytestmark = pytest.mark.django_db
NOON = utc("2026-07-14 19:00")
FIVE = timedelta(minutes=5)
LATER = NOON + timedelta(minutes=40)


@pytest.fixture(autouse=True)
def one_rule(db: None) -> Rule:
    Rule.objects.all().delete()
    made = NOON - timedelta(hours=6)
    return Rule.objects.create(
        node=Node.objects.get(slug="sp15"), limit=100, judges_from=made, created_at=made
    )


def come(*prices: str | None) -> None:
    """Each interval from noon on, published and judged as it comes; None does not come."""
    for number, price in enumerate(prices):
        if price is not None:
            seen(number, price, minutes=1)


def seen(number: int, price: str, *, minutes: int = 35, market: Market = Market.RTM) -> None:
    """One interval's price, seen so many minutes after it began, and judged."""
    start = NOON + number * FIVE
    at = start + timedelta(minutes=minutes)
    store([published(start, price, market)], at)
    evaluate(now=at)


def announced() -> list[str]:
    """Every transition, in order."""
    return list(Transition.objects.order_by("pk").values_list("text", flat=True))


def events() -> list[str]:
    """The states of the alert events of the feed."""
    found = FeedEvent.objects.filter(kind="alert").order_by("seq")
    return [event.body["state"] for event in found]


CORRECTED = "(after a correction)"


def test_a_correction_that_removes_the_crossing_retracts_the_alert() -> None:
    come("90", "150", "90")
    seen(1, "80")
    assert announced()[2:] == ["Withdrawn: SP15 12:05 PT corrected 150.00 → 80.00 $/MWh"]
    assert Alert.objects.get().state == "retracted"
    assert events() == ["open", "cleared", "retracted"]


@pytest.mark.database
def test_an_alert_that_is_open_is_retracted_too_and_the_next_crossing_opens_another() -> None:
    come("90", "150")
    seen(1, "80")
    come(None, None, "120")
    assert [alert.state for alert in Alert.objects.order_by("pk")] == ["retracted", "open"]


def test_a_correction_that_adds_a_crossing_raises_an_alert_with_its_end() -> None:
    come("90", "95", "90")
    seen(1, "150")
    assert announced() == [
        f"SP15 150.00 $/MWh, over 100 · 12:05–12:10 PT {CORRECTED}",
        f"SP15 90.00 $/MWh, back under 100 · 12:10–12:15 PT {CORRECTED}",
    ]
    assert events() == ["open", "cleared"]


def test_a_late_interval_is_judged_and_its_alert_says_so() -> None:
    come("90", None, "90")
    seen(1, "150")
    assert announced()[0] == "SP15 150.00 $/MWh, over 100 · 12:05–12:10 PT (a price came late)"
    assert len(announced()) == 2


def test_new_intervals_that_come_with_a_late_one_are_announced_as_new() -> None:
    """As when a poll heals a gap: what is late says so, and what is new is not passed over."""
    come("150", None, "150")
    prices = {1: "80", 3: "90", 4: "150", 5: "90", 6: "150"}
    store([published(NOON + n * FIVE, price) for n, price in prices.items()], LATER)
    evaluate(now=LATER)
    assert announced() == [
        "SP15 150.00 $/MWh, over 100 · 12:00–12:05 PT",
        "SP15 90.00 $/MWh, back under 100 · 12:15–12:20 PT",
        "SP15 150.00 $/MWh, over 100 · 12:20–12:25 PT",
        "SP15 90.00 $/MWh, back under 100 · 12:25–12:30 PT",
        "SP15 150.00 $/MWh, over 100 · 12:30–12:35 PT",
    ]
    assert [alert.state for alert in Alert.objects.order_by("pk")] == ["cleared"] * 2 + ["open"]


def test_a_late_interval_that_crosses_no_limit_announces_nothing() -> None:
    come("90", None, "90")
    seen(1, "91")
    assert announced() == []


def test_a_dip_that_comes_late_leaves_an_alert_that_lasts_as_it_is() -> None:
    come("150", None, "160")
    seen(1, "80")
    assert events() == ["open"]


def test_a_dip_that_comes_late_ends_an_alert_that_went_no_further() -> None:
    Rule.objects.update(clear_limit=80)
    come("150", None, "90", "90")
    assert events() == ["open"]
    seen(1, "50")
    assert events() == ["open", "cleared"]


def test_a_correction_within_an_open_alert_announces_nothing() -> None:
    come("150", "160", "170")
    seen(1, "165")
    seen(0, "155")
    assert events() == ["open"]


def test_a_dip_between_two_alerts_that_is_corrected_away_announces_nothing() -> None:
    come("150", "90", "160")
    seen(1, "155")
    assert [alert.state for alert in Alert.objects.order_by("pk")] == ["cleared", "open"]
    assert events() == ["open", "cleared", "open"]


@pytest.mark.database
def test_an_alert_that_a_corrected_price_had_cleared_is_raised_from_there() -> None:
    come("150", "90")
    seen(1, "155")
    assert announced()[2:] == [f"SP15 155.00 $/MWh, over 100 · 12:05–12:10 PT {CORRECTED}"]
    come(None, None, "80")
    assert Alert.objects.filter(cleared_at=None).count() == 0


@pytest.mark.database
def test_a_correction_amends_alerts_only_once() -> None:
    come("90", "150", "90")
    seen(1, "80")
    before = announced()
    Rule.objects.update(judged_seq=0)
    evaluate(now=LATER)
    assert announced() == before


@pytest.mark.database
def test_a_rule_with_for_at_least_is_judged_again_over_the_whole_run() -> None:
    Rule.objects.update(for_minutes=15)
    come("150", "99", "150", "150", "90")
    assert announced() == []
    seen(1, "120")
    assert announced() == [
        f"SP15 150.00 $/MWh, over 100 · 12:10–12:15 PT {CORRECTED}",
        f"SP15 90.00 $/MWh, back under 100 · 12:20–12:25 PT {CORRECTED}",
    ]


def test_a_day_ahead_price_that_comes_late_gives_the_spread_of_its_hour() -> None:
    Rule.objects.update(watched="spread", limit=30)
    come("90", "90")
    seen(0, "50", market=Market.DAM)
    assert announced() == ["SP15 spread +40.00 $/MWh, over 30 · 12:00–12:05 PT (a price came late)"]


def test_an_alert_after_a_corrected_day_ahead_price_says_so() -> None:
    Rule.objects.update(watched="spread", limit=30)
    seen(0, "80", market=Market.DAM)
    come("90", "90")
    seen(0, "50", market=Market.DAM)
    assert [text[-len(CORRECTED) :] for text in announced()] == [CORRECTED]


def test_a_correction_of_another_day_names_the_day() -> None:
    come("90", "90", "90")
    seen(1, "120", minutes=6 * 24 * 60)
    assert announced()[0] == f"SP15 120.00 $/MWh, over 100 · Tue 14 Jul 12:05–12:10 PT {CORRECTED}"


def test_a_rule_with_two_conditions_says_that_they_no_longer_both_hold() -> None:
    Condition.objects.create(rule=Rule.objects.get(), watched="energy", limit=0)
    come("150", "90")
    assert announced()[1] == (
        "SP15 90.00 $/MWh, no longer over 100 and energy over 0 · 12:05–12:10 PT"
    )


def test_tomorrows_alert_stays_when_the_limit_changes_and_another_hour_is_corrected() -> None:
    Rule.objects.update(market="DAM")
    hours = {20: "150", 21: "90", 22: "80"}  # tomorrow's
    day = [published(NOON + n * timedelta(hours=1), lmp, Market.DAM) for n, lmp in hours.items()]
    store(day, NOON)
    evaluate(now=NOON)
    Rule.objects.update(limit=200, judges_from=NOON + FIVE)
    store([day[2]._replace(lmp=Decimal(250))], NOON + 2 * FIVE)
    evaluate(now=NOON + 2 * FIVE)
    assert [alert.state for alert in Alert.objects.order_by("pk")] == ["cleared", "open"]


@pytest.mark.database
def test_an_alert_announced_before_is_not_announced_again_and_ends_no_other() -> None:
    """Tomorrow's 15:00 and 20:00 are announced; then the limit and an hour between change."""
    Rule.objects.update(market="DAM")
    hours = {20: "150", 21: "150", 22: "90", 25: "150"}
    day = [published(NOON + n * timedelta(hours=1), lmp, Market.DAM) for n, lmp in hours.items()]
    store(day, NOON)
    evaluate(now=NOON)
    Rule.objects.update(limit=110, judges_from=NOON + FIVE)
    store([day[1]._replace(lmp=Decimal(80))], NOON + 2 * FIVE)
    evaluate(now=NOON + 2 * FIVE)
    over, lasting = Alert.objects.order_by("pk")
    assert (over.state, lasting.state) == ("cleared", "open")
    assert events() == ["open", "cleared", "open"]


def test_intervals_judged_by_an_earlier_limit_are_left_alone() -> None:
    come("90", "150", "90")
    Rule.objects.update(limit=60, judges_from=NOON + 3 * FIVE)
    come(None, None, None, "50")
    seen(1, "140")
    assert events() == ["open", "cleared"]


@pytest.mark.database
def test_a_change_over_minutes_is_judged_again_on_both_of_its_ends() -> None:
    Rule.objects.update(watched="change", span=10, limit=40)
    come("50", "60", "70")
    assert announced() == []
    seen(0, "20")
    assert announced()[0] == (
        "SP15 change +50.00 $/MWh in 10 min, over 40 · 12:10–12:15 PT (after a correction)"
    )
