"""Digests, one message for each delivery method: at 07:00 PT of what quiet hours held back, and
of what came all at once as soon as no more of it comes.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, time, timedelta
from itertools import groupby
from operator import attrgetter
from typing import Any
from zoneinfo import ZoneInfoNotFoundError

from django.db import transaction
from django.db.models import QuerySet

from alerts.delivery.composing import content
from alerts.delivery.fitting import counted
from alerts.models import SEVERITIES, Delivery, Rule
from alerts.rules.quiet_hours import Quiet
from market.intervals import PACIFIC, aware, pacific

AT = time(7)
MOST_LINES = 100
CALM, LONGEST_WAIT = timedelta(seconds=10), timedelta(minutes=1)
WORST = [name for name, _ in SEVERITIES]


def write_digests(*, now: datetime) -> int:
    """Write what was held until this morning into the outbox. Returns how many digests."""
    morning = datetime.combine(pacific(now).date(), AT, PACIFIC)
    if now < morning:
        return 0
    held = list(related(Delivery.objects.filter(state=Delivery.HELD)))
    ready = {rule.pk: may_speak(rule, now=now) for rule in rules_of(held)}
    going = [one for one in held if ready[rule_of(one).pk] and was_held(one, aware(morning))]
    # An all-clear that was held a moment ago, because its opening still was, goes with it.
    with_opening = {(alert_of(one), one.method_id) for one in going}
    going = [one for one in held if (alert_of(one), one.method_id) in with_opening]
    return sum(write_digest(group, held_content, now=now) for group in by_method(going))


def write_gathered(*, now: datetime) -> int:
    """Write what came all at once into the outbox, when it is over. Returns how many digests."""
    gathered = Delivery.objects.filter(state=Delivery.GATHERED)
    if not gathered.exists():
        return 0
    count = 0
    for group in by_method(related(gathered)):
        came = [one.created_at for one in group]
        if max(came) > now - CALM and min(came) > now - LONGEST_WAIT:
            continue
        count += alone(group, now=now) or write_digest(group, gathered_content, now=now)
    return count


def alone(group: Sequence[Delivery], *, now: datetime) -> bool:
    """Whether it was only one message, which then goes out as it is."""
    gathered = Delivery.objects.filter(pk=group[0].pk, state=Delivery.GATHERED)
    return len(group) == 1 and bool(gathered.update(state=Delivery.WAITING, due_at=now))


def related(deliveries: QuerySet[Delivery]) -> QuerySet[Delivery]:
    """Deliveries of alerts with all that is said of them, in order."""
    told = deliveries.filter(transition__isnull=False)
    return told.select_related("method", "transition__alert__rule").order_by("method", "pk")


def by_method(deliveries: Iterable[Delivery]) -> list[list[Delivery]]:
    """The deliveries of each method."""
    return [list(group) for _, group in groupby(deliveries, key=attrgetter("method_id"))]


def alert_of(delivery: Delivery) -> Any:
    """The alert a delivery tells of."""
    return delivery.transition.alert_id if delivery.transition else None


def rule_of(delivery: Delivery) -> Rule:
    """The rule whose alert a delivery tells of."""
    assert delivery.transition is not None
    return delivery.transition.alert.rule


def rules_of(deliveries: Iterable[Delivery]) -> list[Rule]:
    """Their rules, each once."""
    return list({rule_of(one).pk: rule_of(one) for one in deliveries}.values())


def quiet_of(rule: Rule) -> Quiet | None:
    """Its quiet hours; none where its time zone is no longer known here."""
    try:
        return rule.quiet
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def may_speak(rule: Rule, *, now: datetime) -> bool:
    """Whether a digest keeps the rule's quiet hours by coming now. Those without an end have it."""
    if rule.muted_until is not None and now < rule.muted_until:
        return False
    quiet = quiet_of(rule)
    return quiet is None or quiet.is_endless or not quiet.covers(now)


def was_held(delivery: Delivery, morning: datetime) -> bool:
    """Whether it was held until this morning, or until quiet hours that lasted longer ended."""
    quiet = quiet_of(rule_of(delivery))
    lasted = quiet is not None and not quiet.is_endless and quiet.covers(morning)
    return delivery.created_at < morning or lasted


def write_digest(group: Sequence[Delivery], say: Any, *, now: datetime) -> bool:
    """One method's digest, of what no other process has just written; False where that is all."""
    with transaction.atomic():
        still = Delivery.objects.filter(pk__in=[one.pk for one in group], state=group[0].state)
        ours = set(still.select_for_update().order_by("pk").values_list("pk", flat=True))
        group = [one for one in group if one.pk in ours]
        if not group:
            return False
        Delivery.objects.filter(pk__in=ours).update(state=Delivery.IN_DIGEST)
        Delivery.objects.create(
            method=group[0].method,
            kind=Delivery.DIGEST,
            content=say(group, now=now),
            created_at=now,
            due_at=now,
        )
    return True


def held_content(held: Sequence[Delivery], *, now: datetime) -> dict[str, object]:
    """What the morning's digest says: one line for each thing that was held, as it happened."""
    told = [one.transition for one in held if one.transition is not None]
    lines = [f"{pacific(one.at):%a %H:%M} {one.kind}: {one.text}" for one in told[:MOST_LINES]]
    subject = f"CAISO Live: {counted(len(told))} held in quiet hours"
    said = content(subject, "\n".join(lines), now=now, held=len(told))
    return {**said, "messages": len(told)}


def gathered_content(gathered: Sequence[Delivery], *, now: datetime) -> dict[str, object]:
    """What a digest of many messages at once says, as urgently as the worst of them."""
    told = [one.transition for one in gathered if one.transition is not None]
    over = all(one.alert.cleared_at or one.alert.retracted_at for one in told)
    what = "of alerts that are over" if over else "at once"
    lines = [f"{one.kind}: {one.text}" for one in told[:MOST_LINES]]
    said = content(f"CAISO Live: {counted(len(told))} {what}", "\n".join(lines), now=now)
    worst = max((one.alert.severity for one in told), key=WORST.index)
    return {**said, "severity": worst, "messages": len(told)}
