"""What a page holds after a snapshot, and which of it is now: `live/store.js`."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, NamedTuple

from market.intervals import floor, from_iso
from market.markets import Market
from prices.fallback import ESTIMATED

Body = dict[str, Any]
FIVE = Market.RTM.interval


class Price(NamedTuple):
    """A held price, $/MWh; da_price is what a real-time price was published beside."""

    start: datetime
    end: datetime
    lmp: float
    quality: str
    revision: int
    first_seen: datetime
    da_price: float | None


class Estimate(NamedTuple):
    """What the server estimates of an interval whose price was not published."""

    price: float
    quality: str
    start: datetime


class Source(NamedTuple):
    """Where prices come from, why it does not answer, and when it last did by market."""

    name: str
    trouble: str | None
    answered: Mapping[str, datetime]


class Prices(NamedTuple):
    """A hub's prices by the start of their interval, oldest first, its open alerts, its advice."""

    rt: dict[datetime, Price]
    fmm: dict[datetime, Price]
    da: dict[datetime, Price]
    alerts: list[Body]
    advice: Mapping[int, Body] = MappingProxyType({})


class Held(NamedTuple):
    """A hub's prices at a moment, and what is estimated of the price of now."""

    prices: Prices
    estimate: Estimate | None
    now: datetime

    @property
    def rt(self) -> dict[datetime, Price]:
        return self.prices.rt

    @property
    def da(self) -> dict[datetime, Price]:
        return self.prices.da

    @property
    def begun(self) -> Price | None:
        """The price to show: the newest that has begun, of the running interval where held."""
        return next((p for p in reversed(self.rt.values()) if p.start <= self.now), None)

    @property
    def newest(self) -> Price | None:
        """The newest real-time price, which may be published ahead."""
        return next(reversed(self.rt.values()), None)


def by_start(bodies: Iterable[Body]) -> dict[datetime, Price]:
    """Prices as a snapshot has them."""
    prices = map(price_of, bodies)
    return {price.start: price for price in prices}


def price_of(body: Body) -> Price:
    return Price(
        from_iso(body["interval_start"]),
        from_iso(body["interval_end"]),
        body["lmp"],
        body["quality"],
        body["revision"],
        from_iso(body["first_seen"]),
        body.get("da_price"),
    )


def estimate_in(current: Body) -> Estimate | None:
    """What `/api/current` estimates; None if it names a published price, or none."""
    start, price, quality = (current[name] for name in ("rt_timestamp", "rt_price", "rt_quality"))
    if quality not in ESTIMATED or start is None or price is None:
        return None
    return Estimate(price, quality, from_iso(start))


def estimate_now(held: Held) -> Estimate | None:
    """What is estimated of the running interval; None once its price is here."""
    estimate, begun = held.estimate, held.begun
    return None if estimate and begun and begun.start >= estimate.start else estimate


def day_ahead_at(held: Held, at: datetime) -> Price | None:
    return held.da.get(floor(at, Market.DAM))


def day_ahead_beside(held: Held) -> float | None:
    """The day-ahead price of the hour that the price shown lies in."""
    if held.begun is None:
        return None
    hour = day_ahead_at(held, held.begun.start)
    return hour.lmp if hour else held.begun.da_price


def spread_of(held: Held) -> float | None:
    """Real-time less day-ahead of its own hour."""
    day_ahead = day_ahead_beside(held)
    return None if held.begun is None or day_ahead is None else held.begun.lmp - day_ahead


def prices_between(prices: dict[datetime, Price], start: datetime, end: datetime) -> list[Price]:
    return [price for at, price in prices.items() if start <= at < end]
