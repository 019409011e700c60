"""The gap ledger: what is missing now, how often OASIS was asked for it, and what is given up."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db.models import Min

from prices.gap_ranges import hopeless, missing, wait
from prices.market import Market
from prices.models import Gap, Node, Price
from prices.schedule import published_until

WATCHED = timedelta(days=30)


def held(node: Node, market: Market, start: datetime, end: datetime) -> set[datetime]:
    """The interval starts held in [start, end)."""
    rows = Price.objects.of(node, market).between(start, end)
    return set(rows.values_list("interval_start", flat=True))


def missing_between(node: Node, market: Market, start: datetime, end: datetime) -> list[datetime]:
    """The interval starts in [start, end) that should be held and are not."""
    return missing(held(node, market, start, end), start, end, market)


def open_gaps(
    node: Node, market: Market, start: datetime, end: datetime, *, now: datetime
) -> list[datetime]:
    """What is missing in [start, end) and may be asked for now."""
    resting = set(
        Gap.objects.filter(
            node=node,
            market=market.value,
            interval_start__gte=start,
            interval_start__lt=end,
            ask_after__gt=now,
        ).values_list("interval_start", flat=True)
    )
    return [gap for gap in missing_between(node, market, start, end) if gap not in resting]


def oldest_open(
    nodes: Iterable[Node], market: Market, start: datetime, end: datetime, *, now: datetime
) -> datetime | None:
    """The first interval in [start, end) that any of `nodes` lacks and may ask for."""
    firsts = [gaps[0] for node in nodes if (gaps := open_gaps(node, market, start, end, now=now))]
    return min(firsts, default=None)


def note_asked(
    nodes: Sequence[Node],
    market: Market,
    start: datetime,
    end: datetime,
    *,
    delay: timedelta | None,
    now: datetime,
) -> None:
    """Put down what an answered request for [start, end) did not bring though it should have."""
    end = min(end, published_until(market, delay, now=now))
    for node in nodes:
        for moment in missing_between(node, market, start, end):
            note(node, market, moment, now=now)


def note(node: Node, market: Market, moment: datetime, *, now: datetime) -> None:
    """One more time asked in vain for one interval."""
    gap, _ = Gap.objects.get_or_create(
        node=node,
        market=market.value,
        interval_start=moment,
        defaults={"since": now, "ask_after": now},
    )
    gap.asked += 1
    gap.ask_after = now + wait(gap.asked)
    if hopeless(gap.asked, gap.since, now=now):
        gap.given_up_at = now
        gap.ask_after = now + timedelta(days=3650)
        gap.reason = f"OASIS was asked {gap.asked} times since {gap.since:%Y-%m-%dT%H:%MZ}"
    gap.save()


def watched_since(node: Node, market: Market, *, now: datetime) -> datetime | None:
    """From when on gaps count: the first interval held, 30 days ago at the most."""
    since = now - WATCHED
    first: datetime | None = (
        Price.objects.of(node, market)
        .filter(interval_start__gte=since)
        .aggregate(first=Min("interval_start"))["first"]
    )
    return first
