"""Rules on the age of data. They are judged by the clock: no event says that nothing came."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from django.db import transaction

from alerts.judging.recording import Announcement, record
from alerts.models import CLEARED, OPENED, Rule
from alerts.rules.watched import AGE
from alerts.trouble_subjects import JUDGING, subject_of
from market.markets import Market
from prices import feed, readings
from prices.feed import FeedRange
from prices.models import Node
from prices.troubles import Isolation

MINUTE = timedelta(minutes=1)


class Newest(NamedTuple):
    """The start of the newest interval, and its age in minutes."""

    start: datetime
    minutes: float


def evaluate(*, now: datetime) -> list[FeedRange]:
    """Open and clear rules by the age of their newest data. Returns the events added to feeds."""
    added: list[FeedRange] = []
    judging = Isolation(JUDGING, now=now)
    rules = list(Rule.objects.judging().filter(watched=AGE).select_related("node").order_by("pk"))
    starts = newest_starts(rules)
    for rule in rules:
        with judging.each(subject_of(rule)):
            newest = newest_of(starts.get((rule.node_id, rule.market)), now=now)
            if newest is not None and is_too_old(rule, newest) != rule.beyond:
                added += open_or_clear(rule, newest, now=now)
    return added


def newest_starts(rules: Sequence[Rule]) -> dict[tuple[int, str], datetime]:
    """The start of the newest interval held, by node and market: one query a market."""
    found: dict[tuple[int, str], datetime] = {}
    for market in sorted({rule.market for rule in rules}):
        nodes = Node.objects.filter(pk__in={rule.node_id for rule in rules})
        for pk, start in readings.newest_starts(Market(market), nodes).items():
            found[pk, market] = start
    return found


def newest_of(start: datetime | None, *, now: datetime) -> Newest | None:
    """The newest interval of a node and market; None if there are no prices.

    Its age counts from its start, as on the page, and is 0 if it was published ahead.
    """
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
    market = Market(rule.market)
    end = newest.start + market.interval
    lmp = readings.lmps(rule.node, market, newest.start, end)[newest.start]
    minutes = Decimal(newest.minutes).quantize(Decimal("0.1"))
    return Announcement(rule, OPENED if opens else CLEARED, newest.start, lmp, minutes)
