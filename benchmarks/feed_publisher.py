"""A program: stores and announces made-up prices as a poll would, until it is ended.

Files in `orders/` beside the database say what else to do: `burst` (400 events in one transaction),
`die` (between the next commit and its announcement), `lose` (half of the group messages) or `mute`
(announce nothing) as long as the file exists. Each publication is a line of `published.jsonl`, with
the time of its commit.
"""

import json
import os
import random
import signal
import sys
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count, islice
from pathlib import Path

import django

django.setup()

import redis  # noqa: E402
import structlog  # noqa: E402
from django.conf import settings  # noqa: E402
from django.utils import timezone  # noqa: E402

from benchmarks.made_up_prices import made_up_prices  # noqa: E402
from caisoproject.publishing import publish  # noqa: E402
from market.markets import Market  # noqa: E402
from oasis.published import PublishedPrice  # noqa: E402
from prices.feed import FeedRange  # noqa: E402
from prices.history import record  # noqa: E402
from prices.models import Node  # noqa: E402
from prices.projection import project  # noqa: E402

log = structlog.get_logger(__name__)
NODES = ("TH_NP15_GEN-APND", "TH_SP15_GEN-APND")
SPAN = timedelta(days=5)
BURST = 400
LOST_SHARE = 0.5


def main(pause_s: str, each: str, back_hours: str) -> None:
    """Publish `each` events of two hubs every `pause_s` seconds, starting `back_hours` ago."""
    orders = settings.STATE_DIR / "orders"
    start = timezone.now() - timedelta(hours=int(back_hours))
    prices = news(start, random.randrange(2**31))
    with (settings.STATE_DIR / "published.jsonl").open("a", buffering=1) as published:
        while True:
            due = time.monotonic() + float(pause_s)
            publications = stored(list(islice(prices, int(each) * len(NODES))))
            if is_ordered(orders / "burst"):
                publications += stored(burst(prices))
            published.writelines(line(publication) for publication in publications)
            if is_ordered(orders / "die"):
                os.kill(os.getpid(), signal.SIGKILL)
            if not (orders / "mute").exists():
                announce_all(publications, losing=(orders / "lose").exists())
            time.sleep(max(0.0, due - time.monotonic()))


def news(start: datetime, seed: int) -> Iterator[PublishedPrice]:
    """Prices of five days, again and again, each time with other values."""
    for number in count(seed):
        for price in made_up_prices(Market.RTM, start, start + SPAN, seed=number):
            if price.node in NODES:
                yield price


def burst(prices: Iterator[PublishedPrice]) -> list[PublishedPrice]:
    """400 prices of one hub."""
    return [price for price in islice(prices, BURST * len(NODES)) if price.node == NODES[0]]


def stored(prices: list[PublishedPrice]) -> list[FeedRange]:
    now = timezone.now()
    return record(prices, seen_at=now, source="simulator", now=now).feed_ranges


def line(publication: FeedRange) -> str:
    """A publication with the time of its commit, by the monotonic clock of the machine."""
    return json.dumps({**publication._asdict(), "at": time.monotonic()}) + "\n"


def is_ordered(order: Path) -> bool:
    """Whether the order was given; each is carried out once."""
    found = order.exists()
    order.unlink(missing_ok=True)
    return found


def announce_all(publications: list[FeedRange], *, losing: bool) -> None:
    """Announce as a task does. If Redis is away, it is logged."""
    try:
        if losing and random.random() < LOST_SHARE:
            for publication in publications:
                project(Node.objects.get(slug=publication.slug), now=timezone.now())
        else:
            publish(publications)
    except redis.RedisError as fault:
        log.warning("not announced", why=str(fault))


if __name__ == "__main__":
    main(*sys.argv[1:])
