"""What another battery would have earned, beside the one that there is."""

import json
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from battery.asset import Impossible
from battery.models import Battery, GridLimit
from battery.what_ifs import answer as what_if
from battery.what_ifs.answer import answer
from market.intervals import day_bounds, day_intervals, operating_date
from market.markets import Market
from tests.conftest import utc
from tests.published import published, store

pytestmark = pytest.mark.django_db
NOW = utc("2026-07-15 19:00")
A_DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def read_anew() -> Iterator[None]:
    """Prices are kept for a minute."""
    what_if.held.cache_clear()
    what_if.known.cache_clear()
    yield
    what_if.held.cache_clear()
    what_if.known.cache_clear()


@pytest.fixture
def battery() -> Battery:
    """Without losses, and worn by 1 $/MWh, so that a hand can work it out; 15 minutes each."""
    battery = Battery.objects.select_related("node").get()
    battery.market = "RTPD"
    battery.round_trip_percent = Decimal(100)
    battery.wear_usd_mwh = Decimal(1)
    battery.energy_mwh = Decimal(1)
    battery.start_soc_mwh = Decimal(0)
    battery.save()
    return battery


def hold(day: date, at: Mapping[int, float], *, more: float = 0.0, skip: int | None = None) -> None:
    """Day-ahead 40 but at some hours; real-time prices are so much more."""
    hours = day_intervals(day, Market.DAM)
    lmps = [at.get(nth, 40.0) for nth in range(len(hours))]
    rows = [published(hour, str(lmp), Market.DAM) for hour, lmp in zip(hours, lmps, strict=True)]
    for nth, start in enumerate(day_intervals(day, Market.RTPD)):
        if nth != skip:
            rows.append(published(start, str(lmps[nth // 4] + more), Market.RTPD))
    store(rows, day_bounds(day)[1])


YESTERDAY = operating_date(NOW) - A_DAY


def test_a_day_is_worked_out_by_hand(battery: Battery) -> None:
    # In at 10 and out at 90; real time is 5 above, both ways.
    hold(YESTERDAY, {3: 10, 19: 90}, more=5)
    found = answer(battery.pk, {"wear_usd_mwh": 10}, now=NOW)
    assert found["as_is"] == {
        "net_usd": 79.0,
        "revenue_usd": 80.0,
        "wear_usd": 1.0,
        "cycles": 1.0,
        "usd_kw_month": pytest.approx(79 * 30.4375 / 1000, abs=1e-3),
        "days": 1,
        "perfect_usd": 79.0,
        "day_ahead_usd": 79.0,
    }
    assert (found["what_if"]["net_usd"], found["what_if"]["wear_usd"]) == (70.0, 10.0)
    assert found["by_month"] == [{"month": "2026-07", "as_is_usd": 79.0, "what_if_usd": 70.0}]
    by_hour = {one["hour"]: one["what_if_usd"] for one in found["by_hour"]}
    assert (by_hour[3], by_hour[19], sum(by_hour.values())) == (-15.0, 85.0, 70.0)
    assert len(by_hour) == 24
    assert "day-ahead schedule" in found["text"]
    assert "Perfect foresight" in found["text"]
    assert json.loads(json.dumps(found)) == found


def test_only_whole_days_count(battery: Battery) -> None:
    hold(YESTERDAY, {3: 10, 19: 90})
    hold(YESTERDAY - A_DAY, {3: 10, 19: 90}, skip=50)
    hold(YESTERDAY - 2 * A_DAY, {3: 10, 19: 90})
    hold(YESTERDAY - 30 * A_DAY, {3: 10, 19: 90})  # the 31st day back
    found = answer(battery.pk, {}, now=NOW)
    assert (found["as_is"]["days"], found["what_if"]["days"]) == (2, 2)
    assert (found["from"], found["until"]) == ("2026-07-12", "2026-07-14")
    assert answer(battery.pk, {"days": 1}, now=NOW)["as_is"]["days"] == 1


def test_the_plan_is_of_today_and_of_tomorrow_once_it_is_out(battery: Battery) -> None:
    hold(YESTERDAY, {3: 10, 19: 90})
    assert answer(battery.pk, {}, now=NOW)["today_plan"] == {}
    hold(YESTERDAY + A_DAY, {3: 10, 19: 90})
    plan = answer(battery.pk, {"power_mw": 2, "energy_mwh": 2}, now=NOW)["today_plan"]
    assert (plan["date"], len(plan["hours"])) == ("2026-07-15", 24)
    powers = {one["start"]: one["power_mw"] for one in plan["hours"] if one["power_mw"]}
    assert powers["2026-07-16T02:00:00Z"] == 2.0  # 19:00 in California
    hold(YESTERDAY + 2 * A_DAY, {})
    plan = answer(battery.pk, {}, now=NOW)["today_plan"]
    assert len(plan["hours"]) == 48


def test_the_hours_of_the_grid_hold_for_both(battery: Battery) -> None:
    hold(YESTERDAY, {3: 10, 19: 90})
    GridLimit.objects.create(battery=battery, from_hour=19, until_hour=20, max_out_mw=0)
    found = answer(battery.pk, {"energy_mwh": 2}, now=NOW)
    assert (found["as_is"]["net_usd"], found["as_is"]["perfect_usd"]) == (29.0, 29.0)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"energy_mwh": 0}, "The energy must be above 0."),
        ({"power_mw": -1}, "The charging power must be above 0."),
        ({"round_trip_percent": 0}, "The round-trip efficiency must be above 0"),
        ({"round_trip_percent": 101}, "The round-trip efficiency must be above 0 and at most"),
        ({"wear_usd_mwh": -1}, "The wear cost can't be negative."),
        ({"cycles_per_day": -1}, "The cap on cycles can't be negative."),
        ({"wear_usd_mwh": float("nan")}, "The wear cost must be a number."),
        ({"power_mw": None}, "The power must be a number."),
        ({"power_mw": "1"}, "The power must be a number."),
        ({"energy_mwh": 1e7}, "The energy must be at most 1,000,000."),
        ({"days": 0}, "Ask for 1 to 92 days."),
        ({"days": 93}, "Ask for 1 to 92 days."),
        ({"days": 1}, "No day from 2026-07-14 to 2026-07-14 has every RTPD and day-ahead"),
    ],
)
def test_what_there_cannot_be_is_refused_with_a_sentence(
    battery: Battery, change: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(Impossible) as refused:
        answer(battery.pk, change, now=NOW)
    assert str(refused.value).startswith(sentence)


def test_there_must_be_such_a_battery() -> None:
    with pytest.raises(Impossible, match="There is no battery 99"):
        answer(99, {}, now=NOW)


@pytest.mark.parametrize("day", [date(2026, 3, 8), date(2026, 11, 1)])
def test_days_of_23_and_25_hours_are_whole_too(battery: Battery, day: date) -> None:
    hold(day, {4: 10, 20: 90})
    found = answer(battery.pk, {"days": 1}, now=day_bounds(day)[1] + 9 * A_DAY / 24)
    assert found["as_is"]["net_usd"] == 79.0
