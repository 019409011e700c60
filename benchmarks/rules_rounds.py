"""A program: judges many rules at a few publications, and previews rules over many days."""

import json
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from alerts.judging.evaluate import evaluate  # noqa: E402
from alerts.judging.preview import preview  # noqa: E402
from alerts.models import Condition, Rule, Transition  # noqa: E402
from benchmarks.made_up_prices import HUBS, made_up_prices  # noqa: E402
from market.intervals import floor  # noqa: E402
from market.markets import Market  # noqa: E402
from oasis.published import PublishedPrice  # noqa: E402
from prices.history import record  # noqa: E402
from prices.models import Node, Price  # noqa: E402

FIVE = Market.RTM.interval
ROUNDS = 3
# Made-up prices lie between 3 and 97: no rule opens before one of these prices.
CALM, SOME, ALL = Decimal(0), Decimal(200), Decimal(2000)
WATCHES: list[dict[str, Any]] = [
    {"watched": "lmp"},
    {"watched": "lmp", "for_minutes": 15},
    {"watched": "spread"},
    {"watched": "change", "span": 15},
    {"watched": "energy"},
]
PREVIEWS: dict[str, dict[str, Any]] = {
    "price, for at least 15 min": {"limit": 80, "clear_limit": 60, "for_minutes": 15},
    "spread RT − DA": {"watched": "spread", "limit": 20},
    "change over 30 min": {"watched": "change", "span": 30, "limit": 30},
    "the dearest 5 % of 30 days": {"watched": "dearest", "span": 30, "limit": 5},
}


def main(rules: str, days: str) -> None:
    call_command("migrate", interactive=False, verbosity=0)
    now = floor(timezone.now(), Market.RTM)
    start = now - timedelta(days=int(days))
    for market, end in ((Market.DAM, now + timedelta(days=1)), (Market.RTM, now)):
        record(made_up_prices(market, start, end), seen_at=now, source="oasis", now=now)
    make_rules(int(rules), now)
    measured = {"intervals": Price.objects.filter(node=1, market="RTM").count()}
    measured |= publications(now) | {"bare": bare()}
    json.dump(measured | previewed(now, int(days)), sys.stdout)


def make_rules(count: int, now: datetime) -> None:
    """Rules over the hubs, with limits that only a price of 200 or of 2,000 crosses."""
    Rule.objects.all().delete()
    nodes = list(Node.objects.tracked())
    made = [
        Rule(
            node=nodes[number % len(nodes)],
            limit=150 if number < 100 else 1000,
            judges_from=now - timedelta(days=1),
            judged_seq=nodes[number % len(nodes)].feed.head,
            **(WATCHES[0] if number < 100 else WATCHES[number % len(WATCHES)]),
        )
        for number in range(count)
    ]
    Rule.objects.bulk_create(made, batch_size=500)
    second = [Condition(rule=rule, watched="loss", limit=-100) for rule in made[::10]]
    Condition.objects.bulk_create(second, batch_size=500)


def publications(now: datetime) -> dict[str, Any]:
    """Seconds to judge and transitions announced, by the kind of publication."""
    found: dict[str, Any] = {}
    starts = iter(range(1, 100))
    for case, lmps in {
        "calm": [CALM] * ROUNDS,
        "some": [SOME],
        "all": [ALL] * ROUNDS,
    }.items():
        before = Transition.objects.count()
        seconds = [judged(now + next(starts) * FIVE, lmp) for lmp in lmps]
        found[case] = {"seconds": seconds, "announced": Transition.objects.count() - before}
    return found


def judged(start: datetime, lmp: Decimal) -> float:
    """Seconds to judge one interval at every node."""
    record(new_prices(start, lmp), seen_at=start, source="oasis", now=start)
    return seconds(lambda: evaluate(now=start))


def new_prices(start: datetime, lmp: Decimal) -> Iterator[PublishedPrice]:
    """The same price everywhere."""
    for hub in HUBS:
        none = Decimal(0)
        yield PublishedPrice(hub, Market.RTM, start, lmp, lmp, none, none, none)


def previewed(now: datetime, days: int) -> dict[str, Any]:
    """Seconds to preview each kind of rule."""
    node = Node.objects.get(slug="sp15")
    took = {
        name: [seconds(partial(preview, rule, now=now, days=days)) for _ in range(ROUNDS)]
        for name, rule in ((name, Rule(node=node, **of)) for name, of in PREVIEWS.items())
    }
    return {"previews": took, "bare_preview": read_bare()}


def bare() -> float:
    """Seconds to read and compare every limit, and move every cursor, with sqlite3 alone."""
    with opened() as database:

        def once() -> None:
            rows = database.execute('SELECT id, "limit" FROM alerts_rule').fetchall()
            assert sum(limit < 0 for _, limit in rows) == 0
            database.execute("UPDATE alerts_rule SET judged_seq = judged_seq + 1")
            database.commit()

        return min(seconds(once) for _ in range(ROUNDS))


def read_bare() -> float:
    """Seconds to read a node's real-time prices with sqlite3 alone."""
    select = "SELECT interval_start, lmp FROM prices_price WHERE node_id = 1 AND market = 'RTM'"
    with opened() as database:
        return min(seconds(lambda: database.execute(select).fetchall()) for _ in range(ROUNDS))


def opened() -> closing[sqlite3.Connection]:
    return closing(sqlite3.connect(Path(connection.settings_dict["NAME"])))


def seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


if __name__ == "__main__":
    main(*sys.argv[1:])
