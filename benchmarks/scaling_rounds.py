"""A program: stores weeks of prices, judges rules, publishes and copies to Redis, and measures."""

import json
import sys
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from benchmarks import rules_rounds  # noqa: E402
from benchmarks.made_up_prices import made_up_prices  # noqa: E402
from caisoproject.publishing import project_each, publish  # noqa: E402
from live.heads import standing  # noqa: E402
from market.intervals import floor  # noqa: E402
from market.markets import Market  # noqa: E402
from oasis.published import PublishedPrice  # noqa: E402
from prices.history import record  # noqa: E402
from prices.models import Feed, FeedEvent, Node, Price  # noqa: E402
from prices.projection import NAMES, Keys, project  # noqa: E402
from prices.redis_client import redis_client  # noqa: E402

WEEK = timedelta(days=7)
# Prices of this long ago make no events.
LONG_AGO = timedelta(days=365)
PUBLICATIONS, MANY_NODES = 20, 16_000


def main(weeks: str, rules: str) -> None:
    call_command("migrate", interactive=False, verbosity=0)
    now = floor(timezone.now(), Market.RTM)
    measured = past(now, int(weeks))
    measured |= news(now, int(weeks), measured["row_bytes"])
    measured |= {"rules_per_s": int(rules) / judged(now, int(rules))}
    measured |= {"publish_ms": published(now + timedelta(hours=1))}
    measured |= {"idle_ms": idle(), **copied()}
    json.dump(measured | heads(), sys.stdout)


def past(now: datetime, weeks: int) -> dict[str, float]:
    """History alone: bytes of a row, and the speed of the quickest week."""
    before = size()
    speeds = [stored_per_s(now - LONG_AGO + nth * WEEK, now) for nth in range(weeks)]
    rows = Price.objects.count()
    return {"row_bytes": (size() - before) / rows, "rows": rows, "past_per_s": max(speeds)}


def news(now: datetime, weeks: int, row_bytes: float) -> dict[str, float]:
    """Prices that are published too, as if each week had been stored at its end."""
    before, rows = size(), Price.objects.count()
    ends = [now - (weeks - 1 - nth) * WEEK for nth in range(weeks)]
    speeds = [stored_per_s(end - WEEK, end) for end in ends]
    added, events = Price.objects.count() - rows, FeedEvent.objects.count()
    event_bytes = (size() - before - added * row_bytes) / events
    return {"news_per_s": max(speeds), "events": events, "event_bytes": event_bytes}


def stored_per_s(start: datetime, seen_at: datetime) -> float:
    """How many prices of a week are stored in a second."""
    prices = list(week_of(start))
    took = timed(lambda: record(prices, seen_at=seen_at, source="oasis", now=seen_at))
    return len(prices) / took


def week_of(start: datetime) -> Iterator[PublishedPrice]:
    for market in Market:
        yield from made_up_prices(market, start, start + WEEK)


def judged(now: datetime, rules: int) -> float:
    """Seconds to judge so many rules at one publication, which opens none."""
    rules_rounds.make_rules(rules, now)
    return min(
        rules_rounds.judged(now + nth * Market.RTM.interval, rules_rounds.CALM) for nth in (1, 2, 3)
    )


def published(start: datetime) -> float:
    """Processor milliseconds to announce a node's new price and copy it to Redis, at the least."""
    for node in Node.objects.tracked():
        project(node, now=start)
    moments = [start + nth * Market.RTM.interval for nth in range(PUBLICATIONS)]
    return min(map(published_at, moments))


def published_at(moment: datetime) -> float:
    prices = rules_rounds.new_prices(moment, rules_rounds.CALM)
    made = record(prices, seen_at=moment, source="oasis", now=moment)
    return spent_ms(lambda: publish(made.feed_ranges)) / len(made.feed_ranges)


def idle() -> float:
    """Processor milliseconds to find that a node lacks nothing in Redis: every ten seconds."""
    nodes = list(Node.objects.tracked())
    return min(spent_ms(lambda: project_each(nodes)) for _ in range(PUBLICATIONS)) / len(nodes)


def copied() -> dict[str, float]:
    """What Redis holds of a node whose stream is full."""
    client, keys = redis_client(), Keys(Node.objects.tracked()[0].slug)
    held = [client.memory_usage(keys[name], samples=0) for name in NAMES]
    sizes = [int(one or 0) for one in held]  # type: ignore[arg-type]
    length = int(client.xlen(keys["stream"]))  # type: ignore[arg-type]
    return {"redis_bytes": sum(sizes), "stream": length}


def heads() -> dict[str, float]:
    """Milliseconds for what each web process reads every five seconds, of all nodes there are."""
    made = [Node(slug=f"n{number}", oasis_name=f"N{number}") for number in range(MANY_NODES)]
    Node.objects.bulk_create(made, 1000)
    Feed.objects.bulk_create(
        [Feed(node=node) for node in Node.objects.filter(slug__startswith="n", feed=None)], 1000
    )
    return {
        "heads_ms": min(timed(lambda: standing(now=timezone.now())) for _ in range(3)) * 1000,
        "heads": Feed.objects.count(),
    }


def size() -> int:
    """Bytes of all prices and feeds on disk, with their indexes."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")
        else:
            tables = [model._meta.db_table for model in (Price, FeedEvent)]
            cursor.execute(
                "SELECT sum(pg_total_relation_size(t::regclass)) FROM unnest(%s::text[]) t",
                [tables],
            )
        return int(cursor.fetchone()[0])


def timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def spent_ms(work: Callable[[], object]) -> float:
    """Processor time of this process."""
    began = time.process_time()
    work()
    return (time.process_time() - began) * 1000


if __name__ == "__main__":
    main(*sys.argv[1:])
