"""How fast a month of five-minute prices is parsed, and in how much memory."""

from typing import Any

from benchmarks.figures import Figure, Rounds, timed_ratio
from benchmarks.simulated_month import simulated_month
from benchmarks.stage import staged

ROUNDS = 15
MOST_TIMES_BARE = 1.6
MOST_MB = 60
NOTES = [
    "bare iterparse: lxml over the same XML, inflated beforehand, clearing each REPORT_DATA and "
    "reading nothing;",
    "  ours reads, checks and returns every price. Both in CPU seconds.",
]


def measure() -> list[Figure]:
    """Time beside a bare iterparse, and the peak of memory."""
    with staged() as stage:
        archive = stage.plan.state / "month.zip"
        archive.write_bytes(simulated_month(stage))
        timed = stage.answer("parse_rounds", archive, ROUNDS)
        peak = stage.answer("parse_peak", archive)
    return [speed(timed), memory(peak)]


def speed(timed: dict[str, Any]) -> Figure:
    """Ours against a bare iterparse."""
    return timed_ratio(
        f"parse: {timed['rows']:,} rows, {timed['xml_bytes'] / 1e6:.1f} MB of XML",
        Rounds(timed["ours"], timed["floor"]),
        "bare iterparse",
        MOST_TIMES_BARE,
    )


def memory(peak: dict[str, int]) -> Figure:
    """The peak while parsing, above the idle process."""
    megabytes = peak["peak_bytes"] / 1e6
    return Figure(
        what=f"parse: peak memory above idle, {peak['prices']:,} prices in hand",
        ours=f"{megabytes:.1f} MB",
        floor=f"{peak['idle_bytes'] / 1e6:.1f} MB idle, the zip loaded",
        limit=f"≤ {MOST_MB} MB",
        met=megabytes <= MOST_MB,
    )
