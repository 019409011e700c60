"""What a message says under its subject, as labels and texts for people."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from alerts import headlines, limit_words
from alerts.delivery import market_now
from alerts.delivery.lines import is_open
from alerts.delivery.simulated import WARNING, is_simulated
from alerts.models import OPENED, Alert, Transition
from alerts.rules.watched import AGE

Details = tuple[tuple[str, str], ...]


def alert_details(transitions: Sequence[Transition], *, now: datetime) -> Details:
    """The market around the first one's interval, when the alert clears, and its rule."""
    return tuple(rows(transitions, now=now))


def rows(transitions: Sequence[Transition], *, now: datetime) -> Iterator[tuple[str, str]]:
    first = transitions[0]
    alert, start = first.alert, first.interval_start
    if alert.conditions[0].watched == AGE:
        yield "Newest interval", headlines.dated(alert.market, start)
    else:
        yield from market_now.details(alert.node, alert.market, start, now=now)
    if not transitions[1:]:
        yield from rule_rows(alert, first.kind)
    if is_simulated():
        yield WARNING


def rule_rows(alert: Alert, kind: str) -> Iterator[tuple[str, str]]:
    """When it clears, and what its rule opens at. Older alerts do not know the former."""
    if kind == OPENED and is_open(alert) and "clear_limit" in alert.facts:
        yield "Clears", limit_words.clears(alert.conditions)
    words = limit_words.rule_words(alert.conditions, alert.facts.get("for_minutes", 0))
    yield "Rule", f"{alert.name}, {words}" if alert.name else words
