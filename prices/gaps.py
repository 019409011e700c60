"""The gap ledger: what is missing, how often OASIS was asked for it, and what was given up."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from django.db.models import QuerySet

from market.markets import Market
from prices import readings
from prices.gap_ranges import expected, hopeless, missing, wait
from prices.models import Gap, Node, Price
from prices.schedule import oldest_kept, published_until

# How much is searched at a time: 8,640 five-minute prices.
STRETCH = timedelta(days=30)
FOR_EVER = timedelta(days=3650)


def held(node: Node, market: Market, start: datetime, end: datetime) -> set[datetime]:
    """The interval starts held in [start, end)."""
    rows = Price.objects.of(node, market).between(start, end)
    return set(rows.values_list("interval_start", flat=True))


def ledger(node: Node, market: Market, start: datetime, end: datetime) -> "QuerySet[Gap]":
    """The ledger's rows in [start, end)."""
    return Gap.objects.filter(
        node=node, market=market.value, interval_start__gte=start, interval_start__lt=end
    )


def missing_between(node: Node, market: Market, start: datetime, end: datetime) -> list[datetime]:
    """The interval starts in [start, end) that should be held and are not."""
    return missing(held(node, market, start, end), start, end, market)


def is_whole(node: Node, market: Market, start: datetime, end: datetime) -> bool:
    """Whether all of [start, end) is held. Counts rows only, so it is quick."""
    count = Price.objects.of(node, market).between(start, end).count()
    return count >= expected(start, end, market)


def is_settled(node: Node, market: Market, start: datetime, end: datetime) -> bool:
    """Whether all of [start, end) is held or given up. Counts rows only, so it is quick."""
    count = Price.objects.of(node, market).between(start, end).count()
    given_up = ledger(node, market, start, end).exclude(given_up_at=None).count()
    return count + given_up >= expected(start, end, market)


def open_gaps(
    node: Node, market: Market, start: datetime, end: datetime, *, now: datetime
) -> list[datetime]:
    """The missing interval starts in [start, end) that may be asked for now."""
    resting = ledger(node, market, start, end).filter(ask_after__gt=now)
    left_alone = set(resting.values_list("interval_start", flat=True))
    return [gap for gap in missing_between(node, market, start, end) if gap not in left_alone]


def stretches(start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    """[start, end) in parts of at most STRETCH."""
    while start < end:
        stop = min(start + STRETCH, end)
        yield start, stop
        start = stop


def note_asked(
    nodes: Sequence[Node],
    market: Market,
    start: datetime,
    end: datetime,
    *,
    delay: timedelta | None,
    counts: bool = True,
    now: datetime,
) -> None:
    """Note what a request for gaps in [start, end) should have brought, but did not.

    Resting gaps don't count: they merely lay within the window. Nor do intervals older than
    anything OASIS keeps.
    """
    start = max(start, oldest_kept(now=now))
    end = min(end, published_until(market, delay, now=now))
    for node in nodes:
        note(node, market, open_gaps(node, market, start, end, now=now), counts=counts, now=now)


def note(
    node: Node, market: Market, moments: Sequence[datetime], *, counts: bool, now: datetime
) -> None:
    """Note that intervals were asked for in vain; without `counts` they only rest for a while."""
    if not moments:
        return
    rows = ledger(node, market, moments[0], moments[-1] + market.interval)
    known = {gap.interval_start: gap for gap in rows}
    new = [
        Gap(node=node, market=market.value, interval_start=moment, since=now, ask_after=now)
        for moment in moments
        if moment not in known
    ]
    again = [known[moment] for moment in moments if moment in known]
    for gap in [*new, *again]:
        if counts:
            asked_in_vain(gap, now=now)
        else:
            gap.ask_after = now + wait(1)
    Gap.objects.bulk_create(new, batch_size=100, ignore_conflicts=True)
    Gap.objects.bulk_update(again, ["asked", "ask_after", "given_up_at", "reason"], batch_size=100)


def asked_in_vain(gap: Gap, *, now: datetime) -> None:
    """Count one more request in vain, and give the gap up if it is hopeless."""
    gap.asked += 1
    gap.ask_after = now + wait(gap.asked)
    if hopeless(gap.asked, gap.since, now=now):
        gap.given_up_at = now
        gap.ask_after = now + FOR_EVER
        gap.reason = f"OASIS was asked {gap.asked} times since {gap.since:%Y-%m-%dT%H:%MZ}"


def watched_since(market: Market, nodes: "QuerySet[Node]", *, now: datetime) -> dict[int, datetime]:
    """By node id: where gaps begin to count, at the first interval held that OASIS still keeps."""
    return readings.oldest_starts(market, nodes, oldest_kept(now=now))
