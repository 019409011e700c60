"""Text from outside, made fit for a database and a terminal."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oasis.printable import printable


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("HTTP 503: a\x00b", r"HTTP 503: a\x00b"),
        ("\ud800", r"\ud800"),
        ("\x1b[2J", r"\x1b[2J"),
        ("\x85 \x7f", r"\x85 \x7f"),
    ],
)
def test_what_has_no_place_in_a_text_is_written_out(text: str, expected: str) -> None:
    assert printable(text) == expected


def test_what_has_its_place_stays_as_it_is() -> None:
    text = "two\nlines\tand ‘quotes’ \\ ±10,000 $/MWh 😀"
    assert printable(text) == text


@given(st.text(st.characters()))
def test_whatever_comes_can_be_stored_as_utf_8_without_a_nul(text: str) -> None:
    assert b"\x00" not in printable(text).encode()
    assert printable(printable(text)) == printable(text)
