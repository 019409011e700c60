"""Where a message leads: the chart at that moment, acknowledging, muting."""

from collections.abc import Sequence
from urllib.parse import urlencode

from django.conf import settings

from alerts.delivery.lines import is_open
from alerts.limit_words import rule_words
from alerts.models import OPENED, RETRACTED, Alert, Transition
from market.intervals import iso, operating_date

MOST_MUTED = 3  # rules that a message about several offers to mute

Links = tuple[tuple[str, str], ...]


def alerts_page() -> str:
    """The URL of the alerts page; empty if SITE_URL is not set."""
    return f"{settings.SITE_URL}/alerts/" if settings.SITE_URL else ""


def alert(alert: Alert) -> str:
    """The URL of one alert; empty if SITE_URL is not set."""
    page = alerts_page()
    return f"{page}#alert-{alert.pk}" if page else ""


def of(transitions: Sequence[Transition]) -> Links:
    """Labels and URLs, none if SITE_URL is not set. The first transition's alert leads."""
    if not settings.SITE_URL:
        return ()
    first = transitions[0]
    chart_of = ("Chart", chart(first))
    if first.kind == RETRACTED:
        return (chart_of, ("Alert", alert(first.alert)))
    name = "Acknowledge" if first.kind == OPENED and is_open(first.alert) else "Alert"
    return (chart_of, (name, alert(first.alert)), *mutes(transitions))


def chart(transition: Transition) -> str:
    """The page of a hub on the day of an interval, which the chart reads out."""
    start = transition.interval_start
    moment = {"date": f"{operating_date(start)}", "at": iso(start)}
    asked = urlencode({"hub": transition.alert.facts["hub"], **moment}, safe=":")
    return f"{settings.SITE_URL}/?{asked}"


def mutes(transitions: Sequence[Transition]) -> Links:
    """Where each rule can be muted; of several with its name."""
    rules = {one.alert.rule_id: one.alert for one in transitions[:MOST_MUTED]}
    names = [f" {called(one)}" if transitions[1:] else "" for one in rules.values()]
    urls = [f"{alerts_page()}#rule-{pk}" for pk in rules]
    return tuple((f"Mute{name}", url) for name, url in zip(names, urls, strict=True))


def called(alert: Alert) -> str:
    """Its rule's name, or what the rule opens at."""
    return alert.name or rule_words(alert.conditions)
