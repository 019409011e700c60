"""Ours, the rival and the limit in turn at one scenario, and the figures of it."""

import statistics
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from benchmarks.fanout_phase import Phase, Scenario, measured
from benchmarks.fanout_servers import LIMIT, NAMES, OURS, RIVAL, Servers
from benchmarks.figures import Figure

Phases = Mapping[str, Sequence[Phase]]


class Goals(NamedTuple):
    """The most for ours: CPU beside the rival's and the limit's, and the delay."""

    to_rival: float | None
    to_limit: float | None
    p99_ms: float | None


def in_turn(rounds: int) -> Iterator[str]:
    """ABC, CBA, ABC and so on: what drifts on the machine meets all alike."""
    for number in range(rounds):
        yield from NAMES if number % 2 == 0 else NAMES[::-1]


def rounds_of(servers: Servers, scenario: Scenario, rounds: int) -> dict[str, list[Phase]]:
    """The phases of each, measured in turn."""
    phases: dict[str, list[Phase]] = {name: [] for name in NAMES}
    for name in in_turn(rounds):
        phases[name].append(measured(servers, name, scenario))
        say(name, scenario, phases[name][-1])
    return phases


def say(name: str, scenario: Scenario, phase: Phase) -> None:
    """One phase on stderr, for who waits."""
    sys.stderr.write(
        f"  {scenario} {name}: {phase.cpu_us:.1f} µs, p50 {phase.delay_ms('p50'):.1f} ms, "
        f"p99 {phase.delay_ms('p99'):.1f} ms, lost {phase.lost:,}, "
        f"out of order {phase.out_of_order:,}, published at {phase.published.rate:,.0f}/s\n"
    )


def figures_of(scenario: Scenario, phases: Phases, goals: Goals) -> list[Figure]:
    """CPU beside each, the delays, and what is wrong."""
    return [
        cpu_figure(scenario, phases, RIVAL, goals.to_rival),
        cpu_figure(scenario, phases, LIMIT, goals.to_limit),
        delay_figure(scenario, phases, "p50", None),
        delay_figure(scenario, phases, "p99", goals.p99_ms),
        *wrong_figures(f"fanout {scenario}", phases),
    ]


def cpu_figure(scenario: Scenario, phases: Phases, beside: str, most: float | None) -> Figure:
    """CPU of ours beside another's: the median of the rounds' ratios."""
    pairs = zip(phases[OURS], phases[beside], strict=True)
    ratio = statistics.median(ours.cpu_us / other.cpu_us for ours, other in pairs)
    return Figure(
        f"fanout {scenario}: CPU of the server a delivery",
        f"{middle(phases[OURS], cpu_us):.1f} µs",
        f"{middle(phases[beside], cpu_us):.1f} µs {beside}",
        ratio,
        "" if most is None else f"≤ {most:g} ×",
        None if most is None else ratio <= most,
    )


def delay_figure(scenario: Scenario, phases: Phases, percent: str, most_ms: float | None) -> Figure:
    """A percentile of the delays: the median of the rounds."""
    ms = {
        name: middle(some, lambda phase: phase.delay_ms(percent)) for name, some in phases.items()
    }
    return Figure(
        f"fanout {scenario}: delay, {percent}",
        f"{ms[OURS]:.1f} ms",
        ", ".join(f"{ms[name]:,.1f} ms {name}" for name in (RIVAL, LIMIT) if name in ms),
        limit="" if most_ms is None else f"≤ {most_ms:g} ms",
        met=None if most_ms is None else ms[OURS] <= most_ms,
    )


def wrong_figures(what: str, phases: Phases) -> list[Figure]:
    """What was lost, and what came twice or out of order, over all rounds."""
    return [
        wrong_figure(f"{what}: lost", phases, lambda phase: phase.lost),
        wrong_figure(f"{what}: doubled or out of order", phases, lambda phase: phase.out_of_order),
    ]


def wrong_figure(what: str, phases: Phases, count: Callable[[Phase], int]) -> Figure:
    """A count that must be 0 for ours."""
    counts = {name: sum(map(count, some)) for name, some in phases.items()}
    due = sum(phase.due for phase in phases[OURS])
    others = ", ".join(f"{counts[name]:,} {name}" for name in (RIVAL, LIMIT) if name in counts)
    return Figure(
        what,
        f"{counts[OURS]:,}",
        f"of {due:,}" + (f"; {others}" if others else ""),
        limit="0",
        met=counts[OURS] == 0,
    )


def middle(phases: Sequence[Phase], value: Callable[[Phase], float]) -> float:
    """The median of a value over the rounds."""
    return statistics.median(map(value, phases))


def cpu_us(phase: Phase) -> float:
    return phase.cpu_us
