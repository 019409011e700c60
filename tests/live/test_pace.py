"""How many writes there may be, and who waits."""

import pytest

from live.pace import MOST_SAVED, WRITES_A_SECOND, Pace

ROW = 100


def rows_written(pace: Pace, rows: int, now: float) -> int:
    """Of so many rows for which something has come right now."""
    for number in range(rows):
        if not pace.may_write(now):
            return number
        pace.count(ROW)
    return rows


@pytest.mark.parametrize(("readers", "a_second"), [(1_000, 100), (100, 1_000), (2_000, 500)])
def test_in_the_long_run_there_are_so_many_writes_a_second(readers: int, a_second: int) -> None:
    pace, seconds = Pace(0), 20
    times = [number / a_second for number in range(seconds * a_second)]
    written = ROW * sum(rows_written(pace, readers // ROW, now) for now in times)
    most = min(WRITES_A_SECOND, readers * a_second)
    assert written == pytest.approx(seconds * most + MOST_SAVED, abs=2 * MOST_SAVED)


def test_after_a_rest_nobody_waits_whatever_there_was_before() -> None:
    pace = Pace(0)
    for _ in range(50):
        rows_written(pace, 10, 1.0)
    assert rows_written(pace, 10, 1.0) == 0
    assert rows_written(pace, MOST_SAVED // ROW, 1.1) == MOST_SAVED // ROW


def test_each_publication_reaches_the_same_number_at_once() -> None:
    pace = Pace(0)
    counts = [rows_written(pace, 10, number / 100) for number in range(200)]
    even = WRITES_A_SECOND // 100 // ROW
    assert all(abs(count - even) <= 1 for count in counts[100:])


def test_what_had_to_be_written_is_not_held_against_later_publications_for_long() -> None:
    pace = Pace(0)
    for _ in range(100_000):
        pace.count(ROW)
    assert pace.may_write(0.1)
