"""Advice is made once an interval, from what is held, and says why."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from battery.advising import advise, advise_all, prepare_all
from battery.learning import keep_up
from battery.models import (
    Advice,
    Battery,
    Learned,
    NeverChanged,
    Outage,
    Schedule,
    SocReading,
    WearPrice,
)
from battery.schedules import schedule_all
from market.intervals import day_bounds, intervals_between
from market.markets import Market
from prices.models import FeedEvent, Node, Trouble
from tests.published import published, store

pytestmark = [pytest.mark.django_db, pytest.mark.database]

DAY = date(2026, 7, 14)
MIDNIGHT = day_bounds(DAY)[0]
NOON = MIDNIGHT + timedelta(hours=12)
FIVE = timedelta(minutes=5)
# Cheap at noon, dear in the evening, Pacific.
BY_HOUR = [40] * 8 + [25, 20, 18, 12, 5, 12, 18, 22, 30, 60, 95, 90, 70, 50, 45, 42]


@pytest.fixture
def battery() -> Battery:
    Battery.objects.update(made_at=MIDNIGHT)
    return Battery.objects.get(name="Example 1 MW / 4 MWh")


def day_ahead(first: date = DAY, days: int = 1) -> None:
    start, _ = day_bounds(first)
    end = day_bounds(first + timedelta(days=days - 1))[1]
    hours = list(intervals_between(start, end, Market.DAM))
    prices = [published(hour, str(BY_HOUR[nth % 24]), Market.DAM) for nth, hour in enumerate(hours)]
    store(prices, MIDNIGHT)


def real_time(until: datetime, lmp: str = "5", hours: int = 4) -> None:
    starts = intervals_between(until - timedelta(hours=hours), until, Market.RTM)
    store([published(start, lmp) for start in starts], until)


def test_a_cheap_interval_before_a_dear_evening_is_charged_in_and_says_why(
    battery: Battery,
) -> None:
    day_ahead()
    real_time(NOON + FIVE)
    advise(battery, now=NOON + timedelta(seconds=30))
    advice = Advice.objects.get()
    assert (advice.action, advice.power_mw) == ("charge", Decimal(-1))
    assert advice.interval_start == NOON + FIVE
    assert advice.reason == (
        f"Charging at about 5: a stored MWh is worth {round(advice.stored_usd_mwh)} after losses "
        "and wear; planned sale 17:00 at about 73."
    )
    assert advice.fallback == ""
    assert advice.soc_mwh == 2
    assert advice.soc_source == "reckoned"
    assert advice.known["real_time_of"] == "2026-07-14T19:00:00Z"
    assert advice.known["day_ahead_until"] == "2026-07-15T07:00:00Z"


def test_the_plan_stays_in_the_window_and_begins_with_the_advice(battery: Battery) -> None:
    day_ahead()
    real_time(NOON + FIVE)
    advise(battery, now=NOON + timedelta(seconds=30))
    advice = Advice.objects.get()
    first = advice.plan[0]
    assert first[0] == "2026-07-14T19:05:00Z"
    assert first[4] == float(advice.power_mw)
    assert all(0 <= row[5] <= 4 and row[2] <= row[3] for row in advice.plan)


def test_a_price_that_is_published_ahead_is_acted_on_as_it_is(battery: Battery) -> None:
    day_ahead()
    real_time(NOON + 2 * FIVE, "-4.18")
    advise(battery, now=NOON + timedelta(seconds=30))
    assert Advice.objects.get().reason.startswith("Charging at −4: ")


def test_it_discharges_in_the_evening(battery: Battery) -> None:
    day_ahead()
    evening = MIDNIGHT + timedelta(hours=18, minutes=30)
    real_time(evening + FIVE, "130")
    advise(battery, now=evening + timedelta(seconds=30))
    advice = Advice.objects.get()
    assert (advice.action, advice.power_mw) == ("discharge", Decimal(1))
    assert "Discharging at about" in advice.reason


def test_an_interval_gets_advice_once_and_it_never_changes(battery: Battery) -> None:
    day_ahead()
    real_time(NOON + FIVE)
    now = NOON + timedelta(seconds=30)
    assert len(list(advise_all(now=now))) == 1
    assert list(advise_all(now=now + timedelta(seconds=10))) == []
    assert advise(battery, now=now) == []
    advice = Advice.objects.get()
    advice.reason = "Better so."
    with pytest.raises(NeverChanged, match="can't be changed"):
        advice.save()


def test_what_is_prepared_for_is_not_given_yet(battery: Battery) -> None:
    day_ahead()
    real_time(NOON)
    prepare_all(now=NOON + timedelta(seconds=30))
    assert Learned.objects.exists()
    assert not Trouble.objects.exists()
    assert not Advice.objects.exists()


def test_advice_is_an_event_of_its_nodes_feed(battery: Battery) -> None:
    day_ahead()
    real_time(NOON + FIVE)
    (told,) = advise_all(now=NOON + timedelta(seconds=30))
    event = FeedEvent.objects.get(node=battery.node, kind="advice")
    assert told.slug == "sp15"
    assert told.seq == event.seq
    assert event.body["action"] == "charge"
    assert event.body["power_mw"] == -1.0


def test_nothing_is_done_on_old_prices(battery: Battery) -> None:
    day_ahead()
    real_time(NOON - timedelta(minutes=25))
    advise(battery, now=NOON + timedelta(minutes=4, seconds=50))
    advice = Advice.objects.get()
    assert (advice.action, advice.power_mw, advice.fallback) == ("hold", 0, "stale prices")
    assert advice.reason == (
        "Holding: the newest real-time price is of 11:30, 35 minutes earlier, and nothing is done "
        "on old prices."
    )


def test_without_a_day_ahead_price_it_holds_and_names_the_hub(battery: Battery) -> None:
    real_time(NOON + FIVE)
    assert advise(battery, now=NOON + timedelta(seconds=30)) == []  # it may still come
    advise(battery, now=NOON + timedelta(minutes=4, seconds=45))
    advice = Advice.objects.get()
    assert (advice.action, advice.fallback) == ("hold", "no prices")
    assert "no day-ahead price of SP15 is held for 12:05" in advice.reason


def test_a_battery_whose_charge_nobody_knows_holds_until_it_is_reported(battery: Battery) -> None:
    Battery.objects.update(start_soc_mwh=None)
    battery.refresh_from_db()
    day_ahead()
    real_time(NOON + FIVE)
    advise(battery, now=NOON + timedelta(seconds=30))
    advice = Advice.objects.get()
    assert (advice.action, advice.fallback, advice.soc_mwh) == ("hold", "no state of charge", None)
    SocReading.objects.create(battery=battery, at=NOON + FIVE, soc_mwh=Decimal("0.5"))
    real_time(NOON + 2 * FIVE)
    advise(battery, now=NOON + FIVE + timedelta(seconds=30))
    advice = Advice.objects.order_by("interval_start").last()
    assert advice
    assert (advice.action, advice.soc_known_at) == ("charge", NOON + FIVE)


def test_a_battery_out_of_service_holds(battery: Battery) -> None:
    day_ahead()
    real_time(NOON + FIVE)
    Outage.objects.create(battery=battery, start=NOON, end=NOON + timedelta(hours=4))
    advise(battery, now=NOON + timedelta(seconds=30))
    advice = Advice.objects.get()
    assert (advice.action, advice.fallback) == ("hold", "outage")
    assert advice.reason == "Holding: the battery is out of service until 16:00."
    assert advice.plan


def test_the_charge_is_reckoned_from_the_advice_before(battery: Battery) -> None:
    day_ahead()
    for nth in range(3):
        real_time(NOON + (nth + 1) * FIVE)
        advise(battery, now=NOON + nth * FIVE + timedelta(seconds=30))
    charges = [float(advice.soc_mwh or 0) for advice in Advice.objects.order_by("interval_start")]
    assert charges == pytest.approx([2, 2.077, 2.155], abs=0.001)


def test_tomorrow_is_scheduled_once_it_is_out_with_a_certificate(battery: Battery) -> None:
    day_ahead(days=2)
    afternoon = MIDNIGHT + timedelta(hours=13, minutes=10)
    real_time(afternoon + FIVE)
    schedule_all(now=afternoon + timedelta(seconds=30))
    schedule = Schedule.objects.get(date=DAY + timedelta(days=1))
    assert len(schedule.hours) == 24
    assert schedule.net_usd > 200
    assert schedule.net_usd <= schedule.bound_usd + Decimal("0.01")
    assert schedule.gap < 1e-6


def test_what_is_learned_is_learned_once_a_day(battery: Battery) -> None:
    day_ahead()
    real_time(NOON + FIVE)
    advise(battery, now=NOON + timedelta(seconds=30))
    assert Learned.objects.get().date == DAY
    keep_up(now=NOON)
    assert Learned.objects.count() == 1
    keep_up(now=NOON + timedelta(days=1))
    assert {row.date for row in Learned.objects.all()} == {DAY, DAY + timedelta(days=1)}
    keep_up(now=NOON + timedelta(days=40))
    assert Learned.objects.count() == 1


def test_a_battery_at_another_node_than_a_hub_is_advised_there(battery: Battery) -> None:
    node = Node.objects.create(slug="vestal", oasis_name="VESTAL_2_N001", tracked=True)
    Battery.objects.update(node=node)
    hours = intervals_between(*day_bounds(DAY), Market.DAM)
    name = "VESTAL_2_N001"
    store(
        [published(hour, str(BY_HOUR[nth]), Market.DAM, name) for nth, hour in enumerate(hours)],
        MIDNIGHT,
    )
    store([published(NOON, "-20", node=name)], NOON)
    assert len(list(advise_all(now=NOON + timedelta(seconds=30)))) == 1
    advice = Advice.objects.get()
    assert advice.action == "charge"
    assert FeedEvent.objects.get(kind="advice").node == node


def test_a_battery_that_is_switched_off_gets_none(battery: Battery) -> None:
    Battery.objects.update(active=False)
    day_ahead()
    real_time(NOON + FIVE)
    assert list(advise_all(now=NOON + timedelta(seconds=30))) == []


def test_a_cap_on_cycles_is_a_price_on_wear_that_follows_what_was_advised(battery: Battery) -> None:
    Battery.objects.update(cycles_per_day=Decimal("0.25"))
    battery.refresh_from_db()
    day_ahead(DAY - timedelta(days=10), 12)
    real_time(NOON + FIVE)
    advise(battery, now=NOON + timedelta(seconds=30))
    first = WearPrice.objects.get()
    assert first.date == DAY
    assert first.usd_mwh > 5
    advice = Advice.objects.get()
    assert advice.parameters["wear_usd_mwh_with_cap"] == pytest.approx(10 + first.usd_mwh)
    tomorrow = NOON + timedelta(days=1)
    real_time(tomorrow + FIVE)
    advise(battery, now=tomorrow + timedelta(seconds=30))
    assert WearPrice.objects.get(date=DAY + timedelta(days=1)).usd_mwh == pytest.approx(
        first.usd_mwh - 4 * 0.25
    )
