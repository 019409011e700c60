"""How fast a battery's what-if is answered, and how fast a step of the policy of advice is."""

from typing import Any

from benchmarks.figures import Figure, Rounds
from benchmarks.stage import staged

DAYS, ROUNDS = 30, 7
STEPS = 100
MOST_WHAT_IF_S, MOST_STEP_S = 1.0, 0.020
NOTES = [
    f"battery: 1 MW / 4 MWh, 86 %, over {DAYS} days of made-up 5-minute prices in the database. A "
    "what-if reads them, and works out the schedules and perfect",
    "  foresight of two batteries; beside it HiGHS alone, twice, on perfect foresight's matrix. "
    "Again: a slider's next value, within the minute that prices",
    "  are kept. With a cap, the price on cycles is looked for as well. A policy step is the table "
    "of quantiles, the value of stored energy and the decision",
    "  with its reason; beside it the deterministic programme and HiGHS on the expected prices, "
    "which know nothing of what is uncertain.",
]


def measure() -> list[Figure]:
    with staged() as stage:
        timed = stage.answer("battery_rounds", DAYS, ROUNDS, STEPS)
    return [*what_ifs(timed), *steps(timed)]


def what_ifs(timed: dict[str, Any]) -> list[Figure]:
    """The first answer, its parts, the next ones, and one with a cap on cycles."""
    what = f"battery: a what-if over {timed['days']} days, {timed['intervals']:,} steps"
    whole = Rounds(timed["first"], timed["highs"])
    parts = {part: Rounds(timed[part], timed["highs"]).seconds for part in ("reading", "one")}
    return [
        within(what, whole, "HiGHS, twice", MOST_WHAT_IF_S),
        Figure(f"{what}: reading prices", f"{parts['reading']:.3f} s"),
        Figure(f"{what}: one battery of the two", f"{parts['one']:.3f} s"),
        within(f"{what}, again", Rounds(timed["again"], timed["highs"]), None, MOST_WHAT_IF_S),
        within(
            f"{what}, with a cap", Rounds(timed["capped"], timed["highs"]), None, MOST_WHAT_IF_S
        ),
    ]


def within(what: str, rounds: Rounds, floor: str | None, most_s: float) -> Figure:
    """Seconds, the median of the rounds, against a limit."""
    return Figure(
        what=what,
        ours=f"{rounds.seconds:.3f} s",
        floor=f"{rounds.floor_seconds:.3f} s {floor}" if floor else "",
        ratio=rounds.ratio if floor else None,
        limit=f"≤ {most_s:g} s",
        met=rounds.seconds <= most_s,
    )


def steps(timed: dict[str, Any]) -> list[Figure]:
    """One interval's decision, in milliseconds."""
    step = Rounds(timed["step"], timed["programme"])
    solver = Rounds(timed["step"], timed["solver"])
    what = f"battery: a policy step, {timed['horizon']} steps ahead"
    return [
        Figure(
            what=what,
            ours=f"{step.seconds * 1000:.1f} ms",
            floor=f"{step.floor_seconds * 1000:.1f} ms deterministic programme",
            ratio=step.ratio,
            limit=f"≤ {MOST_STEP_S * 1000:g} ms",
            met=step.seconds <= MOST_STEP_S,
        ),
        Figure(
            what=f"{what}, beside HiGHS",
            ours=f"{step.seconds * 1000:.1f} ms",
            floor=f"{solver.floor_seconds * 1000:.1f} ms HiGHS",
            ratio=solver.ratio,
        ),
    ]
