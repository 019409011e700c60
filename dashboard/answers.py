"""What `/api/current` and `/api/history` answer: stable, documented in the design, section 9."""

from datetime import datetime, timedelta
from decimal import Decimal

from django.conf import settings

from prices import feed
from prices.current import STALE_AFTER, current, shown_now
from prices.feed import Body
from prices.gap_ranges import missing, ranges
from prices.intervals import floor, iso
from prices.market import Market
from prices.models import Feed, Node, Price
from prices.publication import publication_delay
from prices.schedule import published_until

COLUMNS = (
    "market",
    "interval_start",
    "interval_end",
    "lmp",
    "energy",
    "congestion",
    "loss",
    "ghg",
    "verified",
    "revision",
    "first_seen_at",
)


def current_answer(node: Node, *, now: datetime) -> Body:
    """The price now at `node`; estimated values are labelled as what they are."""
    state = current(node, now=now)
    shown = shown_now(node, state, now=now)
    position = Feed.objects.filter(node=node).first()
    age = None if state.rt_start is None else (now - state.rt_start).total_seconds()
    spread = state.spread if shown and shown.interval_start == state.rt_start else None
    return {
        "hub": node.hub,
        "node": node.oasis_name,
        "rt_price": number(shown.lmp if shown else None),
        "rt_timestamp": moment(shown.interval_start if shown else None),
        "rt_quality": shown.quality if shown else None,
        "rt_age_s": None if age is None else round(age, 1),
        "da_price": number(state.da_price),
        "da_timestamp": moment(state.da_start),
        "spread": number(spread),
        "last_update": moment(state.last_update),
        "seq": position.head if position else 0,
        "epoch": position.epoch if position else None,
        "stale": age is None or age > STALE_AFTER.total_seconds(),
        "source": settings.PRICE_SOURCE,
        "server_time": iso(now),
    }


def history_answer(node: Node, market: Market, hours: int, *, now: datetime) -> Body:
    """The prices of the last `hours`, oldest first, and the gaps among them.

    The day-ahead answer reaches as far ahead as prices are published.
    """
    start = floor(now - timedelta(hours=hours), market)
    prices = price_bodies(node, market, start)
    held = {price["interval_start"] for price in prices}
    until = published_until(market, publication_delay(market, [node]), now=now)
    lacking = [gap for gap in missing((), start, until, market) if iso(gap) not in held]
    return {
        "hub": node.hub,
        "node": node.oasis_name,
        "market": market.value,
        "start": iso(start),
        "end": prices[-1]["interval_end"] if prices else iso(now),
        "prices": prices,
        "gaps": [{"start": iso(gap.start), "end": iso(gap.end)} for gap in ranges(lacking, market)],
    }


def price_bodies(node: Node, market: Market, start: datetime) -> list[Body]:
    """Every price from `start` on, oldest first, as a price event shows it."""
    rows = Price.objects.of(node, market).filter(interval_start__gte=start)
    prices = list(rows.order_by("interval_start").values_list(*COLUMNS, named=True))
    beside = day_ahead_from(node, start) if market is Market.RTM else {}
    return [
        feed.price_body(
            price, revision=price.revision, first_seen_at=price.first_seen_at, day_ahead=beside
        )
        for price in prices
    ]


def day_ahead_from(node: Node, start: datetime) -> dict[datetime, Decimal]:
    """Day-ahead LMPs by the start of their hour, from the hour of `start` on."""
    hour = floor(start, Market.DAM)
    rows = Price.objects.of(node, Market.DAM).filter(interval_start__gte=hour)
    return dict(rows.values_list("interval_start", "lmp"))


def number(price: Decimal | None) -> float | None:
    """A price as a JSON number."""
    return None if price is None else float(price)


def moment(value: datetime | None) -> str | None:
    """A moment as the answers write it."""
    return None if value is None else iso(value)
