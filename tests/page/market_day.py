"""What a server would publish of a market day: the simulator's curves as the feed's bodies."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from market.intervals import iso
from simulator.operating_dates import day_bounds, day_of, slots_between
from simulator.prices import price
from simulator.reports import Market

SP15 = "TH_SP15_GEN-APND"
FIVE = timedelta(minutes=5)
Body = dict[str, Any]


def at(text: str) -> datetime:
    """A moment with its offset: at("2026-11-01 18:02:40-08:00")."""
    return datetime.fromisoformat(text).astimezone(UTC)


def real_time(start: datetime, end: datetime) -> list[Body]:
    """Every five-minute price that starts in [start, end), seen half a minute into it."""
    return curve(Market.RTM, start, end)


def fifteen_minute(start: datetime, end: datetime) -> list[Body]:
    """Every fifteen-minute price that starts in [start, end)."""
    return curve(Market.RTPD, start, end)


def day_ahead(now: datetime, days_back: int) -> list[Body]:
    """Every hour from some days ago to the end of tomorrow."""
    today = day_of(now.timestamp())
    start = day_bounds(today - timedelta(days=days_back))[0]
    end = day_bounds(today + timedelta(days=1))[1]
    return curve(Market.DAM, datetime.fromtimestamp(start, UTC), datetime.fromtimestamp(end, UTC))


def curve(market: Market, start: datetime, end: datetime) -> list[Body]:
    """The simulator's prices as events have them."""
    slots = slots_between(start.timestamp(), end.timestamp(), market.seconds)
    return [body(market, slot.epoch, price(7, SP15, market, slot)) for slot in slots]


def body(market: Market, epoch: int, parts: Any, revision: int = 1) -> Body:
    """One price, as an event or a snapshot has it."""
    start = datetime.fromtimestamp(epoch, UTC)
    names = ("lmp", "energy", "congestion", "loss", "ghg")
    return {name: float(getattr(parts, name)) for name in names} | {
        "market": str(market.value),
        "interval_start": iso(start),
        "interval_end": iso(start + timedelta(seconds=market.seconds)),
        "quality": "observed" if revision == 1 else "corrected",
        "revision": revision,
        "first_seen": iso(start + timedelta(seconds=30)),
    }


def valued(price: Body, lmp: str) -> Body:
    """The same interval with another LMP, its energy making it add up."""
    energy = Decimal(lmp) - Decimal(str(price["lmp"])) + Decimal(str(price["energy"]))
    return price | {"lmp": float(lmp), "energy": round(float(energy), 5)}


def corrected(price: Body, lmp: str, seen: datetime) -> Body:
    """What a correction's event says of a price."""
    parts = ("lmp", "energy", "congestion", "loss", "ghg")
    old = {name: price[name] for name in parts}
    new = {"revision": price["revision"] + 1, "quality": "corrected", "kind": "correction"}
    return valued(price, lmp) | new | {"old": old, "seen": iso(seen)}


def alert(number: int, price: Body, *, limit: int = 100, state: str = "open") -> Body:
    """An alert about a price, as an event has it."""
    direction = "above" if limit > 0 else "below"
    seen = datetime.fromisoformat(price["interval_start"]) + timedelta(seconds=31)
    return {
        "kind": "alert",
        "alert_id": number,
        "state": state,
        "market": "RTM",
        "direction": direction,
        "limit": limit,
        "price": price["lmp"],
        "interval_start": price["interval_start"],
        "interval_end": price["interval_end"],
        "at": iso(seen),
        "text": f"SP15 RTM {price['lmp']:.2f} $/MWh is {direction} {limit}.",
    }
