"""How fast a month of new five-minute prices at three hubs is stored in SQLite."""

from typing import Any

from benchmarks.figures import Figure, Rounds, timed_ratio
from benchmarks.stage import staged

ROUNDS = 5
MOST_TIMES_BARE = 2.5
LEAST_PER_SECOND = 8_000
CASES = {"past": "history only", "recent": "the last 31 days"}
NOTES = [
    "bare executemany: sqlite3 alone, the same tuples that ours hands to it, made beforehand "
    "(times as text, prices as Decimal),",
    "  into the same table and indexes of another fresh file, WAL, synchronous=NORMAL, one "
    "transaction; the floor writes no feed events.",
]


def measure() -> list[Figure]:
    """Old prices, which are only stored, and the last 31 days, whose newest 7 are published too."""
    figures = []
    for case, meaning in CASES.items():
        with staged() as stage:
            timed = stage.answer("ingest_rounds", case, ROUNDS)
        figures += figures_of(f"ingest: {timed['prices']:,} new prices, {meaning}", timed)
    return figures


def figures_of(what: str, timed: dict[str, Any]) -> list[Figure]:
    """The ratio, and prices per second beside those of the floor."""
    rounds = Rounds(timed["ours"], timed["floor"])
    if timed["events"]:
        what += f" ({timed['events']:,} feed events)"
    per_second = timed["prices"] / rounds.seconds
    return [
        # The floor writes no feed events: compared with a run that does, it sets no limit.
        timed_ratio(what, rounds, "bare executemany", None if timed["events"] else MOST_TIMES_BARE),
        Figure(
            what="ingest: the same in prices a second",
            ours=f"{per_second:,.0f}/s",
            floor=f"{timed['prices'] / rounds.floor_seconds:,.0f}/s bare",
            limit=f"≥ {LEAST_PER_SECOND:,}/s",
            met=per_second >= LEAST_PER_SECOND,
        ),
    ]
