"""What `/status/` says: first whether anything is wrong, then each part by itself."""

from collections.abc import Iterator
from typing import NamedTuple

from django.conf import settings

from alerts.models import OperationalAlert
from alerts.operations.conditions import REDIS, REDIS_EVICTS, REDIS_MEMORY, Condition
from alerts.operations.words import words_of
from alerts.rules.rule import Stance
from dashboard.first_paint.market_times import day_text, duration_text
from dashboard.status_facts import Facts
from dashboard.status_words import (
    MARKET_NAMES,
    PARTS,
    Line,
    age_text,
    came_text,
    correction_text,
    counted,
    delay_text,
    missing_text,
    moment_text,
    named,
    newest_text,
)
from market.intervals import midnight, operating_date
from market.markets import Market
from prices.models import Node
from prices.source_trouble import NAMES, sentence

CONDITIONS = {REDIS: "Redis", REDIS_MEMORY: "Redis, memory", REDIS_EVICTS: "Redis, eviction"}
TONES = {Stance.BEYOND: "bad", Stance.UNKNOWN: "high"}


class Newest(NamedTuple):
    """The newest price of a node in a market: which interval, how old, whether that is late."""

    text: str
    age: str
    is_late: bool
    missing: str


class NodeLine(NamedTuple):
    """A node and its newest prices: real-time, fifteen-minute, day-ahead."""

    hub: str
    name: str
    newest: list[Newest]


def source_name() -> str:
    return NAMES.get(settings.PRICE_SOURCE, settings.PRICE_SOURCE)


def wrong(found: Facts) -> Iterator[str]:
    """What keeps this installation from being believed, the most serious first; a sentence each."""
    if found.source.trouble:
        yield found.source.trouble
    yield from (one.reason for one in found.conditions if one.stance is Stance.BEYOND)
    if late := [*late_names(found)]:
        yield sentence(f"Late or not there yet: {named(late)}")
    if found.troubles_count:
        yield sentence(counted(found.troubles_count, "part fails", "parts fail"))
    if found.outbox.overdue:
        yield sentence(counted(found.outbox.overdue, "message is", "messages are") + " overdue")


def late_names(found: Facts) -> Iterator[str]:
    """Nodes and markets whose newest price is late."""
    for state in found.markets:
        for node in found.nodes:
            if state.nodes[node.pk].is_late:
                yield f"{node.hub} {MARKET_NAMES[state.market]}"


def source_lines(found: Facts) -> Iterator[Line]:
    name = source_name()
    if found.answered_at is None:
        yield Line("last answer", f"{name} has not answered yet", "high")
    else:
        ago = duration_text(found.now - found.answered_at)
        yield Line("last answer", f"{ago} ago, {moment_text(found.answered_at, now=found.now)}")
    if settings.PRICE_SOURCE == "simulator":
        yield Line("prices", "made up by the simulator, not CAISO's", "high")
    for state in found.markets:
        if state.market is not Market.DAM:
            yield Line(f"{MARKET_NAMES[state.market]} usually comes", delay_text(state.delay))
    if found.day_ahead:
        day = midnight(operating_date(found.day_ahead.interval_start))
        came = came_text(day, found.day_ahead.first_seen_at)
        yield Line(f"day-ahead of {day_text(day)} came", came)


def node_lines(found: Facts) -> list[NodeLine]:
    """Nodes that are late in a market come first."""
    lines = [NodeLine(node.hub, node.oasis_name, [*newest_of(node, found)]) for node in found.nodes]
    return sorted(lines, key=lambda line: not any(newest.is_late for newest in line.newest))


def newest_of(node: Node, found: Facts) -> Iterator[Newest]:
    for state in found.markets:
        standing = state.nodes[node.pk]
        yield Newest(
            newest_text(state.market, standing.newest, now=found.now),
            age_text(state.market, standing.newest, now=found.now),
            standing.is_late,
            f"{standing.missing:,} missing" if standing.missing else "",
        )


def gap_lines(found: Facts) -> Iterator[Line]:
    for state in found.markets:
        text = missing_text(state.missing, state.expected)
        yield Line(MARKET_NAMES[state.market], text, "high" if state.missing else "")
    ledger = found.ledger
    if ledger.oldest:
        gap = ledger.oldest
        when = moment_text(gap.interval_start, now=found.now)
        what = f"{gap.node.hub} {MARKET_NAMES[Market(gap.market)]} {when}"
        yield Line("asked for again", f"{ledger.open:,}, the oldest {what}", "high")
    if ledger.given_up:
        yield Line("given up", f"{ledger.given_up:,}: CAISO does not have them")


def correction_lines(found: Facts) -> Iterator[tuple[Line, str]]:
    """Each correction, and when it was seen."""
    hubs = {node.pk: node.hub for node in found.nodes}
    for one in found.corrections.newest:
        when = moment_text(one.interval_start, now=found.now)
        name = f"{hubs[one.node_id]} {MARKET_NAMES[one.market]} {when}"
        text = correction_text(one.old, one.new)
        yield Line(name, text), moment_text(one.seen_at, now=found.now)


def part_lines(found: Facts) -> Iterator[Line]:
    """The database, Redis, messages, and what fails."""
    yield Line("database", f"{found.database}, answers")
    yield from map(condition_line, found.conditions)
    yield from outbox_lines(found)
    for alert in found.operational:
        yield operational_line(alert, found)
    for trouble in found.troubles:
        times = counted(trouble.times, "time", "times")
        since = moment_text(trouble.since, now=found.now)
        name = f"{PARTS.get(trouble.part, trouble.part)}, {trouble.subject}"
        yield Line(name, f"failed {times} since {since}", "bad")


def operational_line(alert: OperationalAlert, found: Facts) -> Line:
    """An operational alert that is open, or was lately."""
    since = moment_text(alert.since, now=found.now)
    words = words_of(alert.kind)
    if alert.cleared_at is None:
        return Line(words.opened, f"since {since}", "bad")
    return Line(words.opened, f"{since} to {moment_text(alert.cleared_at, now=found.now)}, over")


def condition_line(condition: Condition) -> Line:
    """What is told of a part, without its name once more."""
    name = CONDITIONS.get(condition.kind, condition.kind)
    of = (
        f"{name}, {condition.subject}"
        if condition.kind in CONDITIONS and condition.subject
        else name
    )
    text = condition.reason.partition(":")[0] if condition.kind == REDIS else condition.reason
    for start in ("The disk ", "Redis ", f"{condition.kind.capitalize()} "):
        text = text.removeprefix(start)
    return Line(of, text.rstrip("."), TONES.get(condition.stance, ""))


def outbox_lines(found: Facts) -> Iterator[Line]:
    outbox = found.outbox
    waiting = f"{outbox.waiting:,} waiting" if outbox.waiting else "none waiting"
    failing = f", {outbox.failing:,} of them tried in vain" if outbox.failing else ""
    yield Line("messages", waiting + failing, "high" if outbox.failing or outbox.overdue else "")
    if outbox.held:
        yield Line("held for a digest", f"{outbox.held:,}")
    if outbox.given_up:
        yield Line("given up in 7 days", f"{outbox.given_up:,}", "high")
