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
    yield from clear_rows(transitions)
    if not transitions[1:]:
        yield "Rule", rule_text(alert)
    if is_simulated():
        yield WARNING


def clear_rows(transitions: Sequence[Transition]) -> Iterator[tuple[str, str]]:
    """When alerts that are open clear; of several each. Older alerts do not know it."""
    opened = [one.alert for one in transitions if one.kind == OPENED and is_open(one.alert)]
    known = [alert for alert in opened if "clear_limit" in alert.facts]
    texts = [limit_words.clears(alert.conditions) for alert in known]
    if transitions[1:]:
        texts = [f"{called(alert)} {text}" for alert, text in zip(known, texts, strict=True)]
    if texts:
        yield "Clears", "; ".join(texts)


def called(alert: Alert) -> str:
    """Its rule's name, or what that watches."""
    return alert.name or limit_words.what(alert.conditions[0])


def rule_text(alert: Alert) -> str:
    """Its rule's name, and what the rule opened at."""
    words = limit_words.rule_words(alert.conditions, alert.facts.get("for_minutes", 0))
    return f"{alert.name}, {words}" if alert.name else words
