"""Market time in the browser: Pacific in any zone, on days of 23, 24 and 25 hours."""

from datetime import datetime
from typing import Any

import pytest

from dashboard.first_paint.price_words import mega_text
from tests.page.by_name import Run, run
from tests.page.modules import in_a_browser

__all__ = ["run"]

pytestmark = in_a_browser


def ms(text: str) -> float:
    """Milliseconds of a moment: ms("2026-11-01T08:00Z")."""
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp() * 1000


@pytest.mark.parametrize(
    ("moment", "hours", "start", "date"),
    [
        ("2026-07-14T12:00Z", 24, "2026-07-14T07:00Z", "2026-07-14"),
        ("2026-07-14T06:59Z", 24, "2026-07-13T07:00Z", "2026-07-13"),
        ("2026-03-08T09:00Z", 23, "2026-03-08T08:00Z", "2026-03-08"),
        ("2026-03-09T06:59Z", 23, "2026-03-08T08:00Z", "2026-03-08"),
        ("2026-03-09T07:00Z", 24, "2026-03-09T07:00Z", "2026-03-09"),
        ("2026-11-01T07:00Z", 25, "2026-11-01T07:00Z", "2026-11-01"),
        ("2026-11-02T07:59Z", 25, "2026-11-01T07:00Z", "2026-11-01"),
        ("2026-11-02T08:00Z", 24, "2026-11-02T08:00Z", "2026-11-02"),
    ],
)
def test_an_operating_day(moment: str, hours: int, start: str, date: str, run: Run) -> None:
    found = run(
        "market/market_time.js", "[hoursInDay(a), dayStart(a), operatingDate(a)]", ms(moment)
    )
    assert found == [hours, ms(start), date]


@pytest.mark.parametrize(
    ("moment", "ending", "time"),
    [
        ("2026-07-14T21:35Z", 15, "14:35"),
        ("2026-07-14T07:00Z", 1, "00:00"),
        ("2026-07-14T06:55Z", 24, "23:55"),
        ("2026-03-08T09:55Z", 2, "01:55"),
        ("2026-03-08T10:00Z", 4, "03:00"),
        ("2026-11-01T08:30Z", 2, "01:30 PDT"),
        ("2026-11-01T09:30Z", 25, "01:30 PST"),
        ("2026-11-01T10:00Z", 3, "02:00"),
    ],
)
def test_an_hour_ending(moment: str, ending: int, time: str, run: Run) -> None:
    assert run("market/market_time.js", "[hourEnding(a), timeText(a)]", ms(moment)) == [
        ending,
        time,
    ]


@pytest.mark.parametrize(
    ("start", "end", "text"),
    [
        ("2026-07-14T21:35Z", "2026-07-14T21:40Z", "14:35–14:40"),
        ("2026-03-08T09:55Z", "2026-03-08T10:00Z", "01:55–03:00"),
        ("2026-11-01T08:55Z", "2026-11-01T09:00Z", "01:55 PDT–01:00 PST"),
        ("2026-11-01T09:30Z", "2026-11-01T09:35Z", "01:30–01:35 PST"),
    ],
)
def test_an_interval(start: str, end: str, text: str, run: Run) -> None:
    assert run("market/market_time.js", "intervalText(a[0], a[1])", [ms(start), ms(end)]) == text


@pytest.mark.parametrize(
    ("milliseconds", "long", "rough"),
    [
        (-5_000, "0 s", "0 s"),
        (45_999, "45 s", "45 s"),
        (132_000, "2 min 12 s", "2 min"),
        (3_900_000, "1 h 05 min", "1 h"),
        (273_600_000, "3 d 4 h", "3 d"),
    ],
)
def test_a_duration(milliseconds: int, long: str, rough: str, run: Run) -> None:
    found: Any = run(
        "market/market_time.js", "[durationText(a), roughDurationText(a)]", milliseconds
    )
    assert found == [long, rough]


@pytest.mark.parametrize(
    ("value", "text", "short"),
    [
        (0.001, "0.001", "0.001"),
        (0.0004, "0.0", "0"),
        (0.0996, "0.1", "0.1"),
        (0.125, "0.13", "0.13"),
        (1.0, "1.0", "1"),
        (-2.5, "−2.5", "−2.5"),
        (999.99, "999.99", "999.99"),
        (9999.0, "9,999", "9,999"),
        (75908.97, "75,909", "75,909"),
        (1234.56, "1,234.6", "1,234.6"),
    ],
)
def test_megawatts_have_the_digits_that_say_something(
    value: float, text: str, short: str, run: Run
) -> None:
    assert [mega_text(value), mega_text(value, 0)] == [text, short]
    assert run("market/format.js", "[megaText(a), megaText(a, 0)]", value) == [text, short]


@pytest.mark.parametrize(
    ("value", "text", "signed", "tone"),
    [
        (1015.37, "1,015.37", "+1,015.37", "high"),
        (-1015.37, "−1,015.37", "−1,015.37", "negative"),
        (-0.004, "0.00", "0.00", "zero"),
        (0.005, "0.01", "+0.01", "positive"),
        (None, "—", "—", "none"),
    ],
)
def test_a_price_in_words(value: float | None, text: str, signed: str, tone: str, run: Run) -> None:
    found = run("market/format.js", "[priceText(a), signedText(a), priceTone(a, 100)]", value)
    assert found == [text, signed, tone]
