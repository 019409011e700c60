"""Lines and areas of steps as SVG paths: minutes across, per cent down. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

A_MINUTE = timedelta(minutes=1)


class Step(NamedTuple):
    """From left to right, at one height."""

    left: float
    right: float
    y: float


def minutes(start: datetime, moment: datetime) -> float:
    return round((moment - start) / A_MINUTE, 2)


def number(value: float) -> str:
    """As short as can be: `12`, `12.5`."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def steps_path(steps: Sequence[Step]) -> str:
    """A line of steps; where one does not begin at the end of the one before, there is a gap."""
    return " ".join(step_parts(steps))


def step_parts(steps: Sequence[Step]) -> Iterator[str]:
    before: Step | None = None
    for step in steps:
        if before is None or before.right != step.left:
            yield f"M{number(step.left)} {number(step.y)}"
        elif before.y != step.y:
            yield f"V{number(step.y)}"
        yield f"H{number(step.right)}"
        before = step


def band_path(tops: Sequence[Step], bottoms: Sequence[Step]) -> str:
    """The area between two lines of the same steps."""
    return " ".join(
        f"M{number(top.left)} {number(top.y)}H{number(top.right)}"
        f"V{number(bottom.y)}H{number(bottom.left)}Z"
        for top, bottom in zip(tops, bottoms, strict=True)
    )


def line_path(points: Iterable[tuple[float, float]], longest: float) -> str:
    """A line from point to point; none over more than `longest` minutes."""
    found = list(points)
    parts = [f"M{number(x)} {number(y)}" for x, y in found[:1]]
    for before, (x, y) in pairwise(found):
        letter = "L" if x - before[0] <= longest else "M"
        parts.append(f"{letter}{number(x)} {number(y)}")
    return "".join(parts)
