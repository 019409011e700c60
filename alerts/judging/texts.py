"""The text of what is announced of an alert, by the limits that it opened with."""

from collections.abc import Sequence
from datetime import datetime

from alerts import headlines, wording
from alerts.headlines import Moment
from alerts.limit_words import all_limits
from alerts.models import CLEARED, OPENED, Alert
from alerts.rules.rule import Requirement, Stance


def text_of(
    alert: Alert,
    kind: str,
    at: Moment,
    why: str = "",
    *,
    now: datetime,
    judged_by: Sequence[Requirement] = (),
) -> str:
    """What is announced of an alert; `why` says why it comes late.

    `judged_by` are the conditions that its rule has now, which may be others.
    """
    if kind == OPENED:
        return wording.amended(headlines.opened(alert.watched, at, now=now), why)
    if kind == CLEARED:
        return wording.amended(cleared(alert, at, judged_by, now=now), why)
    return headlines.withdrawn(alert.watched, alert.moment, at, why, now=now)


def cleared(alert: Alert, at: Moment, judged_by: Sequence[Requirement], *, now: datetime) -> str:
    """That it cleared; if only by its rule's new limit, that says so."""
    new = judged_by[0] if judged_by else alert.conditions[0]
    if new.stance(at.value) is Stance.BACK and alert.holds_at(at.value):
        return headlines.over_by_new_limit(alert.watched, at, new, now=now)
    return headlines.cleared(alert.watched, at, now=now)


def corrected(alert: Alert, kind: str, at: Moment, was: Moment, *, now: datetime) -> str:
    """What was announced at `was`, with the figures that its interval has now.

    An alert that stands after a correction may have been opened or cleared by other intervals.
    """
    watched, limits = alert.watched, all_limits(alert.conditions)
    stance = alert.conditions[0].stance(at.value)
    old, new = headlines.number(alert.conditions[0], was), headlines.number(alert.conditions[0], at)
    why = f"corrected from {wording.distinct(old, new)}" if old != new else "corrected"
    if kind == OPENED and stance is not Stance.BEYOND:
        text = headlines.headline(watched, at, f"{limits} after it", now=now)
    elif kind == CLEARED and stance is Stance.BEYOND and len(alert.conditions) == 1:
        text = headlines.headline(watched, at, f"still {limits}", now=now)
    else:
        return text_of(alert, kind, at, why, now=now)
    return wording.amended(text, why)
