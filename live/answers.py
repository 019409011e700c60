"""What `/api/current` and `/api/history` answer: stable, as docs/protocol.md describes them."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import islice

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder

from market.intervals import floor, iso
from market.markets import Market
from prices import readings
from prices.current import current, is_late, shown_now, shown_spread
from prices.feed import Body
from prices.gap_ranges import Range, between
from prices.models import Feed, Node
from prices.publication_delay import publication_delay
from prices.schedule import published_until
from prices.shown_prices import hours_beside, json_texts, noted, shown_prices

A_CHUNK = 500


def current_answer(node: Node, *, now: datetime) -> Body:
    """The price now at `node`; estimates are labelled as such.

    The feed's head is read first: if something is committed meanwhile, the answer is newer than
    its `seq` says, never older.
    """
    position = Feed.objects.filter(node=node).first()
    state = current(node, now=now)
    shown = shown_now(node, state, now=now)
    age = None if state.rt_start is None else (now - state.rt_start).total_seconds()
    spread = shown_spread(node, state, shown)
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
        "stale": is_late(node, state, now=now),
        "source": settings.PRICE_SOURCE,
        "server_time": iso(now),
    }


def history_parts(node: Node, market: Market, hours: int, *, now: datetime) -> Iterator[str]:
    """The prices of the last `hours` as JSON, oldest first, and the gaps among them.

    The day-ahead answer reaches as far ahead as prices are published. A month is 2.6 MB, and is
    never in memory as a whole.
    """
    start = floor(now - timedelta(hours=hours), market)
    last = readings.newest(node, market)
    end = last.interval_end if last and last.interval_start >= start else None
    until = published_until(market, publication_delay(market, [node]), now=now)
    return price_parts(node, market, Range(start, end or now), until=until)


def dates_parts(node: Node, market: Market, dates: Range, *, now: datetime) -> Iterator[str]:
    """The prices of operating dates as JSON, as `history_parts` has them.

    What is not due yet is no gap.
    """
    until = published_until(market, publication_delay(market, [node]), now=now)
    return price_parts(node, market, dates, until=min(until, dates.end))


def price_parts(node: Node, market: Market, asked: Range, *, until: datetime) -> Iterator[str]:
    """The prices of a stretch of time, oldest first, and its gaps up to `until`."""
    start, end = asked
    head = {
        "hub": node.hub,
        "node": node.oasis_name,
        "market": market.value,
        "start": iso(start),
        "end": iso(end),
    }
    yield f'{as_json(head)[:-1]}, "prices": ['
    held: list[Range] = []
    # Only up to `end`, which has been sent: newer prices may arrive meanwhile.
    found = noted(shown_prices(node, market, start, end), held)
    texts = json_texts(found, market, hours_beside(node, market, start, end))
    comma = ""
    while some := ", ".join(islice(texts, A_CHUNK)):
        yield comma + some
        comma = ", "
    lacking = between(held, start, until, market)
    gaps = [{"start": iso(gap.start), "end": iso(gap.end)} for gap in lacking]
    yield f'], "gaps": {as_json(gaps)}}}'


def as_json(value: Body | list[Body]) -> str:
    """JSON as Django's JsonResponse writes it."""
    return json.dumps(value, cls=DjangoJSONEncoder)


def price_bodies(node: Node, market: Market, start: datetime) -> list[Body]:
    """Every price from `start` on, oldest first, as a price event shows it."""
    beside = hours_beside(node, market, start)
    return [price.body(market, beside) for price in shown_prices(node, market, start)]


def number(price: Decimal | None) -> float | None:
    return None if price is None else float(price)


def moment(value: datetime | None) -> str | None:
    return None if value is None else iso(value)
