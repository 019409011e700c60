"""The lines of the prices and their scale. Pure."""

from datetime import datetime, timedelta
from math import inf

from dashboard.battery.scale import Scale, scale_of
from dashboard.battery.shapes import Step, minutes
from dashboard.battery.shown import Prices, Shown
from dashboard.battery.words import clock
from dashboard.first_paint.price_words import price_text

ROOM = 1.2  # the band is cut off above so many times the dearest price


def price_scale(shown: Shown) -> Scale:
    """Holds every price but a spike; of the band what is not far above all of them."""
    least, most = spikes_from(shown)
    prices = [*(min(max(lmp, least), most) for lmp in shown.rt.values()), *planned_by(shown)]
    high = ROOM * max([0.0, *prices])
    low = min(ROOM * min([0.0, *prices]), -high / 4)
    ends = [end for slot in shown.plan for end in (slot.low, slot.high) if end is not None]
    return scale_of([*prices, *(min(max(end, low), high) for end in ends)] if prices else ends)


def planned_by(shown: Shown) -> list[float]:
    """Day-ahead and expected prices."""
    expected = [slot.price for slot in shown.plan if slot.price is not None]
    return [*shown.da.values(), *expected]


def spikes_from(shown: Shown) -> tuple[float, float]:
    """Real-time prices beyond these are spikes, which would flatten all that is planned by."""
    prices = planned_by(shown)
    if not prices:
        return -inf, inf
    low, high = min(0.0, *prices), max(0.0, *prices)
    return low - (high - low), high + (high - low)


def cut_text(shown: Shown, scale: Scale) -> str:
    """The dearest and the cheapest spike, where they are cut off; empty without."""
    held = [at for at in sorted(shown.rt) if shown.start <= at < shown.end]
    ends = [choose(held, key=shown.rt.__getitem__) for choose in (max, min)] if held else []
    beyond = [at for at in ends if not scale.low <= shown.rt[at] <= scale.high]
    said = " and ".join(f"{price_text(shown.rt[at])} at {clock(at)}" for at in beyond)
    return f"Beyond the scale: real-time {said}." if said else ""


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
