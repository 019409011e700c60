"""What a message says of the market beside its own number: what is held and known, nothing else."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import islice

from alerts import headlines, wording
from market.intervals import floor
from market.markets import Market
from prices import readings
from prices.models import Node

MOST = {Market.RTM: 3, Market.RTPD: 4, Market.DAM: 3}  # intervals to come
AHEAD = {
    Market.RTM: "Next intervals",
    Market.RTPD: "Next quarter hours",
    Market.DAM: "Next hours, day-ahead",
}
FIVE = timedelta(minutes=5)

Details = tuple[tuple[str, str], ...]


def details(node: Node, market: Market, start: datetime, *, now: datetime) -> Details:
    """Labels and texts: the price of an interval, the day-ahead price of its hour, what follows."""
    return tuple(rows(node, market, start, now=now))


def rows(
    node: Node, market: Market, start: datetime, *, now: datetime
) -> Iterator[tuple[str, str]]:
    held = readings.at(node, market, start)
    if held is not None:
        is_now = start - FIVE <= now < held.interval_end + FIVE
        yield "Now" if is_now else "Price", priced(market, start, held.lmp)
        yield from beside_day_ahead(node, market, start, held.lmp)
        if not is_now:
            yield from running(node, market, start, now=now)
    for other in (Market.DAM,) if market is Market.DAM else AHEAD:
        if known := ahead(node, other, max(start, now)):
            yield AHEAD[other], listed(other, known)


def priced(market: Market, start: datetime, lmp: Decimal) -> str:
    """`1,234.56 $/MWh, Mon 30 Nov 20:35–20:40 PT`."""
    return f"{wording.two_decimals(lmp)} {headlines.UNIT}, {headlines.dated(market, start)}"


def beside_day_ahead(
    node: Node, market: Market, start: datetime, lmp: Decimal
) -> Iterator[tuple[str, str]]:
    """The day-ahead price of the hour, and how far a real-time price is from it."""
    hour = floor(start, Market.DAM)
    found = None if market is Market.DAM else readings.at(node, Market.DAM, hour)
    if found is None:
        return
    yield "Day-ahead", f"{wording.two_decimals(found.lmp)} {headlines.UNIT} for the hour"
    spread = lmp - found.lmp
    yield "Spread", f"{'+' if spread > 0 else ''}{wording.two_decimals(spread)} {headlines.UNIT}"


def running(
    node: Node, market: Market, start: datetime, *, now: datetime
) -> Iterator[tuple[str, str]]:
    """The price now, where a message comes later than its interval."""
    found = readings.newest_begun(node, market, now=now)
    if found is not None and found.interval_start > start and market is not Market.DAM:
        yield "Now", priced(market, found.interval_start, found.lmp)


def ahead(node: Node, market: Market, after: datetime) -> Mapping[datetime, Decimal]:
    """The intervals that begin later and are published already."""
    lmps = readings.lmps(node, market, after + timedelta(microseconds=1))
    return dict(islice(lmps.items(), MOST[market]))


def listed(market: Market, known: Mapping[datetime, Decimal]) -> str:
    """`20:40 PT 900.00, 20:45 64.10`: the zone once, but where an hour repeats."""
    texts = [f"{wording.clock(at)} {wording.two_decimals(lmp)}" for at, lmp in known.items()]
    return ", ".join([texts[0], *(text.replace(" PT ", " ") for text in texts[1:])])
