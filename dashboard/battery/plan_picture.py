"""Prices, powers and the state of charge of today and of the plan, as shapes. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import NamedTuple

from dashboard.battery.plan import Slot
from dashboard.battery.scale import Scale, scale_of
from dashboard.battery.shapes import Step, band_path, line_path, minutes, number, steps_path
from dashboard.battery.time_axis import Tick, ticks
from dashboard.battery.words import HOLD, SIGN, action_of, clock
from dashboard.first_paint.market_times import interval_text
from dashboard.first_paint.price_words import mega_text, price_text
from market.intervals import intervals_between
from market.markets import Market

HOUR = timedelta(hours=1)
FULL = 46.0  # per cent up and down from the middle that full power takes
ROOM = 1.2  # the band is cut off above so many times the dearest price
Prices = Mapping[datetime, float]


class Done(NamedTuple):
    """An interval that has begun: what was advised in it."""

    start: datetime
    end: datetime
    power_mw: float
    soc_mwh: float | None


class Bar(NamedTuple):
    """A run of one power: `kind` is charge or discharge, `when` past or planned."""

    kind: str
    when: str
    x: str
    y: str
    width: str
    height: str
    title: str


class Label(NamedTuple):
    y: float
    text: str


class Reading(NamedTuple):
    """An hour, and what stands in it, for who points at it."""

    x: str
    width: str
    title: str


class PlanPicture(NamedTuple):
    """`width` is in minutes, heights are from 0 to 100 down, `now_share` is in per cent."""

    width: str
    now: str
    rest: str
    now_share: float
    zero: float
    below: float
    lines: Sequence[Label]
    real_time: str
    day_ahead: str
    expected: str
    band: str
    bars: Sequence[Bar]
    soc: str
    ticks: Sequence[Tick]
    readings: Sequence[Reading]


class Shown(NamedTuple):
    """What is drawn, from `start` on; prices are by the start of their interval."""

    start: datetime
    end: datetime
    now: datetime
    market: Market
    rt: Prices
    da: Prices
    done: Sequence[Done]
    plan: Sequence[Slot]
    power_mw: float
    energy_mwh: float


def plan_picture(shown: Shown) -> PlanPicture | None:
    """None where there is nothing to draw at all."""
    if not (shown.rt or shown.da or shown.done or shown.plan):
        return None
    scale, width = price_scale(shown), minutes(shown.start, shown.end)
    now = min(max(minutes(shown.start, shown.now), 0.0), width)
    tops, bottoms = band_steps(shown, scale)
    return PlanPicture(
        width=number(width),
        now=number(now),
        rest=number(width - now),
        now_share=round(100 * now / width, 2),
        zero=scale.down(0),
        below=round(100 - scale.down(0), 2),
        lines=[Label(scale.down(tick), label(tick)) for tick in scale.ticks],
        real_time=steps_path(price_steps(shown.rt, shown, shown.market.interval, scale)),
        day_ahead=steps_path(price_steps(shown.da, shown, HOUR, scale)),
        expected=steps_path(plan_steps(shown, scale)),
        band=band_path(tops, bottoms),
        bars=list(bars(shown)),
        soc=line_path(soc_points(shown), minutes(shown.start, shown.start + HOUR)),
        ticks=list(ticks(shown.start, shown.end)),
        readings=list(readings(shown)),
    )


def label(tick: float) -> str:
    """`$20`, `−$40`: a round number."""
    return f"{'−' if tick < 0 else ''}${abs(tick):,.10g}"


def price_scale(shown: Shown) -> Scale:
    """Holds every price; of the band what is not far above all of them."""
    prices = [*shown.rt.values(), *shown.da.values()]
    prices += [slot.price for slot in shown.plan if slot.price is not None]
    high = ROOM * max([0.0, *prices])
    low = min(ROOM * min([0.0, *prices]), -high / 4)
    ends = [end for slot in shown.plan for end in (slot.low, slot.high) if end is not None]
    return scale_of([*prices, *(min(max(end, low), high) for end in ends)] if prices else ends)


def price_steps(prices: Prices, shown: Shown, length: timedelta, scale: Scale) -> list[Step]:
    inside = sorted(at for at in prices if shown.start <= at < shown.end)
    return [step(shown, at, at + length, prices[at], scale) for at in inside]


def plan_steps(shown: Shown, scale: Scale) -> list[Step]:
    return [
        step(shown, slot.start, slot.end, slot.price, scale)
        for slot in shown.plan
        if slot.price is not None
    ]


def band_steps(shown: Shown, scale: Scale) -> tuple[list[Step], list[Step]]:
    """The upper ends of the band, and the lower ones."""
    known = [
        (slot, slot.low, slot.high)
        for slot in shown.plan
        if slot.low is not None and slot.high is not None
    ]
    tops = [step(shown, slot.start, slot.end, high, scale) for slot, _, high in known]
    return tops, [step(shown, slot.start, slot.end, low, scale) for slot, low, _ in known]


def step(shown: Shown, start: datetime, end: datetime, price: float, scale: Scale) -> Step:
    left, right = minutes(shown.start, start), minutes(shown.start, end)
    return Step(left, right, scale.down(price))


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


def readings(shown: Shown) -> Iterator[Reading]:
    """Hour by hour, what the picture shows there."""
    for hour in intervals_between(shown.start, shown.end, Market.DAM):
        x = number(minutes(shown.start, hour))
        yield Reading(x, "60", f"{clock(hour)}: {', '.join(said(shown, hour)) or 'nothing held'}")


def said(shown: Shown, hour: datetime) -> Iterator[str]:
    held = [lmp for at, lmp in shown.rt.items() if hour <= at < hour + HOUR]
    if held:
        yield f"real-time {price_text(sum(held) / len(held))}"
    if hour in shown.da:
        yield f"day-ahead {price_text(shown.da[hour])}"
    slots = [slot for slot in shown.plan if hour <= slot.start < hour + HOUR]
    prices = [slot.price for slot in slots if slot.price is not None]
    if prices:
        yield f"expected {price_text(sum(prices) / len(prices))}"
    if slots and slots[-1].soc_mwh is not None:
        yield f"{mega_text(slots[-1].soc_mwh)} MWh at its end"
