"""Digests, one message to each delivery method: at 07:00 PT for what quiet hours held, and for
too many messages at once, as soon as no more come.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, time, timedelta
from itertools import groupby
from operator import attrgetter
from typing import Any
from zoneinfo import ZoneInfoNotFoundError

from django.db import transaction
from django.db.models import QuerySet

from alerts.delivery import digest_content
from alerts.models import Delivery, Rule
from alerts.rules.quiet_hours import Quiet
from market.intervals import PACIFIC, aware, pacific

AT = time(7)
CALM, LONGEST_WAIT = timedelta(seconds=10), timedelta(minutes=1)


def write_digests(*, now: datetime) -> int:
    """Write digests of what was held until this morning. Returns how many."""
    morning = datetime.combine(pacific(now).date(), AT, PACIFIC)
    if now < morning:
        return 0
    held = list(with_alerts(Delivery.objects.filter(state=Delivery.HELD)))
    ready = {rule.pk: may_send(rule, now=now) for rule in rules_of(held)}
    due = [one for one in held if ready[rule_of(one).pk] and was_held(one, aware(morning))]
    # An all-clear that was held just now, because its opening still was, goes with it.
    with_opening = {(alert_of(one), one.method_id) for one in due}
    due = [one for one in held if (alert_of(one), one.method_id) in with_opening]
    return sum(write_digest(group, digest_content.held, now=now) for group in by_method(due))


def write_gathered(*, now: datetime) -> int:
    """Write digests of gathered messages once no more come. Returns how many."""
    gathered = Delivery.objects.filter(state=Delivery.GATHERED)
    if not gathered.exists():
        return 0
    count = 0
    for group in by_method(with_alerts(gathered)):
        written_at = [one.created_at for one in group]
        if max(written_at) > now - CALM and min(written_at) > now - LONGEST_WAIT:
            continue
        count += release_single(group, now=now) or write_digest(
            group, digest_content.gathered, now=now
        )
    return count


def release_single(group: Sequence[Delivery], *, now: datetime) -> bool:
    """Let a single gathered message go out as it is; False if there are several."""
    gathered = Delivery.objects.filter(pk=group[0].pk, state=Delivery.GATHERED)
    return len(group) == 1 and bool(gathered.update(state=Delivery.WAITING, due_at=now))


def with_alerts(deliveries: QuerySet[Delivery]) -> QuerySet[Delivery]:
    """Deliveries about alerts, these loaded too, by method and in order."""
    about_alerts = deliveries.filter(transition__isnull=False)
    return about_alerts.select_related("method", "transition__alert__rule__node").order_by(
        "method", "pk"
    )


def by_method(deliveries: Iterable[Delivery]) -> list[list[Delivery]]:
    return [list(group) for _, group in groupby(deliveries, key=attrgetter("method_id"))]


def alert_of(delivery: Delivery) -> Any:
    """The id of the alert that a delivery is about."""
    return delivery.transition.alert_id if delivery.transition else None


def rule_of(delivery: Delivery) -> Rule:
    """The rule whose alert a delivery is about."""
    assert delivery.transition is not None
    return delivery.transition.alert.rule


def rules_of(deliveries: Iterable[Delivery]) -> list[Rule]:
    return list({rule_of(one).pk: rule_of(one) for one in deliveries}.values())


def quiet_of(rule: Rule) -> Quiet | None:
    """The rule's quiet hours; none if this machine no longer knows its time zone."""
    try:
        return rule.quiet
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def may_send(rule: Rule, *, now: datetime) -> bool:
    """Whether a digest may come now: not in quiet hours, unless they never end."""
    if rule.muted_until is not None and now < rule.muted_until:
        return False
    quiet = quiet_of(rule)
    return quiet is None or quiet.is_endless or not quiet.covers(now)


def was_held(delivery: Delivery, morning: datetime) -> bool:
    """Whether a delivery was held before 07:00, or in quiet hours that lasted beyond it."""
    quiet = quiet_of(rule_of(delivery))
    lasted_longer = quiet is not None and not quiet.is_endless and quiet.covers(morning)
    return delivery.created_at < morning or lasted_longer


def write_digest(group: Sequence[Delivery], compose: Any, *, now: datetime) -> bool:
    """Write one method's digest; False if another process has just written it."""
    with transaction.atomic():
        unclaimed = Delivery.objects.filter(pk__in=[one.pk for one in group], state=group[0].state)
        locked = set(unclaimed.select_for_update().order_by("pk").values_list("pk", flat=True))
        group = [one for one in group if one.pk in locked]
        if not group:
            return False
        transitions = [one.transition for one in group if one.transition is not None]
        digest = Delivery.objects.create(
            method=group[0].method,
            kind=Delivery.DIGEST,
            content=compose(transitions, now=now),
            created_at=now,
            due_at=now,
        )
        told = Delivery.objects.filter(pk__in=locked)
        told.update(state=Delivery.IN_DIGEST, within=digest)
    return True
