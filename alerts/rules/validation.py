"""Checks of a rule: what makes it impossible, in sentences by field. Pure."""

from datetime import time
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from alerts.rules.rule import Requirement
from alerts.rules.watched import AGE, CHANGE, RANKS, SPREAD
from market.markets import Market

MOST_DAYS = 90
MOST_CONDITIONS = 10
MOST_MINUTES = 24 * 60


def problems(condition: Requirement, market: Market) -> dict[str, str]:
    """What is wrong with a condition in a market."""
    found = span_problems(condition, market) | limit_problems(condition)
    if condition.watched == SPREAD and market is Market.DAM:
        found["watched"] = "The day-ahead price has no spread to itself."
    return found


def span_problems(condition: Requirement, market: Market) -> dict[str, str]:
    """What is wrong with the minutes or days it looks back."""
    span, minutes = condition.span, int(market.interval.total_seconds() // 60)
    if condition.watched == CHANGE and (span % minutes or not minutes <= span <= MOST_MINUTES):
        return {
            "span": f"A change is over {minutes} to {MOST_MINUTES} minutes, in steps of {minutes}."
        }
    if condition.watched in RANKS and span > MOST_DAYS:
        return {"span": f"A relative limit looks back {MOST_DAYS} days at most."}
    if condition.watched in RANKS and not span and market is not Market.DAM:
        return {
            "span": "Only day-ahead hours are compared within their own day: give a number of days."
        }
    return {}


def limit_problems(condition: Requirement) -> dict[str, str]:
    """What is wrong with its limits."""
    if condition.watched in RANKS and not 0 < condition.limit < 100:
        return {"limit": "A relative limit is more than 0 and less than 100 percent."}
    if condition.watched == AGE and condition.limit <= 0:
        return {"limit": "Data age is a number of minutes, more than 0."}
    wrong = (
        condition.clear_limit > condition.limit
        if condition.direction == "above"
        else condition.clear_limit < condition.limit
    )
    if wrong:
        side = "at or below" if condition.direction == "above" else "at or above"
        return {"clear_limit": f"The clear limit lies {side} the limit."}
    return {}


def age_problems(watched: str, for_minutes: int, cool_down_minutes: int) -> dict[str, str]:
    """What a rule on data age can't have, as it is judged by the clock."""
    if watched != AGE:
        return {}
    minutes = {"for_minutes": for_minutes, "cool_down_minutes": cool_down_minutes}
    return {
        name: "A rule on data age has no such time: raise its limit instead."
        for name in minutes
        if minutes[name]
    }


def quiet_problems(begin: time | None, until: time | None, zone: str) -> dict[str, str]:
    """What is wrong with quiet hours."""
    if (begin is None) != (until is None):
        missing = "quiet_until" if until is None else "quiet_from"
        return {missing: "Quiet hours need a beginning and an end."}
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return {"quiet_zone": f"There is no time zone {zone[:40]!r}."}
    return {}
