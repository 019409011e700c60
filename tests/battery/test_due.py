"""What there is to calculate, by what is stored."""

from datetime import date, datetime, timedelta

import pytest

from battery.due import advice_is_due, advice_is_near, backtests_waiting, settling_is_due
from battery.models import Advice, Backtest, Battery, PaperDay
from market.markets import Market
from prices.models import Node
from tests.conftest import utc
from tests.published import NP15, published, store

pytestmark = pytest.mark.django_db
NOON = utc("2026-07-14 19:00")
MADE = utc("2026-07-11 20:00")
FIVE = timedelta(minutes=5)
SHORTLY = timedelta(seconds=15)


@pytest.fixture
def battery() -> Battery:
    """The example at SP15, made on 11 July."""
    battery = Battery.objects.get()
    battery.made_at = MADE
    battery.save()
    return battery


def advise(battery: Battery, start: datetime) -> None:
    Advice.objects.create(
        battery=battery,
        market=battery.market,
        interval_start=start,
        interval_end=start + Market(battery.market).interval,
        made_at=start - FIVE,
        action="hold",
        power_mw=0,
        soc_source="unknown",
        known={},
        parameters={},
        plan=[],
    )


@pytest.mark.parametrize(
    ("market", "now", "next_start"),
    [
        ("RTM", NOON + FIVE - SHORTLY, NOON + FIVE),
        ("RTM", NOON + timedelta(minutes=4, seconds=59), NOON + FIVE),
        ("RTPD", NOON + 3 * FIVE - SHORTLY, NOON + 3 * FIVE),
    ],
)
def test_advice_is_due_until_there_is_one_for_the_interval_that_begins_next(
    battery: Battery, market: str, now: datetime, next_start: datetime
) -> None:
    Battery.objects.update(market=market)
    battery.refresh_from_db()
    advise(battery, next_start - Market(market).interval)
    assert advice_is_due(now=now)
    advise(battery, next_start)
    assert not advice_is_due(now=now)
    assert not advice_is_due(now=next_start)
    store([published(next_start, market=Market(market))], next_start)
    assert advice_is_due(now=next_start)


def test_one_of_several_batteries_without_advice_is_enough(battery: Battery) -> None:
    advise(battery, NOON + 3 * FIVE)
    battery.pk, battery.name, battery.market = None, "Another", "RTPD"
    battery._state.adding = True
    battery.save()
    assert advice_is_due(now=NOON + 3 * FIVE - SHORTLY)


def test_no_advice_is_due_for_a_battery_at_rest_or_at_a_node_without_polls(
    battery: Battery,
) -> None:
    Battery.objects.update(active=False)
    assert not advice_is_due(now=NOON)
    Battery.objects.update(active=True)
    Node.objects.filter(slug="sp15").update(tracked=False)
    assert not advice_is_due(now=NOON)


def settle(battery: Battery, day: int, at: datetime = NOON) -> None:
    PaperDay.objects.create(
        battery=battery,
        date=date(2026, 7, day),
        market="RTM",
        settled=288,
        excluded=0,
        cycles=1.0,
        rivals={},
        ledger=[],
        settled_at=at,
        **dict.fromkeys(
            ("revenue_usd", "wear_usd", "net_usd", "two_settlement_usd", "perfect_usd"), 0
        ),
    )


def test_settling_is_due_until_every_day_up_to_yesterday_is_settled(battery: Battery) -> None:
    for day in (11, 12, 13):
        assert settling_is_due(now=NOON)
        settle(battery, day)
    assert not settling_is_due(now=NOON)
    # An hour after midnight in California nobody waits for the last prices any more.
    assert not settling_is_due(now=utc("2026-07-15 07:59"))
    assert settling_is_due(now=utc("2026-07-15 08:00"))
    Battery.objects.update(active=False)
    assert not settling_is_due(now=utc("2026-07-15 08:00"))


def test_a_battery_of_today_has_nothing_to_settle(battery: Battery) -> None:
    Battery.objects.update(made_at=NOON)
    assert not settling_is_due(now=NOON)


def test_no_day_older_than_35_is_waited_for(battery: Battery) -> None:
    later = NOON + timedelta(days=37)
    for days in range(1, 36):
        settle(battery, 14)
        PaperDay.objects.filter(date="2026-07-14").update(
            date=(later - timedelta(days=days)).date(), settled_at=later
        )
    assert not settling_is_due(now=later)


def correct(start: datetime, *, market: Market = Market.RTM, node: str | None = None) -> None:
    """A price that is corrected five minutes from noon."""
    options = {"market": market} | ({"node": node} if node else {})
    store([published(start, "40", **options)], NOON - FIVE)
    store([published(start, "41", **options)], NOON + FIVE)


@pytest.mark.parametrize(
    ("market", "settled_at", "due"),
    [
        (Market.RTM, NOON, True),
        (Market.DAM, NOON, True),
        (Market.RTPD, NOON, False),
        (Market.RTM, NOON + 2 * FIVE, False),
    ],
)
def test_a_correction_of_a_settled_day_makes_settling_due(
    battery: Battery, market: Market, settled_at: datetime, due: bool
) -> None:
    for day in (11, 12, 13):
        settle(battery, day, settled_at)
    correct(utc("2026-07-12 12:00"), market=market)
    assert settling_is_due(now=NOON + 3 * FIVE) is due


def test_a_correction_elsewhere_or_of_today_makes_nothing_due(battery: Battery) -> None:
    for day in (11, 12, 13):
        settle(battery, day)
    correct(utc("2026-07-12 12:00"), node=NP15)
    correct(utc("2026-07-14 12:00"))
    assert not settling_is_due(now=NOON + 2 * FIVE)


def test_back_tests_wait_until_somebody_works_on_them_and_lives(battery: Battery) -> None:
    expected = []
    for state, alive_at, waits in (
        ("waiting", None, True),
        ("running", None, True),
        ("running", NOON - timedelta(seconds=59), False),
        ("running", NOON - timedelta(seconds=61), True),
        ("done", NOON - timedelta(hours=1), False),
        ("failed", None, False),
    ):
        row = Backtest.objects.create(
            battery=battery,
            start=date(2026, 6, 1),
            end=date(2026, 6, 30),
            market="RTM",
            policies=[],
            state=state,
            alive_at=alive_at,
        )
        expected += [row.pk] if waits else []
    assert backtests_waiting(now=NOON) == expected


def test_the_questions_are_few(battery: Battery, django_assert_max_num_queries) -> None:
    for day in (11, 12, 13):
        settle(battery, day)
    with django_assert_max_num_queries(11):
        ask_everything()
    advise(battery, NOON + FIVE)
    with django_assert_max_num_queries(8):  # whether it is time is not asked any more
        ask_everything()


def ask_everything() -> None:
    assert not advice_is_due(now=NOON)
    advice_is_near(now=NOON)
    settling_is_due(now=NOON)
    backtests_waiting(now=NOON)
