"""A batch of published prices: put in order, compared with what is held, readied for the feed.

Pure.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import TypeVar

from market.markets import Market
from oasis.published import PublishedPrice
from prices.late import is_late
from prices.versions import Held, Verdict, verdict

Run = list[PublishedPrice]
HeldBetween = Callable[[Market, datetime, datetime], Mapping[datetime, Held]]
Change = tuple[PublishedPrice, Held]
News = list[tuple[PublishedPrice, Held | None]]
# A market, and the starts of a first and a last interval.
Window = tuple[Market, datetime, datetime]
T = TypeVar("T")


@dataclass
class Sorted:
    """One node's prices in a batch, by what is to be done with them.

    `completed` are held with the same LMP, but with fewer components.
    `late` are those seen before what is held, whether or not their values are the same;
    `confirmed` are the first and last of each stretch of held intervals that the batch repeats.
    """

    new: list[PublishedPrice] = field(default_factory=list)
    corrected: list[Change] = field(default_factory=list)
    completed: list[Change] = field(default_factory=list)
    late: list[Change] = field(default_factory=list)
    confirmed: list[Window] = field(default_factory=list)
    counts: Counter[Verdict] = field(default_factory=Counter)

    def add(
        self,
        run: Iterable[PublishedPrice],
        held: Mapping[datetime, Held],
        seen_at: datetime,
        limit: datetime | None = None,
    ) -> None:
        """Sort one market's prices by comparing them with `held`, versions by interval start.

        `limit` is passed to `verdict`.
        """
        new, corrected = len(self.new), len(self.corrected)
        for price in run:
            version = held.get(price.interval_start)
            found = verdict(version, price, seen_at, limit)
            if version is None:
                self.new.append(price)
            elif found is Verdict.CORRECTED:
                self.corrected.append((price, version))
            else:
                self.counts[found] += 1
                if found is Verdict.COMPLETED:
                    self.completed.append((price, version))
                if is_late(version, seen_at):
                    self.late.append((price, version))
        self.counts[Verdict.NEW] += len(self.new) - new
        self.counts[Verdict.CORRECTED] += len(self.corrected) - corrected


def sort(
    prices: Iterable[PublishedPrice],
    held_between: HeldBetween,
    seen_at: datetime,
    limit: datetime | None = None,
) -> Sorted:
    """Sort one node's prices, which are in order, by comparing them with what is held.

    `held_between` gives a market's versions from a first interval to a last, both included.
    """
    batch = Sorted()
    for market, run in by_market(prices):
        held = held_between(*window(market, run))
        batch.add(run, held, seen_at, limit)
        batch.confirmed += [(market, *stretch) for stretch in confirmed(run, held)]
    return batch


def by_node(prices: Iterable[PublishedPrice]) -> Iterator[tuple[str, Run]]:
    """Each node's prices in order of market and interval; `prices` may be in any order."""
    ordered = sorted(prices, key=attrgetter("node", "market", "interval_start"))
    for node, group in groupby(ordered, key=attrgetter("node")):
        yield node, list(group)


def by_market(prices: Iterable[PublishedPrice]) -> Iterator[tuple[Market, Run]]:
    """One node's prices, which are in order, market by market."""
    for market, group in groupby(prices, key=attrgetter("market")):
        yield market, list(group)


def window(market: Market, run: Run) -> Window:
    """From the first to the last interval of a run."""
    return market, run[0].interval_start, run[-1].interval_start


def by_window(of_nodes: Iterable[tuple[int, Window]]) -> Mapping[Window, list[int]]:
    """The nodes that have each window: in a file of all nodes, they all have one."""
    found: defaultdict[Window, list[int]] = defaultdict(list)
    for node, one in of_nodes:
        found[one].append(node)
    return found


def confirmed(
    run: Iterable[PublishedPrice], held: Mapping[datetime, Held]
) -> Iterator[tuple[datetime, datetime]]:
    """The first and last of each stretch of held intervals that a run has prices for.

    Nearly always one stretch: more only if the run lacks an interval that is held.
    """
    in_run = {price.interval_start for price in run} if held else ()
    for is_in_run, stretch in groupby(sorted(held), key=in_run.__contains__):
        if is_in_run:
            starts = list(stretch)
            yield starts[0], starts[-1]


def in_interval_order(new: Sequence[PublishedPrice], corrected: Sequence[Change]) -> News:
    """New prices, and corrected ones with the version they replace, oldest interval first."""
    news: News = [(price, None) for price in new]
    news += corrected
    news.sort(key=lambda change: change[0].interval_start)
    return news


def numbered(head: int, events: Iterable[T]) -> Iterator[tuple[int, T]]:
    """Each event with its seq, which follows on the feed's head."""
    return enumerate(events, head + 1)
