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
def test_control_characters_and_surrogates_are_written_as_escapes(text: str, expected: str) -> None:
    assert printable(text) == expected


def test_all_other_characters_stay_as_they_are() -> None:
    text = "two\nlines\tand ‘quotes’ \\ ±10,000 $/MWh 😀"
    assert printable(text) == text


@given(st.text(st.characters()))
def test_any_text_can_be_stored_as_utf_8_without_a_nul(text: str) -> None:
    assert b"\x00" not in printable(text).encode()
    assert printable(printable(text)) == printable(text)
