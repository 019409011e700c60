"""How fast the best course of a battery is found and proven."""

from benchmarks.figures import Figure, Rounds
from benchmarks.stage import staged

FIVE, FIFTEEN = 1 / 12, 0.25
# Steps, the length of one (h), how often, and the most seconds.
HORIZONS = [
    ("a day of 5 min", 288, FIVE, 15, 0.15),
    ("a week of 5 min", 2_016, FIVE, 5, 2.0),
    ("a year of 15 min", 35_040, FIFTEEN, 3, 5.0),
]
WEARS = (10, 0)
NOTES = [
    "dispatch: 1 MW / 4 MWh, 86 %, over made-up prices (peaks, a trough below 0, spikes): no "
    "history is needed. Without wear it pays to burn",
    "  energy at prices below 0, and HiGHS's answer is only where ours begins. Ours builds the "
    "matrix, solves, proves the bound and cleans up;",
    "  beside it HiGHS alone on the same matrix. The dynamic programme solves the same day on a "
    "grid.",
]


def measure() -> list[Figure]:
    """The optimum over each horizon, with wear and without, and the dynamic programme of a day."""
    figures = []
    with staged() as stage:
        for name, steps, hours, rounds, most_s in HORIZONS:
            for wear in WEARS:
                timed = stage.answer("dispatch_rounds", steps, hours, wear, rounds)
                below = f"{timed['below_0']:.0%} below 0"
                what = f"dispatch: {name}, {steps:,} steps, {below}, wear ${wear}"
                figures.append(optimum(what, Rounds(timed["ours"], timed["highs"]), most_s))
                if "programme" in timed:
                    figures.append(programme(what, timed["programme"], timed["share"]))
    return figures


def optimum(what: str, rounds: Rounds, most_s: float) -> Figure:
    """Seconds to the proven optimum; the median of the rounds."""
    return Figure(
        what=what,
        ours=f"{rounds.seconds:.3f} s",
        floor=f"{rounds.floor_seconds:.3f} s HiGHS",
        ratio=rounds.ratio,
        limit=f"≤ {most_s:g} s",
        met=rounds.seconds <= most_s,
    )


def programme(what: str, took: float, share: float) -> Figure:
    """Seconds of the dynamic programme, for comparison."""
    return Figure(
        what=f"{what}, dynamic programme", ours=f"{took:.3f} s", floor=f"{share:.2%} of the optimum"
    )
