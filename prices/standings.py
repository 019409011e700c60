"""What is known about each tracked node at a tick, and what each poll adds to it."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.db.models import F

from market.intervals import day_bounds, intervals_between, operating_date
from market.markets import Market
from prices import readings
from prices.models import FetchRun, Gap, Node, Price, Standing
from prices.publication_delay import publication_delay
from prices.resting import is_lately, quiet_until
from prices.schedule import Held, day_ahead_expected_until

RUNS_LOOKED_AT = 10
LONGEST_QUIET = timedelta(minutes=10)
Starts = dict[int, set[datetime]]


def left_alone(*, now: datetime) -> bool:
    """Whether OASIS rests after trouble. Runs in the future (after a clock step) are ignored."""
    runs = FetchRun.objects.filter(started_at__lte=now, started_at__gt=now - LONGEST_QUIET)
    latest = runs.order_by("-started_at").values_list("started_at", "outcome")[:RUNS_LOOKED_AT]
    until = quiet_until(latest)
    return until is not None and now < until


def known(market: Market, nodes: Sequence[Node], *, now: datetime) -> dict[int, Held]:
    """By node: what is held in `market`, and when it was asked for."""
    newest = readings.newest_starts(market, Node.objects.tracked())
    asked = {row.node_id: row for row in Standing.objects.filter(market=market.value)}
    delay = delay_learned(market, nodes, newest)
    complete = complete_until(nodes, now=now) if market is Market.DAM else {}
    furthest = max(newest.values(), default=None)
    ahead = {
        node.pk: is_lately(furthest, now=now) and newest.get(node.pk) != furthest for node in nodes
    }
    return {
        node.pk: Held(
            newest=newest.get(node.pk),
            complete_until=complete.get(node.pk),
            last_asked=asked[node.pk].asked_at if node.pk in asked else None,
            vain=asked[node.pk].vain if node.pk in asked else 0,
            delay=delay,
            others_answered=ahead[node.pk],
            refused=asked[node.pk].refused if node.pk in asked else 0,
        )
        for node in nodes
    }


def delay_learned(
    market: Market, nodes: Sequence[Node], newest: Mapping[int, datetime]
) -> timedelta | None:
    """The publication delay, the same for all nodes, learned from the one furthest ahead."""
    seen = [node for node in nodes if node.pk in newest]
    if not seen or market is Market.DAM:
        return None
    return publication_delay(market, [max(seen, key=lambda node: (newest[node.pk], -node.pk))])


def starts_held(market: Market, nodes: Sequence[Node], start: datetime, end: datetime) -> Starts:
    """The interval starts held in [start, end), by node."""
    held: Starts = {node.pk: set() for node in nodes}
    rows = readings.columns([*held], market, start, end, "node_id", "interval_start")
    for pk, moment in rows:
        held[pk].add(moment)
    return held


def complete_until(nodes: Sequence[Node], *, now: datetime) -> dict[int, datetime]:
    """By node: the first day-ahead hour of today or tomorrow neither held nor given up."""
    start, _ = day_bounds(operating_date(now))
    end = day_bounds(operating_date(now) + timedelta(days=1))[1]
    held = starts_held(Market.DAM, nodes, start, end)
    given_up = Gap.objects.filter(market=Market.DAM.value, interval_start__gte=start)
    for pk, moment in given_up.exclude(given_up_at=None).values_list("node_id", "interval_start"):
        held.get(pk, set()).add(moment)
    hours = list(intervals_between(start, end, Market.DAM))
    return {
        pk: next((hour for hour in hours if hour not in moments), end)
        for pk, moments in held.items()
    }


def note_poll(
    market: Market, nodes: Sequence[Node], riders: Sequence[Node], *, answered: bool, now: datetime
) -> None:
    """Note that `nodes` were asked for, and which of them brought something new.

    The `riders` were asked for along with them: for these, only new prices count.
    """
    every = [*nodes, *riders]
    fresh = Price.objects.filter(node__in=every, market=market.value, first_seen_at__gte=now)
    brought = set(fresh.values_list("node_id", flat=True).distinct())
    Standing.objects.bulk_create(
        [Standing(node=node, market=market.value) for node in every], ignore_conflicts=True
    )
    rows = Standing.objects.filter(market=market.value, node__in=nodes)
    rows.update(asked_at=now)
    of_all = Standing.objects.filter(market=market.value, node__in=brought)
    of_all.update(vain=0, silent_since=None)
    if answered:
        complete = complete_nodes(market, nodes, now=now)
        silent = rows.exclude(node__in=brought | complete)
        silent.filter(silent_since=None).update(silent_since=now)
        silent.update(vain=F("vain") + 1)
        rows.update(refused=0)


def complete_nodes(market: Market, nodes: Sequence[Node], *, now: datetime) -> set[int]:
    """The nodes that lack nothing: an answer without news for them is not in vain."""
    if market is not Market.DAM:
        return set()
    until = day_ahead_expected_until(now=now)
    return {pk for pk, end in complete_until(nodes, now=now).items() if end >= until}


def note_refusal(market: Market, nodes: Sequence[Node], *, now: datetime) -> None:
    """Note that OASIS refused a request for `nodes`: they rest from now on."""
    note_poll(market, nodes, [], answered=False, now=now)
    rows = Standing.objects.filter(market=market.value, node__in=nodes)
    rows.update(refused=F("refused") + 1)
