"""Words and numbers that texts are made of."""

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
