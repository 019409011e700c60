"""Words and numbers that texts are made of."""

from datetime import timedelta

import pytest

from alerts import wording


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("SP15 120.00 $/MWh, over 100", ""),
        ("SP15 120.00 $/MWh, over 100", "after a correction"),
        ("SP15 120.00 $/MWh, over 100", "corrected from 150.00"),
    ],
)
def test_a_texts_reason_can_be_read_from_it_again(text: str, why: str) -> None:
    assert wording.reason(wording.amended(text, why)) == why


@pytest.mark.parametrize(
    ("minutes", "text"),
    [
        (0, "0 min"),
        (45, "45 min"),
        (60, "1 h"),
        (190, "3 h 10 min"),
        (2880, "2 d"),
        (3120, "2 d 4 h"),
    ],
)
def test_a_duration_is_read_at_a_glance(minutes: int, text: str) -> None:
    assert wording.duration(timedelta(minutes=minutes)) == text
