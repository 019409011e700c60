"""Limits as people say them: `over 100`, `back under 95`, `at 95 or below`. Pure."""

from collections.abc import Sequence
from decimal import Decimal

from alerts import wording
from alerts.rules.rule import Requirement, Stance
from alerts.rules.watched import AGE, CHANGE, CHEAPEST, RANKS

ABOVE = "above"


def named(condition: Requirement) -> str:
    """What is watched, with a blank after it; empty for the price, which needs no name."""
    return "" if condition.watched in ("lmp", *RANKS) else f"{what(condition)} "


def what(condition: Requirement) -> str:
    """What is watched, in a word or two."""
    if condition.watched in ("lmp", *RANKS):
        return "price"
    return "data age" if condition.watched == AGE else condition.watched


def all_limits(conditions: Sequence[Requirement]) -> str:
    """`over 100 and spread over 20`; the first is said after its own number, without a name."""
    first = conditions[0].watched
    names = ["" if one.watched == first else f"{what(one)} " for one in conditions]
    return " and ".join(
        f"{name}{limit_words(one)}" for name, one in zip(names, conditions, strict=True)
    )


def rule_words(conditions: Sequence[Requirement], minutes: int = 0) -> str:
    """What a rule opens at: `price over 100 and spread over 20, for 10 min`."""
    each = [f"{what(one)} {limit_words(one)}{span_words(one)}" for one in conditions]
    return " and ".join(each) + (f", for {minutes} min" if minutes else "")


def span_words(condition: Requirement) -> str:
    """` in 15 min` for a change."""
    return f" in {condition.span} min" if condition.watched == CHANGE else ""


def limit_words(condition: Requirement) -> str:
    """`over 100`, `below −20`, `over 15 min`, `among the dearest 5 % of the last 30 days`."""
    if condition.watched in RANKS:
        share = f"{condition.watched} {wording.percent(condition.limit)}"
        return f"among the {share} of {wording.reference(condition)}"
    side = "over" if condition.direction == ABOVE else "below"
    return f"{side} {number(condition, condition.limit)}"


def number(condition: Requirement, limit: Decimal) -> str:
    """A limit: `100`, `1,000`, `−20`, `100.50`, `15 min`."""
    whole = limit == limit.to_integral_value()
    text = wording.decimals(limit, 0) if whole else wording.exact(limit)
    return f"{text} min" if condition.watched == AGE else text


def back(conditions: Sequence[Requirement], value: Decimal) -> str:
    """`back under 95`; where several conditions or a rank are no longer met, that they are not."""
    condition = conditions[0]
    is_plain = len(conditions) == 1 and condition.watched not in RANKS
    if not is_plain or condition.stance(value) is not Stance.BACK:
        return f"no longer {all_limits(conditions)}"
    side = "under" if condition.direction == ABOVE else "over"
    side = "at" if value == condition.clear_limit else side
    return f"back {side} {number(condition, condition.clear_limit)}"


def clears(conditions: Sequence[Requirement]) -> str:
    """When an alert ends: `at 95 or below`; of several conditions, whichever comes first."""
    if len(conditions) == 1:
        return clears_at(conditions[0])
    return " or ".join(f"{what(one)} {clears_at(one)}" for one in conditions)


def clears_at(condition: Requirement) -> str:
    """`at 95 or below`: the clear limit itself ends an alert."""
    if condition.watched in RANKS:
        others = "cheaper" if condition.watched == CHEAPEST else "dearer"
        share = wording.percent(condition.clear_limit)
        return f"when {share} of {wording.reference(condition)} or more are {others}"
    side = "below" if condition.direction == ABOVE else "above"
    return f"at {number(condition, condition.clear_limit)} or {side}"
