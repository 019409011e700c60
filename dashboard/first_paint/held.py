"""What a page holds after a snapshot, and which of it is now: `live/store.js`."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from market.intervals import floor, from_iso
from market.markets import Market
from prices.fallback import ESTIMATED

Body = dict[str, Any]
FIVE = Market.RTM.interval
STAND_INS = {"cached", *ESTIMATED}


class Price(NamedTuple):
    """A held price, $/MWh; da_price is what a real-time price was published beside."""

    start: datetime
    end: datetime
    lmp: float
    quality: str
    revision: int
    first_seen: datetime
    da_price: float | None


class StandIn(NamedTuple):
    """What is shown for a price that was not published."""

    price: float | None
    quality: str
    start: datetime | None


class Prices(NamedTuple):
    """A hub's prices by the start of their interval, oldest first."""

    rt: dict[datetime, Price]
    da: dict[datetime, Price]


class Held(NamedTuple):
    """A hub's prices at a moment, and what stands in for the price of now."""

    prices: Prices
    fallback: StandIn | None
    now: datetime

    @property
    def rt(self) -> dict[datetime, Price]:
        return self.prices.rt

    @property
    def da(self) -> dict[datetime, Price]:
        return self.prices.da

    @property
    def begun(self) -> Price | None:
        """The newest real-time price that has begun: of the running interval where it is held."""
        return next((p for p in reversed(self.rt.values()) if p.start <= self.now), None)

    @property
    def newest(self) -> Price | None:
        """The newest real-time price, which may be published ahead."""
        return next(reversed(self.rt.values()), None)


class Shown(NamedTuple):
    """The real-time price to show; `price` is the published one, where there is one."""

    lmp: float | None
    quality: str
    start: datetime | None
    price: Price | None

    @property
    def end(self) -> datetime | None:
        return self.start and self.start + FIVE


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


def stand_in(current: Body) -> StandIn | None:
    """What `/api/current` says stands in for a price; None if it names a published one."""
    start, quality = current["rt_timestamp"], current["rt_quality"]
    if quality not in STAND_INS:
        return None
    return StandIn(current["rt_price"], quality, start and from_iso(start))


def shown_price(held: Held) -> Shown | None:
    """The real-time price to show."""
    begun, fallback = held.begun, held.fallback
    if fallback is None:
        return begun and Shown(begun.lmp, begun.quality, begun.start, begun)
    start = fallback.start or (begun.start if begun else None)
    price = held.rt.get(start) if start else None
    return Shown(price.lmp if price else fallback.price, fallback.quality, start, price)


def day_ahead_at(held: Held, at: datetime) -> Price | None:
    return held.da.get(floor(at, Market.DAM))


def day_ahead_of(held: Held, shown: Shown | None) -> float | None:
    """The day-ahead price of the hour that the shown price lies in."""
    if shown is None or shown.start is None:
        return None
    hour = day_ahead_at(held, shown.start)
    return hour.lmp if hour else shown.price and shown.price.da_price


def spread_of(held: Held, shown: Shown | None) -> float | None:
    """Real-time less day-ahead of its own hour; None of an estimate."""
    day_ahead = day_ahead_of(held, shown)
    if shown is None or shown.lmp is None or day_ahead is None or shown.quality in ESTIMATED:
        return None
    return shown.lmp - day_ahead


def prices_between(prices: dict[datetime, Price], start: datetime, end: datetime) -> list[Price]:
    return [price for at, price in prices.items() if start <= at < end]
