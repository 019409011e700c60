"""A program: commits prices one after the other as a poll does, and notes when advice is committed.

Each price is of the interval that runs, the next one a correction of it. The advice that the one
before led to is deleted first, so that advice is due again.
"""

import json
import random
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import django

django.setup()

import psutil  # noqa: E402
from django.utils import timezone  # noqa: E402

from battery.advice.ready import next_start  # noqa: E402
from battery.models import Advice, Battery  # noqa: E402
from benchmarks.advice_fill import SP15  # noqa: E402
from caisoproject import tasks  # noqa: E402
from market.intervals import floor  # noqa: E402
from market.markets import Market  # noqa: E402
from oasis.published import PublishedPrice  # noqa: E402
from prices.history import record  # noqa: E402
from prices.ingest import Ingested  # noqa: E402
from prices.models import FeedEvent  # noqa: E402

BETWEEN_S, LOOK_EVERY_S, WITHIN_S = 0.7, 0.005, 30
# Advice for an interval that is about to begin would be for the one after it.
ROOM = timedelta(seconds=15)
LEAST_USD, MOST_USD = -20, 150
Noted = dict[str, float]


def main(samples: str, analyst: str, temperature: str) -> None:
    """So many samples, while the analyst's child is `warm` or `cold`: it has ended each time."""
    battery = Battery.objects.select_related("node").get()
    waiter = psutil.Process(int(analyst))
    noted = []
    for _ in range(int(samples)):
        time.sleep(BETWEEN_S)
        wait_until(has_room)
        if temperature == "cold":
            wait_until(lambda: not waiter.children())
        noted.append(sample(battery))
    json.dump(noted, sys.stdout)


def sample(battery: Battery) -> Noted:
    """One price and the advice after it: their seqs, and when each was committed."""
    starts = next_start(Market.RTM, now=timezone.now())
    advice = Advice.objects.filter(battery=battery, interval_start=starts)
    advice.delete()
    noted: Noted = {}
    tasks.ask(lambda: committed(noted))
    noted["asked_at"] = time.monotonic()
    wait_until(advice.exists)
    noted["advice_at"] = time.monotonic()
    events = FeedEvent.objects.filter(node=battery.node, kind=FeedEvent.ADVICE)
    noted["advice_seq"] = events.order_by("-seq").values_list("seq", flat=True)[0]
    return noted


def committed(noted: Noted) -> Ingested:
    """Commit a price of the running interval, and note when."""
    now = timezone.now()
    lmp = Decimal(random.randint(LEAST_USD * 100, MOST_USD * 100)).scaleb(-2)
    start = floor(now, Market.RTM)
    price = PublishedPrice(SP15, Market.RTM, start, lmp, lmp, Decimal(0), Decimal(0), Decimal(0))
    ranges = record([price], seen_at=now, source="simulator", now=now).feed_ranges
    noted["price_at"] = time.monotonic()
    noted["price_seq"] = ranges[0].seq
    return Ingested(new=1, feed_ranges=ranges)


def has_room() -> bool:
    now = timezone.now()
    return next_start(Market.RTM, now=now) - now > ROOM


def wait_until(true: Callable[[], Any]) -> None:
    """Look often. Raises TimeoutError."""
    until = time.monotonic() + WITHIN_S
    while not true():
        if time.monotonic() > until:
            raise TimeoutError("no advice, or a child that does not end")
        time.sleep(LOOK_EVERY_S)


if __name__ == "__main__":
    main(*sys.argv[1:])
