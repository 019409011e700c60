"""Series of prices and what a rule makes of them, worked by hand."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.rules.rule import Reading, Requirement, Ruling, Stance, State, judge
from tests.conftest import utc

START = utc("2026-11-24 01:00")
FIVE = timedelta(minutes=5)
ABOVE = Requirement("lmp", "above", Decimal(100), Decimal(95))
BELOW = Requirement("lmp", "below", Decimal(0), Decimal(5))
SHARP = Requirement("lmp", "above", Decimal(100), Decimal(100))
MISSING, ESTIMATED, NAN = None, None, Decimal("NaN")
Prices = list[int | str | Decimal | None]


def readings(ruling: Ruling, *prices: int | str | Decimal | None) -> list[Reading]:
    """One interval for each price from START on; None is one that is not there."""
    return [
        Reading(START + n * FIVE, START + (n + 1) * FIVE, ruling.stance([Decimal(price)]))
        for n, price in enumerate(prices)
        if price is not None
    ]


def signs_of(ruling: Ruling, *prices: int | str | Decimal | None) -> str:
    """What a rule does at each interval: O opens, C clears, . nothing."""
    _, transitions = judge(ruling, State(), readings(ruling, *prices))
    signs = {(one.start - START) // FIVE: "O" if one.opens else "C" for one in transitions}
    return "".join(signs.get(n, ".") for n in range(len(prices)))


PLAIN = Ruling((ABOVE,))
LONG = Ruling((ABOVE,), for_at_least=timedelta(minutes=15))
CALM = Ruling((ABOVE,), cool_down=timedelta(minutes=10))


@pytest.mark.parametrize(
    ("ruling", "prices", "expected"),
    [
        (PLAIN, [], ""),
        (PLAIN, [50, 100, 99], "..."),
        (PLAIN, [50, 101, 500, 102], ".O.."),
        (PLAIN, [50, "100.00001"], ".O"),
        # On the limit, and between the limits, nothing changes: one open and one clear.
        (PLAIN, [99, 101, 100, 101, 99, 101, 100, 96, 101, 95], ".O.......C"),
        (PLAIN, [101, "95.00001", 101, 95, 96, 99, 101], "O..C..O"),
        (Ruling((SHARP,)), [101, 100, 101, 100], "OCOC"),
        (Ruling((BELOW,)), [1, 0, "-0.00001", 4, -3, 5, -1], "..O..CO"),
        # A gap, an estimate or no number at all opens nothing and clears nothing.
        (PLAIN, [50, NAN, "Infinity", MISSING, 50], "....."),
        (PLAIN, [101, NAN, MISSING, 101, 94], "O...C"),
        # For at least fifteen minutes: the third interval without a break.
        (LONG, [101, 102, 103, 104, 90], "..O.C"),
        (LONG, [101, 102, 99, 101, 102, 103], ".....O"),
        (LONG, [101, 102, MISSING, 101, 102, 103], ".....O"),
        (LONG, [101, 102, NAN, 101, 102, 103], ".....O"),
        # Calm for ten minutes after the interval that cleared it.
        (CALM, [101, 90, 101, 90, 101], "OC..O"),
        (CALM, [101, 90, 101, 101, 101, 101], "OC..O."),
    ],
)
def test_a_series_of_prices_opens_and_clears_as_worked_out_by_hand(
    ruling: Ruling, prices: Prices, expected: str
) -> None:
    assert signs_of(ruling, *prices) == expected


@pytest.mark.parametrize(
    ("ruling", "prices", "flaps"),
    [
        (PLAIN, [99, 101, 102, 103], 0),
        (PLAIN, [101, 99, 101, 99, 101], 2),
        (LONG, [101, 99, 101, 102, 99, 101], 2),
        (CALM, [101, 90, 101, 90], 1),
        (PLAIN, [101, 90, 101, 90], 0),
        (PLAIN, [101, 99, 101, 90], 0),  # counted with the alert that cleared
    ],
)
def test_crossings_that_open_nothing_are_counted(
    ruling: Ruling, prices: Prices, flaps: int
) -> None:
    assert judge(ruling, State(), readings(ruling, *prices))[0].flaps == flaps


def test_an_alert_that_clears_says_how_many_flaps_it_suppressed() -> None:
    _, (opened, cleared) = judge(PLAIN, State(), readings(PLAIN, 101, 99, 101, 99, 101, 90))
    assert (opened.flaps, cleared.flaps) == (0, 2)


@pytest.mark.parametrize(
    ("values", "stance"),
    [
        ((101, -21), Stance.BEYOND),
        ((101, -19), Stance.BETWEEN),
        ((99, -21), Stance.BETWEEN),
        ((101, -10), Stance.BACK),
        ((90, -21), Stance.BACK),
        ((None, -21), Stance.UNKNOWN),
        ((None, -10), Stance.BACK),
        ((101, None), Stance.UNKNOWN),
    ],
)
def test_all_conditions_must_hold_and_one_that_is_back_clears(
    values: tuple[int | None, ...], stance: Stance
) -> None:
    spread = Requirement("spread", "below", Decimal(-20), Decimal(-10))
    numbers = [None if value is None else Decimal(value) for value in values]
    assert Ruling((ABOVE, spread)).stance(numbers) is stance


def test_the_repeated_hour_in_november_is_judged_as_two_hours() -> None:
    one_o_clock = utc("2026-11-01 08:00")  # 01:00 PDT; 01:00 PST is an hour later
    starts: list[datetime] = [one_o_clock + n * FIVE for n in range(24)]
    prices = [101] * 12 + [90] * 12
    found = [
        Reading(start, start + FIVE, PLAIN.stance([Decimal(price)]))
        for start, price in zip(starts, prices, strict=True)
    ]
    _, transitions = judge(PLAIN, State(), found)
    assert [(one.start, one.opens) for one in transitions] == [
        (utc("2026-11-01 08:00"), True),
        (utc("2026-11-01 09:00"), False),
    ]


def test_an_interval_judged_before_changes_nothing() -> None:
    state, first = judge(PLAIN, State(), readings(PLAIN, 50, 150))
    assert judge(PLAIN, state, readings(PLAIN, 150, 50)) == (state, [])
    assert len(first) == 1


PRICES = st.lists(st.one_of(st.none(), st.integers(90, 106)), max_size=40)
RULINGS = st.sampled_from([PLAIN, LONG, CALM, Ruling((SHARP,)), Ruling((BELOW,))])


@given(RULINGS, PRICES, st.randoms(use_true_random=False))
@settings(max_examples=60)
def test_the_order_in_which_intervals_arrive_changes_nothing(
    ruling: Ruling, prices: Prices, random: object
) -> None:
    shuffled = readings(ruling, *prices)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert judge(ruling, State(), shuffled) == judge(ruling, State(), readings(ruling, *prices))


@given(RULINGS, PRICES, st.integers(0, 40))
@settings(max_examples=60)
def test_prices_in_two_polls_give_the_same_alerts_as_in_one(
    ruling: Ruling, prices: Prices, cut: int
) -> None:
    whole = readings(ruling, *prices)
    middle, first = judge(ruling, State(), whole[:cut])
    last, second = judge(ruling, middle, whole[cut:])
    assert (last, first + second) == judge(ruling, State(), whole)


@given(RULINGS, PRICES)
@settings(max_examples=60)
def test_an_alert_opens_and_clears_in_turn(ruling: Ruling, prices: Prices) -> None:
    state, transitions = judge(ruling, State(), readings(ruling, *prices))
    assert [one.opens for one in transitions] == [n % 2 == 0 for n in range(len(transitions))]
    assert state.is_open == (len(transitions) % 2 == 1)
