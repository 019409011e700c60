"""Keeping the versions that are not held: those that were superseded, and late observations."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime

from django.db import connection

from market.markets import Market
from oasis.published import COMPONENTS, PublishedPrice
from prices.batch import Change
from prices.late import Kept, adds_to_history, next_number, next_seen_at
from prices.models import Node, Price, PriceRevision
from prices.versions import Held, revised

# Not needed once the next version is held.
NOT_KEPT = ("confirmed_at",)
COMPLETE = (
    f"UPDATE {Price._meta.db_table} "  # noqa: S608  # nosec B608
    f"SET {', '.join(f'{name} = %s' for name in (*COMPONENTS, 'verified'))} "
    "WHERE node_id = %s AND market = %s AND interval_start = %s"
)


def revise(
    node: Node, corrected: Sequence[Change], seen_at: datetime, source: str, *, now: datetime
) -> None:
    """Keep each superseded version, and replace it by the new one."""
    recorded = recorded_at_of(node, [price for price, _ in corrected])
    PriceRevision.objects.bulk_create(
        PriceRevision(
            node=node,
            market=price.market.value,
            interval_start=price.interval_start,
            interval_end=price.interval_end,
            superseded_at=seen_at,
            recorded_at=recorded[price.market.value, price.interval_start],
            held_until=now,
            **{name: value for name, value in held._asdict().items() if name not in NOT_KEPT},
        )
        for price, held in corrected
    )
    for price, held in corrected:
        version = revised(held, price, seen_at, source)
        Price.objects.of(node, price.market).filter(interval_start=price.interval_start).update(
            **version._asdict(), recorded_at=now
        )


def complete(node: Node, completed: Sequence[Change]) -> None:
    """Give held versions the components they lacked. Each stays the version it was.

    With plain SQL: after a file without components was loaded, OASIS may complete months of it.
    """
    adapted = connection.ops.adapt_datetimefield_value
    rows = [
        (
            *(getattr(price, name) for name in COMPONENTS),
            price.verified,
            node.pk,
            price.market.value,
            adapted(price.interval_start),
        )
        for price, _ in completed
    ]
    if rows:
        with connection.cursor() as cursor:
            cursor.executemany(COMPLETE, rows)


def recorded_at_of(
    node: Node, prices: Sequence[PublishedPrice]
) -> dict[tuple[str, datetime], datetime]:
    """When the held versions were recorded, by market and interval start.

    Covers everything from the first interval to the last. Only needed for corrections, which are
    rare.
    """
    if not prices:
        return {}
    starts = [price.interval_start for price in prices]
    rows = Price.objects.filter(node=node, interval_start__range=(min(starts), max(starts)))
    found = rows.values_list("market", "interval_start", "recorded_at")
    return {(market, start): recorded_at for market, start, recorded_at in found}


def keep_late(
    node: Node, late: Sequence[Change], seen_at: datetime, source: str, *, now: datetime
) -> None:
    """Keep late observations that differ from what the history has for their moment."""
    if late:
        PriceRevision.objects.bulk_create(late_rows(node, late, seen_at, source, now))


def late_rows(
    node: Node, late: Sequence[Change], seen_at: datetime, source: str, now: datetime
) -> Iterator[PriceRevision]:
    """A row for each late observation that adds to the history."""
    for market in Market:
        of_market = [change for change in late if change[0].market is market]
        kept = kept_of(node, market, of_market)
        for price, held in of_market:
            known = kept[price.interval_start]
            if adds_to_history(price, held, known, seen_at):
                yield late_row(node, price, held, known, seen_at, source, now)


def kept_of(
    node: Node, market: Market, changes: Sequence[Change]
) -> defaultdict[datetime, list[Kept]]:
    """The versions kept for these intervals of one market, by interval start."""
    found: defaultdict[datetime, list[Kept]] = defaultdict(list)
    if changes:
        starts = [price.interval_start for price, _ in changes]
        rows = PriceRevision.objects.filter(
            node=node, market=market.value, interval_start__range=(min(starts), max(starts))
        )
        for start, *version in rows.values_list("interval_start", *Kept._fields):
            found[start].append(Kept(*version))
    return found


def late_row(
    node: Node,
    price: PublishedPrice,
    held: Held,
    kept: Sequence[Kept],
    seen_at: datetime,
    source: str,
    now: datetime,
) -> PriceRevision:
    """The row for a late observation, which was never held."""
    return PriceRevision(
        node=node,
        market=price.market.value,
        interval_start=price.interval_start,
        interval_end=price.interval_end,
        lmp=price.lmp,
        energy=price.energy,
        congestion=price.congestion,
        loss=price.loss,
        ghg=price.ghg,
        verified=price.verified,
        revision=held.revision,
        late=next_number(held, kept),
        first_seen_at=min(held.first_seen_at, seen_at),
        seen_at=seen_at,
        superseded_at=next_seen_at(held, kept, seen_at),
        recorded_at=now,
        held_until=now,
        source=source,
    )
