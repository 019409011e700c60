from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from simulator.board import Board
from simulator.operating_dates import slots
from simulator.publication import Timetable, oldest_kept, published_at, revised_at
from simulator.reports import Market
from tests.simulator.conftest import NOON, SP15

DAY = date(2025, 6, 20)
USUAL = Timetable()


def delays(market: Market, timetable: Timetable = USUAL) -> list[float]:
    found = ((slot, published_at(1, timetable, market, slot)) for slot in slots(DAY, 300))
    return [appears - slot.epoch for slot, appears in found if appears is not None]


def test_real_time_prices_appear_about_half_a_minute_after_their_start():
    assert 20 <= min(delays(Market.RTM)) < 25 < 35 < max(delays(Market.RTM)) <= 40


def test_the_real_time_delay_can_be_negative():
    assert max(delays(Market.RTM, Timetable(rtm_delay=-60))) <= -50


def test_fifteen_minute_prices_appear_22_minutes_ahead():
    assert all(abs(delay + 22 * 60) <= 30 for delay in delays(Market.RTPD))


@pytest.mark.parametrize("day", [DAY, date(2025, 3, 10), date(2025, 11, 3)])
def test_tomorrow_appears_as_a_whole_within_three_minutes_after_one_in_the_afternoon(day):
    appears = {published_at(1, USUAL, Market.DAM, slot) for slot in slots(day, 3600)}
    (at,) = appears
    one = datetime.fromtimestamp(at, UTC) - timedelta(minutes=3)

    assert one.date() == day - timedelta(days=1)
    assert day != DAY or datetime(2025, 6, 19, 20, tzinfo=UTC).timestamp() <= at
    assert day != DAY or at <= datetime(2025, 6, 19, 20, 3, tzinfo=UTC).timestamp()


def test_some_real_time_intervals_never_appear_and_day_ahead_hours_always_do():
    often = Timetable(missing_rate=0.2)
    later = datetime(2026, 1, 1, tzinfo=UTC).timestamp()
    board = Board(timetable=often)

    def shown(market: Market) -> int:
        return sum(board.is_published(market, s, now=later) for s in slots(DAY, market.seconds))

    assert 200 < shown(Market.RTM) < 260
    assert shown(Market.DAM) == 24


def test_nothing_is_shown_before_its_time():
    board = Board()
    slot = slots(DAY, 300)[140]
    appears = published_at(1, USUAL, Market.RTM, slot)
    assert appears is not None

    assert board.shown(SP15, Market.RTM, slot, now=appears - 0.001) is None
    assert board.shown(SP15, Market.RTM, slot, now=appears) is not None


def test_a_revised_price_changes_at_its_hour_and_is_listed_as_corrected():
    board = Board(timetable=Timetable(revision_rate=1, revision_after=(60, 120)))
    slot = slots(DAY, 300)[140]
    changes = revised_at(1, board.timetable, Market.RTM, slot)
    assert changes is not None

    before = board.shown(SP15, Market.RTM, slot, now=changes - 1)
    after = board.shown(SP15, Market.RTM, slot, now=changes)
    assert before != after
    assert slot not in {c.slot for c in board.corrections(DAY, now=changes - 1)}
    assert slot in {c.slot for c in board.corrections(DAY, now=changes)}


def test_about_one_price_in_two_hundred_is_revised_some_hours_to_days_later():
    month = [slot for n in range(30) for slot in slots(DAY + timedelta(days=n), 300)]
    shown = [(revised_at(1, USUAL, Market.RTM, s), published_at(1, USUAL, Market.RTM, s))
             for s in month]  # fmt: skip
    waits = [changes - appears for changes, appears in shown if changes and appears]

    assert 0.003 < len(waits) / len(month) < 0.008
    assert 4 * 3600 <= min(waits) < max(waits) <= 72 * 3600


def test_a_forced_price_shows_even_where_nothing_is_published():
    board, tomorrow = Board(), slots(DAY + timedelta(days=2), 300)[0]
    now = NOON.timestamp()

    board.force(SP15, Market.RTM, tomorrow.epoch, Decimal("-20"), at=now)

    found = board.shown(SP15, Market.RTM, tomorrow, now=now)
    assert found is not None
    assert found.lmp == -20


@pytest.mark.parametrize(("node", "late"), [("NOWHERE", 0), (SP15, 60)])
def test_a_price_that_oasis_could_not_publish_cannot_be_forced(node, late):
    with pytest.raises(ValueError, match="has no price of"):
        Board().force(node, Market.RTM, slots(DAY, 300)[0].epoch + late, Decimal(1), at=0)


def test_history_is_39_months():
    assert oldest_kept(NOON) == datetime(2022, 3, 20, 7, tzinfo=UTC).timestamp()
