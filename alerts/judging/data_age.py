"""Rules on the age of data. They are judged by the clock: no event says that nothing came."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from django.db import transaction
from django.db.models import OuterRef, Subquery

from alerts import wording
from alerts.judging.recording import Announcement, record
from alerts.models import CLEARED, OPENED, Rule
from alerts.rules.watched import AGE
from alerts.trouble_subjects import JUDGING, subject_of
from market.markets import Market
from prices import feed
from prices.feed import FeedRange
from prices.models import Price
from prices.troubles import Apart

MINUTE = timedelta(minutes=1)


class Newest(NamedTuple):
    """The start of the newest interval, and its age in minutes."""

    start: datetime
    minutes: float


def evaluate(*, now: datetime) -> list[FeedRange]:
    """Open and clear rules by the age of their newest data. Returns the events added to feeds."""
    added: list[FeedRange] = []
    judging = Apart(JUDGING, now=now)
    for rule in aged_rules():
        with judging.each(subject_of(rule)):
            newest = newest_of(rule, now=now)
            if newest is not None and is_too_old(rule, newest) != rule.beyond:
                added += open_or_clear(rule, newest, now=now)
    return added


def aged_rules() -> list[Rule]:
    """The active rules on data age, each with `newest_start`."""
    newest = (
        Price.objects.filter(node=OuterRef("node"), market=OuterRef("market"))
        .order_by("-interval_start")
        .values("interval_start")[:1]
    )
    rules = Rule.objects.judging().filter(watched=AGE).select_related("node")
    return list(rules.annotate(newest_start=Subquery(newest)).order_by("pk"))


def newest_of(rule: Rule, *, now: datetime) -> Newest | None:
    """The newest interval of a rule's node and market; None if there are no prices.

    Its age counts from its start, as on the page, and is 0 if it was published ahead.
    """
    start: datetime | None = rule.newest_start  # type: ignore[attr-defined]
    if start is None:
        return None
    return Newest(start, max((now - start) / MINUTE, 0.0))


def is_too_old(rule: Rule, newest: Newest) -> bool:
    """Whether data are older than the limit, or the clear limit while the rule is open."""
    condition = rule.condition
    limit = condition.clear_limit if rule.beyond else condition.limit
    return newest.minutes > limit


def open_or_clear(rule: Rule, newest: Newest, *, now: datetime) -> list[FeedRange]:
    """Open a rule, or clear it if it is open; nothing if another process did."""
    opens = not rule.beyond
    with transaction.atomic():
        same = Rule.objects.filter(
            pk=rule.pk, beyond=rule.beyond, version=rule.version, active=True
        )
        if not same.update(beyond=opens):
            return []
        events = record([announcement(rule, opens, newest)], now=now)
        return [feed.append(rule.node, events, now=now)] if events else []


def announcement(rule: Rule, opens: bool, newest: Newest) -> Announcement:
    """That the data are too old, or no longer."""
    prices = Price.objects.of(rule.node, Market(rule.market)).filter(interval_start=newest.start)
    lmp = prices.values_list("lmp", flat=True).get()
    minutes = Decimal(newest.minutes).quantize(Decimal("0.1"))
    text = wording.aged(rule.words(over=not opens), newest.start, newest.minutes)
    return Announcement(rule, OPENED if opens else CLEARED, newest.start, lmp, minutes, text)
