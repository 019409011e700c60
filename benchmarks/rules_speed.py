"""What judging costs: 10,000 rules at a publication, and the preview of one over 90 days."""

from typing import Any

from benchmarks.figures import Figure
from benchmarks.stage import staged

RULES, NODES = 10_000, 3
MOST_S, MOST_PREVIEW_S = 2.0, 1.0
DAYS = 90
NOTES = [
    f"rules: {RULES:,} active rules over {NODES} nodes (prices, spreads, changes, components, "
    "two conditions, waits); one publication is",
    "  a new interval at each node, from the commit of its prices to the commit of its alerts. "
    "Bare: reading and comparing the same",
    "  limits with sqlite3 alone, and one UPDATE of all cursors; for a preview reading the same "
    "rows with sqlite3 alone.",
]
CASES = {
    "calm": "a publication, no rule opens",
    "some": "a publication, a hundred open",
    "all": "a spike, every rule opens",
}


def measure() -> list[Figure]:
    """Publications by how many rules they open, and previews."""
    with staged() as stage:
        timed = stage.answer("rules_rounds", RULES, DAYS)
    return [*map(publication, CASES, [timed] * len(CASES)), *previews(timed)]


def publication(case: str, timed: dict[str, Any]) -> Figure:
    """Seconds to judge one publication; the slowest of its rounds."""
    took = max(timed[case]["seconds"])
    judged = case != "all"
    return Figure(
        what=f"rules: {CASES[case]} ({timed[case]['announced']:,} announced)",
        ours=f"{took:.2f} s",
        floor=f"{timed['bare']:.3f} s bare",
        ratio=took / timed["bare"],
        limit=f"≤ {MOST_S:g} s" if judged else "",
        met=took <= MOST_S if judged else None,
    )


def previews(timed: dict[str, Any]) -> list[Figure]:
    """Seconds to preview a rule of each kind; the slowest of its rounds."""
    return [
        Figure(
            what=f"preview: {timed['intervals']:,} intervals, {name}",
            ours=f"{max(took):.2f} s",
            floor=f"{timed['bare_preview']:.3f} s bare",
            ratio=max(took) / timed["bare_preview"],
            limit=f"≤ {MOST_PREVIEW_S:g} s",
            met=max(took) <= MOST_PREVIEW_S,
        )
        for name, took in timed["previews"].items()
    ]
