"""Prices, powers and the state of charge of today and of the plan, as shapes. Pure."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from dashboard.battery.power_bars import Bar, bars, soc_points
from dashboard.battery.price_lines import band_steps, cut_text, plan_steps, price_scale, price_steps
from dashboard.battery.shapes import band_path, line_path, minutes, number, steps_path
from dashboard.battery.shown import Shown
from dashboard.battery.time_axis import Tick, ticks
from dashboard.battery.words import clock
from dashboard.first_paint.price_words import mega_text, price_text
from market.intervals import intervals_between
from market.markets import Market

HOUR = timedelta(hours=1)


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
    cut: str


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
        cut=cut_text(shown, scale),
    )


def label(tick: float) -> str:
    """`$20`, `−$40`: a round number."""
    return f"{'−' if tick < 0 else ''}${abs(tick):,.10g}"


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
