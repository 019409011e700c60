"""Advice is made once an interval, from what is held, and says why."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from battery.advice.advising import advise, advise_all, prepare_all
from battery.advice.learning import keep_up
from battery.advice.schedules import schedule_all
from battery.cycle_price import CyclePrice
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
from market.intervals import day_bounds, intervals_between
from market.markets import Market
from prices.models import FeedEvent, Node, Trouble
from tests.battery import advised
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
        "and wear; planned sale 17:00 at about 80."
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
    second = WearPrice.objects.get(date=DAY + timedelta(days=1))
    expected = CyclePrice(first.usd_mwh, 0.25).after(0.0)
    assert (second.usd_mwh, second.owed) == pytest.approx((expected.usd_mwh, expected.owed))
    assert second.usd_mwh < first.usd_mwh


def test_what_was_sold_yesterday_counts_towards_the_cap(battery: Battery) -> None:
    Battery.objects.update(cycles_per_day=Decimal("0.25"))
    battery.refresh_from_db()
    yesterday = DAY - timedelta(days=1)
    WearPrice.objects.create(battery=battery, date=yesterday, usd_mwh=20.0, cap=0.25, owed=0.0)
    for nth in (-1, 6, 24):  # the first is of the day before
        advised.advice(battery, MIDNIGHT - timedelta(days=1) + nth * FIVE, 1.0)
    advised.advice(battery, MIDNIGHT - FIVE, -1.0)
    advised.advice(battery, MIDNIGHT, 1.0)
    day_ahead()
    real_time(NOON + FIVE)
    advise(battery, now=NOON + timedelta(seconds=30))
    made = WearPrice.objects.get(date=DAY)
    cycled = battery.asset.cycles(2 * 1 / 12)
    expected = CyclePrice(20.0, 0.25).after(cycled)
    assert (made.usd_mwh, made.owed) == pytest.approx((expected.usd_mwh, expected.owed))
    assert made.owed == pytest.approx(cycled - 0.25)


def test_an_interval_that_an_outage_ends_in_is_idle_in_the_plan_too(battery: Battery) -> None:
    day_ahead()
    real_time(NOON + FIVE)
    Outage.objects.create(battery=battery, start=NOON, end=NOON + timedelta(minutes=7))
    advise(battery, now=NOON + timedelta(seconds=30))
    advice = Advice.objects.get()
    assert (advice.fallback, advice.plan[0][4], advice.plan[1][4]) == ("outage", 0.0, -1.0)


def test_a_day_without_day_ahead_prices_is_advised_by_the_day_before(battery: Battery) -> None:
    """The newest real-time price counts all the same, and it is said what is assumed."""
    day_ahead(DAY - timedelta(days=1))
    real_time(NOON + FIVE, "5")
    advise(battery, now=NOON + timedelta(seconds=30))
    advice = Advice.objects.get()
    assert (advice.action, advice.fallback) == ("charge", "")
    assert advice.known["real_time_of"] == "2026-07-14T19:00:00Z"
    assert advice.reason.startswith("Charging at about 5: ")
    assert advice.reason.endswith(", if today is priced like yesterday.")


def test_the_hour_that_lacks_a_day_ahead_price_is_named(battery: Battery) -> None:
    hours = list(intervals_between(NOON - timedelta(hours=2), NOON + 5 * FIVE, Market.DAM))
    store([published(hour, "30", Market.DAM) for hour in hours], MIDNIGHT)
    real_time(NOON + FIVE)
    advise(battery, now=NOON + timedelta(minutes=4, seconds=50))
    assert "of SP15 is held for 13:00 or the same hour" in Advice.objects.get().reason


def test_a_fifteen_minute_price_that_is_out_is_the_one_decided_with(battery: Battery) -> None:
    Battery.objects.update(market="RTPD")
    battery.refresh_from_db()
    day_ahead()
    quarter = 3 * FIVE
    starts = intervals_between(NOON - timedelta(hours=2), NOON + 3 * quarter, Market.RTPD)
    prices = {NOON + quarter: "-9.6", NOON + 2 * quarter: "300"}
    store([published(start, prices.get(start, "5"), Market.RTPD) for start in starts], NOON)
    assert len(list(advise_all(now=NOON + timedelta(seconds=1)))) == 1
    advice = Advice.objects.get()
    assert advice.interval_start == NOON + quarter
    assert advice.interval_end == NOON + 2 * quarter
    assert advice.reason.startswith("Charging at −10: ")


def test_each_battery_at_a_node_gets_its_own(battery: Battery) -> None:
    full = advised.battery(name="Full", start_soc_mwh=Decimal(4), made_at=MIDNIGHT)
    advised.battery(name="Elsewhere", slug="np15", made_at=MIDNIGHT)
    day_ahead()
    real_time(NOON + FIVE)
    told = list(advise_all(now=NOON + timedelta(seconds=30)))
    assert [(one.slug, one.seq - one.prev) for one in told] == [("sp15", 1), ("sp15", 1)]
    actions = {advice.battery: advice.action for advice in Advice.objects.all()}
    assert actions == {battery: "charge", full: "hold"}


def test_one_that_can_not_be_advised_keeps_nobody_else_from_it(battery: Battery) -> None:
    advised.battery(pk=0, name="Broken", soc_max_mwh=Decimal(0), made_at=MIDNIGHT)
    day_ahead()
    real_time(NOON + FIVE)
    assert len(list(advise_all(now=NOON + timedelta(seconds=30)))) == 1
    assert Trouble.objects.get().subject == "Broken"


def test_a_correction_after_the_advice_changes_nothing(battery: Battery) -> None:
    day_ahead()
    real_time(NOON + FIVE)
    now = NOON + timedelta(seconds=30)
    assert len(list(advise_all(now=now))) == 1
    store([published(NOON, "900")], now)
    assert list(advise_all(now=now + timedelta(seconds=1))) == []
    assert Advice.objects.get().action == "charge"


def test_a_clock_that_is_set_back_gives_no_advice_twice(battery: Battery) -> None:
    day_ahead()
    real_time(NOON + 2 * FIVE)
    assert len(list(advise_all(now=NOON + FIVE + timedelta(seconds=30)))) == 1
    assert len(list(advise_all(now=NOON + timedelta(seconds=30)))) == 1
    assert list(advise_all(now=NOON + FIVE + timedelta(seconds=30))) == []
    assert Advice.objects.count() == 2


def test_a_charge_outside_of_a_window_that_became_narrower_is_at_its_edge(
    battery: Battery,
) -> None:
    SocReading.objects.create(battery=battery, at=NOON, soc_mwh=Decimal("3.5"))
    Battery.objects.update(soc_max_mwh=3)
    battery.refresh_from_db()
    day_ahead()
    real_time(NOON + FIVE)
    advise(battery, now=NOON + timedelta(seconds=30))
    advice = Advice.objects.get()
    assert (advice.action, advice.soc_mwh) == ("hold", 3)
    assert "the battery is full" in advice.reason


def test_advice_for_midnight_is_read_on_the_day_that_begins(battery: Battery) -> None:
    day_ahead(days=2)
    midnight = MIDNIGHT + timedelta(days=1)
    real_time(midnight)
    advise(battery, now=midnight - FIVE + timedelta(seconds=30))
    advice = Advice.objects.get()
    assert advice.interval_start == midnight
    assert "tomorrow" not in advice.reason


@pytest.mark.parametrize("day", [date(2026, 3, 8), date(2026, 11, 1)])
def test_days_with_23_and_25_hours_are_advised_from_midnight_to_midnight(
    battery: Battery, day: date
) -> None:
    Battery.objects.update(made_at=day_bounds(day - timedelta(days=1))[0])
    battery.refresh_from_db()
    day_ahead(day - timedelta(days=1), days=3)
    start, end = day_bounds(day)
    for moment in intervals_between(start, end, Market.DAM):
        real_time(moment + FIVE, hours=1)
        assert len(advise(battery, now=moment + timedelta(seconds=30))) == 1
    assert Advice.objects.filter(fallback="").count() == (end - start) / timedelta(hours=1)


def test_what_must_be_left_at_the_end_and_can_not_be_reached_is_said(battery: Battery) -> None:
    """An outage over all of the horizon: nothing is worth a billion, and nothing overflows."""
    Battery.objects.update(end_soc_mwh=4)
    battery.refresh_from_db()
    day_ahead(days=2)
    real_time(NOON + FIVE)
    Outage.objects.create(battery=battery, start=NOON, end=NOON + timedelta(days=4))
    advise(battery, now=NOON + timedelta(seconds=30))
    advice = Advice.objects.get()
    assert (advice.fallback, advice.stored_usd_mwh) == ("outage", None)
    assert advice.reason == "Holding: the battery is out of service until Saturday 12:00."
