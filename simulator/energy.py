"""The system's marginal energy price: a duck curve with seasons, forecast errors and spikes.

Shaped after real SP15 prices: mean 30 to 55 $/MWh, 8 to 15 % of real-time intervals below
zero, 2 to 13 % above 100, rarely one above 1,000.
"""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from math import exp, pi, sin

from simulator.noise import bell, key, smooth, uniform
from simulator.operating_dates import HOUR, Slot
from simulator.reports import Market

DAY = 86_400
FLOOR, CEILING = -150.0, 1_900.0


@dataclass(frozen=True, slots=True)
class Season:
    """The shares of spring, summer and winter in a day, each from 0 to 1."""

    spring: float
    summer: float
    winter: float


@lru_cache(maxsize=512)
def season(day: date) -> Season:
    nth = day.timetuple().tm_yday
    from_new_year = min(nth, 365 - nth)
    return Season(_hill(nth, 108, 38), _hill(nth, 225, 38), _hill(from_new_year, 0, 38))


def _hill(at: float, middle: float, width: float) -> float:
    return exp(-(((at - middle) / width) ** 2))


@lru_cache(maxsize=8192)
def system_energy(seed: int, market: Market, slot: Slot) -> float:
    """$/MWh, the same at every node."""
    middle = slot.clock_hour + slot.seconds / 2 / HOUR
    expected = _expected(seed, slot, middle)
    if market is Market.DAM:
        price = expected + 1.2 * bell(key(seed, "day-ahead"), slot.epoch // HOUR)
    else:
        price = expected + _surprise(seed, market, slot, middle) + spike(seed, market, slot)
    return min(max(price, FLOOR), CEILING)


def _expected(seed: int, slot: Slot, hour: float) -> float:
    """The perfect forecast, $/MWh: the level of the day times its shape."""
    level = 46 + 8 * smooth(key(seed, "gas"), slot.epoch, 6 * DAY)
    clearness = min(1.15, 0.95 + 0.2 * smooth(key(seed, "clouds"), slot.epoch, DAY))
    now = season(slot.day)
    return level * (_demand(now, hour) - clearness * _sun(now, hour) * _depth(now, slot.day))


def _demand(now: Season, hour: float) -> float:
    night = -0.12 * _hill(hour, 3, 2)
    morning = (0.3 + 0.15 * now.winter) * _hill(hour, 7, 1.3)
    evening = 0.95 + 0.9 * now.summer + 0.25 * now.winter
    return 1 + night + morning + evening * _hill(hour, 19.3 - 0.9 * now.winter, 1.7)


def _sun(now: Season, hour: float) -> float:
    rise = 6.2 + 0.9 * now.winter
    fall = 18.9 + 0.7 * now.summer - 1.6 * now.winter
    return float(max(0.0, sin(pi * (hour - rise) / (fall - rise)))) if rise < hour < fall else 0.0


def _depth(now: Season, day: date) -> float:
    weekend = 0.16 if day.weekday() >= 5 else 0.0
    return 0.96 + 0.5 * now.spring - 0.25 * now.winter - 0.12 * now.summer + weekend


def _surprise(seed: int, market: Market, slot: Slot, hour: float) -> float:
    """The forecast's error in real time, $/MWh: slow parts are shared by both markets."""
    at, width = slot.epoch, 1 + 1.1 * _hill(hour, 19, 2.5)
    shared = 6.5 * smooth(key(seed, "error"), at, 2 * HOUR)
    shared += 3.5 * smooth(key(seed, "ripple"), at, HOUR // 2)
    own = 2.4 * smooth(key(seed, "own", market), at, HOUR // 4)
    return width * (shared + own + 1.1 * bell(key(seed, "jitter", market), at))


def spike(seed: int, market: Market, slot: Slot) -> float:
    """$/MWh on top for 5 to 30 minutes within an hour; RTPD foresees those of odd hours."""
    hour, within = divmod(slot.epoch, HOUR)
    if uniform(key(seed, "spike"), hour) > _spike_chance(slot):
        return 0.0
    length = 1 + int(6 * uniform(key(seed, "spike length"), hour))
    first = int((13 - length) * uniform(key(seed, "spike start"), hour))
    place = within // 300
    if market is Market.RTPD:
        first, length = first - first % 3, max(length, 3)
    return _spike_height(seed, market, hour, slot) if first <= place < first + length else 0.0


def _spike_chance(slot: Slot) -> float:
    return 0.015 + 0.095 * _hill(int(slot.clock_hour), 18.5, 2) + 0.02 * season(slot.day).summer


def _spike_height(seed: int, market: Market, hour: int, slot: Slot) -> float:
    draw = uniform(key(seed, "spike height"), hour)
    if 9 <= slot.clock_hour < 15:
        return -20 - 90 * draw
    height = 60 / float((1 - 0.98 * draw) ** 0.9)
    wobble = 1 + 0.08 * bell(key(seed, "spike wobble"), slot.epoch)
    if market is Market.RTPD:
        return 0.55 * height * wobble if hour % 2 else 0.0
    return height * wobble
