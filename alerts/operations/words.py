"""What is said of an operational alert. Pure."""

from datetime import datetime
from typing import NamedTuple

from alerts.operations.conditions import (
    BEAT,
    DISK,
    POLLER,
    REDIS,
    REDIS_EVICTS,
    REDIS_MEMORY,
    SOURCE,
    WORKER,
)
from alerts.wording import clock, day


class Words(NamedTuple):
    """How grave it is, what has happened, what to do, and what is said when it is over."""

    severity: str
    opened: str
    advice: str
    cleared: str


RESTART = "See its log; start it again if whatever supervises it does not."
WORDS = {
    SOURCE: Words(
        "warning",
        "The price source is down",
        "It is asked again by itself, and what was missed is fetched then. /status/ says when each "
        "market last answered.",
        "The price source answers again",
    ),
    DISK: Words(
        "critical",
        "The disk is filling",
        "Make room: on a full disk no price is stored and no alert sent. FETCH_RUNS_KEPT_DAYS, "
        "DELIVERIES_KEPT_DAYS and ALERTS_KEPT_DAYS say what is kept for how long.",
        "The disk has room again",
    ),
    REDIS: Words(
        "critical",
        "Redis is away",
        "Start it again, or see why it can't be reached. What is stored stays; the rest is made "
        "anew from the database.",
        "Redis is back",
    ),
    REDIS_MEMORY: Words(
        "critical",
        "Redis is nearly full",
        "Give it more memory (maxmemory), or let it keep less: what else uses it, and how many "
        "nodes are tracked? A full one takes no writes: nothing is fetched or sent.",
        "Redis has room again",
    ),
    REDIS_EVICTS: Words(
        "warning",
        "Redis may drop what it holds",
        "Set maxmemory-policy to noeviction.",
        "Redis keeps what it holds",
    ),
    WORKER: Words(
        "critical",
        "The worker is silent",
        f"No price alert is sent until it runs. {RESTART}",
        "The worker is back",
    ),
    POLLER: Words(
        "critical",
        "The poller is silent",
        f"No price is fetched until it runs. {RESTART}",
        "The poller is back",
    ),
    BEAT: Words(
        "critical",
        "Beat is silent",
        f"Nothing is fetched or judged until it runs. {RESTART}",
        "Beat is back",
    ),
}


def words_of(kind: str) -> Words:
    """Of a kind that only another version knows, its name."""
    return WORDS.get(
        kind, Words("warning", f"{kind} does not work", "See /status/.", f"{kind} works")
    )


def subject(kind: str, which: str, *, is_over: bool) -> str:
    """`CRITICAL The disk is filling: alpha`, `Cleared: The disk has room again: alpha`."""
    words = words_of(kind)
    of = f": {which}" if which else ""
    if is_over:
        return f"Cleared: {words.cleared}{of}"
    return f"{words.severity.upper()} {words.opened}{of}"


def when(moment: datetime) -> str:
    """`Mon 30 Nov, 14:05 PT`; in November's repeated hour PDT or PST."""
    return f"{day(moment)}, {clock(moment)}"
