"""What is said first of an alert: one number, its unit and what it is, the limit, and when."""

from datetime import datetime
from decimal import Decimal

import pytest

from alerts import headlines
from alerts.headlines import Moment, Watched
from alerts.limit_words import clears, rule_words
from alerts.rules.rule import Requirement
from market.markets import Market
from tests.conftest import utc

NOON = utc("2026-07-14 19:00")


def requirement(watched: str, side: str, limit: str, clear: str = "", span: int = 0) -> Requirement:
    return Requirement(watched, side, Decimal(limit), Decimal(clear or limit), span)


def opened(
    condition: Requirement, value: str, start: datetime = NOON, *, now: datetime = NOON
) -> str:
    watched = Watched("SP15", Market.RTM, [condition])
    price = value if condition.watched == "lmp" else "40"
    return headlines.opened(watched, Moment(start, Decimal(price), Decimal(value)), now=now)


WORDINGS = [
    # watched, side, limit, clear limit, span, value: opened; back at: cleared
    (("lmp", "above", "100", "95"), "1234.56", "1,234.56 $/MWh, over 100"),
    (("lmp", "below", "-20", "-10"), "-45.2", "−45.20 $/MWh, below −20"),
    (("lmp", "above", "100.5"), "1100.5", "1,100.50 $/MWh, over 100.50"),
    (("spread", "below", "-20"), "-45.2", "spread −45.20 $/MWh, below −20"),
    (("spread", "above", "20"), "1170.36", "spread +1,170.36 $/MWh, over 20"),
    (("change", "above", "50", "", 15), "80", "change +80.00 $/MWh in 15 min, over 50"),
    (("change", "below", "-50", "", 15), "-80", "change −80.00 $/MWh in 15 min, below −50"),
    (("congestion", "above", "10"), "12", "congestion 12.00 $/MWh, over 10"),
    (
        ("dearest", "below", "5", "", 30),
        "1",
        "40.00 $/MWh, among the dearest 5 % of the last 30 days",
    ),
    (("cheapest", "below", "25"), "1", "40.00 $/MWh, among the cheapest 25 % of the day"),
]


@pytest.mark.parametrize(("watches", "value", "text"), WORDINGS)
def test_an_opening_says_one_number_with_its_unit_and_what_it_is(
    watches: tuple[str, str, str], value: str, text: str
) -> None:
    assert opened(requirement(*watches), value) == f"SP15 {text} · 12:00–12:05 PT"


def test_data_age_is_in_minutes_and_of_the_newest_interval() -> None:
    age = requirement("age", "above", "15")
    assert opened(age, "22.4") == "SP15 data 22 min old, over 15 min · newest 12:00–12:05 PT"
    assert opened(age, "190") == "SP15 data 3 h 10 min old, over 15 min · newest 12:00–12:05 PT"


@pytest.mark.parametrize(
    ("watches", "value", "text"),
    [
        (("lmp", "above", "100", "95"), "64.1", "64.10 $/MWh, back under 95"),
        (("lmp", "above", "100", "95"), "95", "95.00 $/MWh, back at 95"),
        (("lmp", "below", "-20", "-10"), "-4", "−4.00 $/MWh, back over −10"),
        (("spread", "below", "-20"), "-4", "spread −4.00 $/MWh, back over −20"),
        (("change", "above", "50", "", 15), "3", "change +3.00 $/MWh in 15 min, back under 50"),
        (
            ("dearest", "below", "5", "", 30),
            "9",
            "40.00 $/MWh, no longer among the dearest 5 % of the last 30 days",
        ),
        (("age", "above", "15"), "2", "data 2 min old, back under 15 min"),
    ],
)
def test_an_all_clear_says_which_limit_it_is_back_under(
    watches: tuple[str, str, str], value: str, text: str
) -> None:
    condition = requirement(*watches)
    watched = Watched("SP15", Market.RTM, [condition])
    price = value if condition.watched == "lmp" else "40"
    at = Moment(NOON, Decimal(price), Decimal(value))
    newest = "newest " if condition.watched == "age" else ""
    found = headlines.cleared(watched, at, now=NOON)
    assert found == f"SP15 {text} · {newest}12:00–12:05 PT"


@pytest.mark.parametrize(
    ("side", "limit", "value", "figures"),
    [
        ("below", "0", "-0.00001", "−0.00001 $/MWh, below 0"),
        ("below", "0", "-0.004", "−0.004 $/MWh, below 0"),
        ("below", "0", "-0.01", "−0.01 $/MWh, below 0"),
        ("above", "100", "100.00001", "100.00001 $/MWh, over 100"),
        ("above", "100", "100.004", "100.004 $/MWh, over 100"),
        ("above", "100.005", "100.00600", "100.01 $/MWh, over 100.005"),
        ("above", "0.00001", "519.51556", "519.52 $/MWh, over 0.00001"),
    ],
)
def test_a_value_has_enough_decimals_to_differ_from_the_limit(
    side: str, limit: str, value: str, figures: str
) -> None:
    text = opened(requirement("lmp", side, limit), value)
    assert text == f"SP15 {figures} · 12:00–12:05 PT"


@pytest.mark.parametrize(
    ("start", "now", "when"),
    [
        ("2026-07-14 19:00", "2026-07-14 19:01", "12:00–12:05 PT"),
        ("2026-07-15 06:55", "2026-07-15 06:56", "23:55–00:00 PT"),
        ("2026-07-15 06:55", "2026-07-15 07:01", "Tue 14 Jul 23:55–00:00 PT"),
        # 1 November 2026: one o'clock comes twice.
        ("2026-11-01 07:55", "2026-11-01 08:00", "00:55 PDT–01:00 PDT"),
        ("2026-11-01 08:35", "2026-11-01 08:36", "01:35–01:40 PDT"),
        ("2026-11-01 08:55", "2026-11-01 09:00", "01:55 PDT–01:00 PST"),
        ("2026-11-01 09:35", "2026-11-01 09:36", "01:35–01:40 PST"),
        ("2026-11-01 09:55", "2026-11-01 10:00", "01:55–02:00 PST"),
        # 8 March 2026: two o'clock does not come.
        ("2026-03-08 09:55", "2026-03-08 10:00", "01:55–03:00 PT"),
    ],
)
def test_an_interval_is_a_range_that_means_one_moment(start: str, now: str, when: str) -> None:
    when = when.replace("00:55 PDT–", "00:55–")
    text = opened(requirement("lmp", "above", "100"), "120", utc(start), now=utc(now))
    assert text.partition(" · ")[2] == when


def test_another_market_than_the_real_time_one_is_named_and_day_ahead_hours_have_their_day() -> (
    None
):
    at = Moment(NOON, Decimal(120), Decimal(120))
    conditions = [requirement("lmp", "above", "100")]
    texts = [headlines.opened(Watched("SP15", m, conditions), at, now=NOON) for m in Market]
    assert sorted(texts) == [
        "SP15 120.00 $/MWh, over 100 · 12:00–12:05 PT",
        "SP15 day-ahead 120.00 $/MWh, over 100 · Tue 14 Jul 12:00–13:00 PT",
        "SP15 fifteen-minute 120.00 $/MWh, over 100 · 12:00–12:15 PT",
    ]


@pytest.mark.parametrize(
    ("watched", "was", "now", "text"),
    [
        ("lmp", "1234.56", "64.1", "12:00 PT corrected 1,234.56 → 64.10 $/MWh"),
        ("lmp", "100.003", "99.998", "12:00 PT corrected 100.003 → 99.998 $/MWh"),
        ("lmp", "0.00001", "-0.00001", "12:00 PT corrected 0.00001 → −0.00001 $/MWh"),
        ("spread", "200", "-0.1", "12:00 PT spread corrected 200.00 → −0.10 $/MWh"),
        ("lmp", "120", "120", "12:00 PT not over 100, after a correction"),
    ],
)
def test_a_withdrawal_says_what_was_corrected_and_never_the_same_price_twice(
    watched: str, was: str, now: str, text: str
) -> None:
    place = Watched("SP15", Market.RTM, [requirement(watched, "above", "100")])
    moments = [Moment(NOON, Decimal(value), Decimal(value)) for value in (was, now)]
    found = headlines.withdrawn(place, *moments, "after a correction", now=NOON)
    assert found == f"Withdrawn: SP15 {text}"


def test_nothing_reads_minus_zero() -> None:
    place = Watched("SP15", Market.RTM, [requirement("cheapest", "below", "25")])
    text = headlines.opened(place, Moment(NOON, Decimal("-0.00001"), Decimal(1)), now=NOON)
    assert text.startswith("SP15 0.00 $/MWh, ")


@pytest.mark.parametrize(
    ("conditions", "clear_words", "opens"),
    [
        ([("lmp", "above", "100", "95")], "at 95 or below", "price over 100"),
        ([("lmp", "below", "0")], "at 0 or above", "price below 0"),
        ([("age", "above", "15")], "at 15 min or below", "data age over 15 min"),
        ([("change", "above", "50", "", 15)], "at 50 or below", "change over 50 in 15 min"),
        (
            [("lmp", "above", "100", "95"), ("spread", "above", "20")],
            "price at 95 or below or spread at 20 or below",
            "price over 100 and spread over 20",
        ),
        (
            [("dearest", "below", "5", "", 30)],
            "when 5 % of the last 30 days or more are dearer",
            "price among the dearest 5 % of the last 30 days",
        ),
    ],
)
def test_a_rule_is_said_by_when_it_opens_and_when_it_clears(
    conditions: list[tuple[str, str, str]], clear_words: str, opens: str
) -> None:
    found = [requirement(*one) for one in conditions]
    assert clears(found) == clear_words
    assert rule_words(found) == opens
    assert rule_words(found, 15) == f"{opens}, for 15 min"
