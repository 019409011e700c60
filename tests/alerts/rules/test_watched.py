"""What rules watch, worked by hand."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from alerts.rules.rule import Requirement
from alerts.rules.validation import problems, quiet_problems
from alerts.rules.watched import Series, Watch
from market.intervals import day_bounds, day_intervals
from market.markets import Market
from tests.conftest import utc

NOON = utc("2026-07-14 19:00")
FIVE = timedelta(minutes=5)


def rtm(**prices: int) -> Series:
    """Real-time prices by minutes after noon, beside a day-ahead price of 40."""
    held = {NOON + timedelta(minutes=int(m[1:])): Decimal(lmp) for m, lmp in prices.items()}
    components = {
        "energy": {start: lmp - 3 for start, lmp in held.items()},
        "ghg": dict.fromkeys(held),
    }
    return Series(Market.RTM, held, {NOON: Decimal(40)}, components)


@pytest.mark.parametrize(
    ("watch", "minutes", "value"),
    [
        (Watch("lmp"), 10, 70),
        (Watch("energy"), 10, 67),
        (Watch("ghg"), 10, None),
        (Watch("spread"), 10, 30),
        (Watch("spread"), 60, None),
        (Watch("change", 10), 10, 20),
        (Watch("change", 5), 10, None),
        (Watch("lmp"), 5, None),
    ],
)
def test_there_is_a_value_if_all_prices_it_needs_are_known(
    watch: Watch, minutes: int, value: int | None
) -> None:
    series = rtm(m0=50, m10=70, m60=20)
    assert series.value(watch, NOON + timedelta(minutes=minutes)) == value


@pytest.mark.parametrize("day", ["2026-07-14", "2026-03-08", "2026-11-01"])
def test_hours_of_a_day_are_ranked_by_how_many_are_dearer_or_cheaper(day: str) -> None:
    hours = day_intervals(datetime.fromisoformat(day).date(), Market.DAM)
    series = Series(Market.DAM, {start: Decimal(n) for n, start in enumerate(hours)}, {})
    dearest = [start for start in hours if (series.value(Watch("dearest"), start) or 0) < 10]
    cheapest = [start for start in hours if (series.value(Watch("cheapest"), start) or 0) < 10]
    assert (dearest, cheapest) == (hours[-3:], hours[:3])


def test_an_incomplete_day_ranks_nothing() -> None:
    hours = day_intervals(NOON.date(), Market.DAM)[1:]
    series = Series(Market.DAM, {start: Decimal(n) for n, start in enumerate(hours)}, {})
    assert {series.value(Watch("dearest"), start) for start in hours} == {None}


def test_days_before_are_the_whole_operating_days_before() -> None:
    today, _ = day_bounds(NOON.date())
    held = {today - n * FIVE: Decimal(n) for n in range(1, 2 * 288 + 1)}
    held[NOON] = Decimal(570)
    series = Series(Market.RTM, held, {})
    assert series.value(Watch("dearest", 2), NOON) == Decimal(600) / 576
    assert series.value(Watch("cheapest", 2), NOON) == Decimal(56900) / 576
    assert series.value(Watch("dearest", 3), NOON) is None  # 576 of 864 are too few


@pytest.mark.parametrize(
    ("condition", "market", "fields"),
    [
        (Requirement("lmp", "above", Decimal(100), Decimal(95)), Market.RTM, set()),
        (Requirement("lmp", "above", Decimal(100), Decimal(101)), Market.RTM, {"clear_limit"}),
        (Requirement("lmp", "below", Decimal(0), Decimal(-1)), Market.RTM, {"clear_limit"}),
        (Requirement("spread", "above", Decimal(9), Decimal(9)), Market.DAM, {"watched"}),
        (Requirement("change", "above", Decimal(9), Decimal(9), 0), Market.RTM, {"span"}),
        (Requirement("change", "above", Decimal(9), Decimal(9), 7), Market.RTM, {"span"}),
        (Requirement("change", "above", Decimal(9), Decimal(9), 10), Market.RTM, set()),
        (Requirement("dearest", "below", Decimal(5), Decimal(5), 0), Market.RTM, {"span"}),
        (Requirement("dearest", "below", Decimal(5), Decimal(5), 0), Market.DAM, set()),
        (Requirement("dearest", "below", Decimal(5), Decimal(5), 91), Market.RTM, {"span"}),
        (Requirement("cheapest", "below", Decimal(100), Decimal(100), 7), Market.RTM, {"limit"}),
        (Requirement("age", "above", Decimal(0), Decimal(0)), Market.RTM, {"limit"}),
    ],
)
def test_an_impossible_condition_is_explained_by_field(
    condition: Requirement, market: Market, fields: set[str]
) -> None:
    assert set(problems(condition, market)) == fields


def test_quiet_hours_need_both_ends_and_a_zone_that_exists() -> None:
    seven = datetime(2026, 1, 1, 7).time()  # noqa: DTZ001
    assert set(quiet_problems(seven, None, "America/Los_Angeles")) == {"quiet_until"}
    assert set(quiet_problems(None, seven, "America/Los_Angeles")) == {"quiet_from"}
    assert set(quiet_problems(seven, seven, "Mars/Olympus")) == {"quiet_zone"}
    assert set(quiet_problems(seven, seven, "../etc/passwd")) == {"quiet_zone"}
    assert quiet_problems(seven, seven, "Europe/Berlin") == {}
