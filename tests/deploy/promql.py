"""What a PromQL expression asks for: metrics, their matchers, and the labels it groups by."""

import re
from collections.abc import Iterator
from typing import NamedTuple

GROUPING = re.compile(r"\b(?:by|without|on|ignoring|group_left|group_right)\s*\(([^)]*)\)")
SELECTOR = re.compile(r"(?<![\w:.])([a-zA-Z_:][\w:]*)\s*(\{[^}]*\})?(?!\w|\s*\()")
MATCHER = re.compile(r'(\w+)\s*(=~|!~|!=|=)\s*"([^"]*)"')
DURATION = re.compile(r"\[[^\]]*\]")
WORDS = {"and", "or", "unless", "bool", "offset", "by", "on", "inf", "nan"}


class Matcher(NamedTuple):
    label: str
    operator: str
    value: str


class Selector(NamedTuple):
    metric: str
    matchers: tuple[Matcher, ...]


def selectors(expression: str) -> Iterator[Selector]:
    """Every metric that is asked for."""
    text = DURATION.sub(" ", GROUPING.sub(" ", expression))
    for metric, braces in SELECTOR.findall(text):
        if metric.lower() not in WORDS:
            yield Selector(metric, tuple(Matcher(*found) for found in MATCHER.findall(braces)))


def grouping(expression: str) -> set[str]:
    """The labels that are grouped by, joined on or taken over."""
    lists = GROUPING.findall(expression)
    return {label.strip() for one in lists for label in one.split(",") if label.strip()}


def alternatives(pattern: str) -> list[str]:
    """The values that a pattern like `a|b` stands for."""
    return pattern.split("|")
