"""The bars of the powers and the line of the state of charge. Pure."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby
from typing import NamedTuple

from dashboard.battery.shapes import minutes, number
from dashboard.battery.shown import Shown
from dashboard.battery.words import HOLD, SIGN, action_of
from dashboard.first_paint.market_times import interval_text
from dashboard.first_paint.price_words import mega_text

FULL = 46.0  # per cent up and down from the middle that full power takes


class Bar(NamedTuple):
    """A run of one power: `kind` is charge or discharge, `when` past or planned."""

    kind: str
    when: str
    x: str
    y: str
    width: str
    height: str
    title: str


def bars(shown: Shown) -> Iterator[Bar]:
    """What was advised, and after that what is planned; neighbours of one power are one bar."""
    first = shown.plan[0].start if shown.plan else shown.end
    past = [(one.start, one.end, one.power_mw, "past") for one in shown.done if one.start < first]
    planned = [(slot.start, slot.end, slot.power_mw, "planned") for slot in shown.plan]
    for (power, when), some in groupby([*past, *planned], lambda one: one[2:]):
        run = list(some)
        if action_of(power) == HOLD:
            continue
        for part in unbroken([(start, end) for start, end, _, _ in run]):
            yield bar(shown, part, power, when)


def unbroken(spans: Sequence[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    """Spans that follow on each other as one."""
    found: list[tuple[datetime, datetime]] = []
    for start, end in spans:
        if found and found[-1][1] == start:
            found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
    return found


def bar(shown: Shown, part: tuple[datetime, datetime], power: float, when: str) -> Bar:
    kind, height = action_of(power), min(abs(power) / shown.power_mw, 1.0) * FULL
    left, right = (minutes(shown.start, moment) for moment in part)
    said = f"{SIGN[kind]} {mega_text(abs(power))} MW"
    title = f"{interval_text(*part)}: {said}, {'advised' if when == 'past' else 'planned'}"
    y = 50 - height if kind == "charge" else 50
    return Bar(kind, when, number(left), number(y), number(right - left), number(height), title)


def soc_points(shown: Shown) -> Iterator[tuple[float, float]]:
    """As advice had it, then as the plan has it, at the ends of its intervals."""
    first = shown.plan[0].start if shown.plan else shown.end
    for one in shown.done:
        if one.soc_mwh is not None and one.start <= first:
            yield minutes(shown.start, one.start), height_of(one.soc_mwh, shown.energy_mwh)
    for slot in shown.plan:
        if slot.soc_mwh is not None:
            yield minutes(shown.start, slot.end), height_of(slot.soc_mwh, shown.energy_mwh)


def height_of(soc_mwh: float, energy_mwh: float) -> float:
    return round(100 - 100 * min(max(soc_mwh / energy_mwh, 0.0), 1.0), 2)
