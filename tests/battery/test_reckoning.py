"""A state of charge that nobody reports is reckoned from what was advised."""

from datetime import datetime, timedelta

import pytest

from battery.asset import Asset
from battery.reckoning import Run, Span, is_fresh, reckoned
from tests.conftest import utc

NOON = utc("2026-07-14 19:00")
HOUR = timedelta(hours=1)
EIGHTY = Asset(1.0, 1.0, 4.0, 0.8, 0.8, 0.0, 4.0)


def after(hours: float) -> datetime:
    return NOON + hours * HOUR


def run(start: float, end: float, power_mw: float) -> Run:
    return Run(after(start), after(end), power_mw)


@pytest.mark.parametrize(
    ("runs", "soc_mwh"),
    [
        ([], 2.0),
        ([run(0, 1, -1.0)], 2.8),
        ([run(0, 1, 1.0)], 0.75),
        ([run(0, 1, 0.0)], 2.0),
        ([run(0, 1, -1.0), run(1, 2, 1.0)], 1.55),
        ([run(-1, 1, -1.0)], 2.8),
        ([run(-2, 0, -1.0)], 2.0),
        ([run(3.5, 9, -1.0)], 2.4),
        ([run(0, 4, -1.0)], 4.0),
        ([run(0, 4, 1.0)], 0.0),
        ([run(0, 4, 1.0), run(4, 4, -1.0)], 0.0),
    ],
)
def test_what_flowed_is_counted_with_its_losses_and_within_the_window(
    runs: list[Run], soc_mwh: float
) -> None:
    assert reckoned(EIGHTY, 2.0, Span(NOON, after(4)), runs) == pytest.approx(soc_mwh)


@pytest.mark.parametrize(
    ("outages", "hours"),
    [
        ([(0.5, 1.5)], 0.5),
        ([(-1, 0.25)], 0.75),
        ([(0, 1)], 0.0),
        ([(0.2, 0.4), (0.3, 0.5)], 0.7),
        ([(0.6, 0.8), (0.2, 0.3)], 0.7),
        ([(2, 3)], 1.0),
    ],
)
def test_nothing_flows_in_an_outage(outages: list[tuple[float, float]], hours: float) -> None:
    spans = [Span(after(start), after(end)) for start, end in outages]
    found = reckoned(EIGHTY, 2.0, Span(NOON, after(2)), [run(0, 1, -1.0)], spans)
    assert found == pytest.approx(2.0 + hours * 0.8)


def test_a_window_that_became_narrower_holds_at_once() -> None:
    narrow = Asset(1.0, 1.0, 4.0, 0.8, 0.8, 1.0, 3.0)
    assert reckoned(narrow, 3.5, Span(NOON, after(1)), []) == 3.0
    assert reckoned(narrow, 0.5, Span(NOON, after(1)), []) == 1.0


def test_a_report_is_fresh_for_an_interval() -> None:
    five = timedelta(minutes=5)
    assert is_fresh(NOON, NOON + five - timedelta(seconds=1), five)
    assert not is_fresh(NOON, NOON + five, five)
