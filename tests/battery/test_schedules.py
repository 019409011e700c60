"""Day-ahead schedules: made once every hour is held, from the charge that the day begins with."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest

from battery.advice.schedules import schedule_all
from battery.models import Battery, GridLimit, NeverChanged, Outage, Schedule, SocReading
from market.intervals import day_bounds, intervals_between, iso
from market.markets import Market
from prices.models import Node, Trouble
from tests.battery import advised
from tests.published import published, store

pytestmark = [pytest.mark.django_db, pytest.mark.database]
DAY = date(2026, 7, 14)
A_DAY = timedelta(days=1)


@pytest.fixture
def battery() -> Battery:
    Battery.objects.update(made_at=day_bounds(date(2026, 1, 1))[0])
    return Battery.objects.get()


def day_ahead(day: date, *, but: int | None = None) -> list[datetime]:
    """Hold a day's prices, cheap at noon and dear at night, but for one hour."""
    hours = list(intervals_between(*day_bounds(day), Market.DAM))
    held = [hour for nth, hour in enumerate(hours) if nth != but]
    store([published(hour, str(20 + 3 * abs(hours.index(hour) - 12)), Market.DAM) for hour in held],
          hours[0])  # fmt: skip
    return hours


def midday(day: date = DAY) -> datetime:
    return day_bounds(day)[0] + timedelta(hours=12)


@pytest.mark.parametrize(
    ("day", "count"), [(DAY, 24), (date(2026, 3, 8), 23), (date(2026, 11, 1), 25)]
)
def test_a_day_is_scheduled_hour_by_hour(battery: Battery, day: date, count: int) -> None:
    hours = day_ahead(day)
    schedule_all(now=midday(day))
    made = Schedule.objects.get()
    assert [row[0] for row in made.hours] == [iso(hour) for hour in hours]
    assert len(made.hours) == count
    assert all(0 <= row[3] <= 4 for row in made.hours)
    assert made.net_usd <= made.bound_usd + Decimal("0.01")
    assert made.gap < 1e-6


def test_the_charge_follows_from_the_power(battery: Battery) -> None:
    day_ahead(DAY)
    schedule_all(now=midday())
    rows = Schedule.objects.get().hours
    for (*_, before, _), (_, _, power, after, _) in pairwise(rows):
        assert after - before == pytest.approx(battery.asset.stored_mwh(power, 1.0), abs=0.003)


def test_nothing_is_scheduled_while_an_hour_is_missing_and_nothing_twice(battery: Battery) -> None:
    hours = day_ahead(DAY, but=17)
    schedule_all(now=midday())
    assert not Schedule.objects.exists()
    store([published(hours[17], "71", Market.DAM)], midday())
    for _ in range(2):
        schedule_all(now=midday())
    made = Schedule.objects.get()
    with pytest.raises(NeverChanged):
        made.save()
    assert not Trouble.objects.exists()


def test_tomorrow_begins_with_what_the_newest_plan_leaves(battery: Battery) -> None:
    tomorrow = day_bounds(DAY + A_DAY)[0]
    day_ahead(DAY + A_DAY)
    plan = [
        [iso(tomorrow - timedelta(hours=1)), 30, 20, 40, -1.0, 3.25],
        [iso(tomorrow), 30, 20, 40, 1.0, 2.1],
    ]
    advised.advice(battery, midday(), plan=plan)
    schedule_all(now=midday())
    assert Schedule.objects.get().parameters["start_mwh"] == 3.25


@pytest.mark.parametrize(
    ("ahead", "planned", "start"),
    [(0, 3.9, 3.0), (-3, 3.25, 2.0)],
    ids=["beyond the window", "a plan of days ago"],
)
def test_a_plan_that_does_not_hold_any_more_is_not_begun_with(
    battery: Battery, ahead: int, planned: float, start: float
) -> None:
    Battery.objects.update(soc_max_mwh=3)
    tomorrow = day_bounds(DAY + A_DAY)[0]
    day_ahead(DAY + A_DAY)
    first = tomorrow + ahead * A_DAY - timedelta(hours=1)
    rows = [[iso(first + nth * timedelta(hours=1)), 30, 20, 40, 0.0, planned] for nth in range(2)]
    advised.advice(battery, midday() + ahead * A_DAY, plan=rows)
    schedule_all(now=midday())
    assert Schedule.objects.get().parameters["start_mwh"] == start
    assert not Trouble.objects.exists()


def test_outages_limits_and_the_end_are_kept_to(battery: Battery) -> None:
    Battery.objects.update(end_soc_mwh=3)
    Outage.objects.create(battery=battery, start=midday(), end=midday() + timedelta(hours=2))
    GridLimit.objects.create(battery=battery, from_hour=9, until_hour=12, max_in_mw=Decimal("0.5"))
    day_ahead(DAY)
    schedule_all(now=midday())
    rows = Schedule.objects.get().hours
    assert [row[2] for row in rows[12:14]] == [0, 0]
    assert all(row[2] >= -0.5 for row in rows[9:12])
    assert rows[-1][3] >= 3


def test_an_end_that_can_not_be_reached_is_a_trouble_and_others_are_scheduled(
    battery: Battery,
) -> None:
    late = advised.battery(name="Late", end_soc_mwh=Decimal(4), made_at=battery.made_at)
    Outage.objects.create(battery=late, start=day_bounds(DAY)[0], end=day_bounds(DAY)[1])
    day_ahead(DAY)
    schedule_all(now=midday())
    assert Schedule.objects.get().battery == battery
    trouble = Trouble.objects.get()
    assert (trouble.part, trouble.subject) == ("scheduling", "Late")
    assert "can't be reached" in trouble.text


def test_a_charge_outside_of_a_window_that_became_narrower_is_at_its_edge(
    battery: Battery,
) -> None:
    SocReading.objects.create(battery=battery, at=day_bounds(DAY)[0], soc_mwh=Decimal("3.9"))
    Battery.objects.update(soc_max_mwh=3)
    day_ahead(DAY)
    schedule_all(now=midday())
    assert Schedule.objects.get().parameters["start_mwh"] == 3


@pytest.mark.parametrize("idle", ["untracked", "inactive", "unknown charge"])
def test_who_is_idle_is_not_scheduled(battery: Battery, idle: str) -> None:
    day_ahead(DAY)
    Node.objects.filter(pk=battery.node_id).update(tracked=idle != "untracked")
    Battery.objects.update(
        active=idle != "inactive", start_soc_mwh=None if idle == "unknown charge" else 2
    )
    schedule_all(now=midday())
    assert not Schedule.objects.exists()
    assert not Trouble.objects.exists()
