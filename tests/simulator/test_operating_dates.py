from datetime import UTC, date, datetime

import pytest

from simulator.operating_dates import slots, slots_between

SUMMER, SPRING, AUTUMN = date(2025, 6, 20), date(2025, 3, 9), date(2025, 11, 2)


@pytest.mark.parametrize(
    ("day", "hours", "first_hours"),
    [
        (SUMMER, 24, [1, 2, 3, 4]),
        (SPRING, 23, [1, 2, 4, 5]),
        (AUTUMN, 25, [1, 2, 25, 3]),
    ],
)
def test_an_operating_date_has_its_hours_labelled_as_oasis_does(day, hours, first_hours):
    labels = [slot.opr_hr for slot in slots(day, 3600)]

    assert len(labels) == hours
    assert labels[:4] == first_hours
    assert labels[-1] == 24
    assert len(slots(day, 300)) == 12 * hours


def test_an_interval_knows_its_place_in_the_hour_and_in_the_day():
    slot = slots(SUMMER, 900)[5]

    assert (slot.opr_hr, slot.opr_interval, slot.ordinal) == (2, 2, 6)
    assert slot.start_gmt == "2025-06-20T08:15:00-00:00"
    assert slot.end_gmt == "2025-06-20T08:30:00-00:00"


def test_a_window_takes_its_start_and_leaves_its_end():
    start = datetime(2025, 6, 21, 6, 50, tzinfo=UTC).timestamp()

    found = slots_between(start, start + 1200, 300)

    assert [slot.start_gmt[11:16] for slot in found] == ["06:50", "06:55", "07:00", "07:05"]
    assert [slot.opr_date for slot in found] == ["2025-06-20"] * 2 + ["2025-06-21"] * 2
    assert slots_between(start, start, 300) == []
