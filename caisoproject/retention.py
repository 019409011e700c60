"""What is deleted after a time, of every app but prices and alerts, which have their own.

A table that grows by itself is a line in `OLD`, and so is one of an app that may not be installed.
tests/caisoproject/test_retention.py lists every model and how it is bounded.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any, NamedTuple

from django.apps import apps
from django.conf import settings
from django.db import models, transaction
from django.db.models import OuterRef, Q, QuerySet, Subquery

from battery.models import Advice, Battery, SocReading
from prices.retention import A_BATCH, MOST_BATCHES, in_batches


class Old(NamedTuple):
    """Rows of a model that go so many days after a moment; the setting that says how many."""

    model: str
    moment: str
    setting: str = ""


OLD = (
    Old("sessions.Session", "expire_date"),
    Old("admin.LogEntry", "action_time", "AUDIT_KEPT_DAYS"),
    Old("axes.AccessLog", "attempt_time", "AUDIT_KEPT_DAYS"),
    Old("axes.AccessAttempt", "attempt_time", "AUDIT_KEPT_DAYS"),
    Old("axes.AccessFailureLog", "attempt_time", "AUDIT_KEPT_DAYS"),
    Old("battery.Backtest", "finished_at", "BACKTESTS_KEPT_DAYS"),
)
# What django-simple-history names the moment of a change, in the table beside each model's own.
CHANGED_AT = "history_date"


def prune(*, now: datetime) -> dict[str, int]:
    """Delete what was kept long enough, and thin old advice. Returns how many of each."""
    found = {
        one.model: in_batches(rows_of(one, now=now), partial(delete, apps.get_model(one.model)))
        for one in (*OLD, *histories())
        if is_installed(one.model)
    }
    before = now - timedelta(days=settings.ADVICE_KEPT_DAYS)
    readings = in_batches(old_readings(before), partial(delete, SocReading))
    thinned = sum(thin(battery, before) for battery in Battery.objects.order_by("pk"))
    return {
        name: count
        for name, count in (
            found | {"states of charge": readings, "advice thinned": thinned}
        ).items()
        if count
    }


def is_installed(model: str) -> bool:
    return model.partition(".")[0] in apps.app_configs


def histories() -> list[Old]:
    """The tables of changes, whichever models have one; first those that say what was chosen."""
    found = []
    for model in apps.get_models():
        names = {field.name for field in model._meta.concrete_fields}
        if {CHANGED_AT, "history_type"} <= names:
            found.append(Old(model._meta.label, CHANGED_AT, "AUDIT_KEPT_DAYS"))
        elif {"m2m_history_id", "history"} <= names:
            chosen = Old(model._meta.label, f"history__{CHANGED_AT}", "AUDIT_KEPT_DAYS")
            found.insert(0, chosen)
    return found


def rows_of(one: Old, *, now: datetime) -> QuerySet[Any]:
    days = getattr(settings, one.setting) if one.setting else 0
    rows: QuerySet[Any] = apps.get_model(one.model)._base_manager.all()
    return rows.filter(**{f"{one.moment}__lt": now - timedelta(days=days)})


def delete(model: type[models.Model], keys: Sequence[Any]) -> None:
    model._base_manager.filter(pk__in=keys).delete()


def old_readings(before: datetime) -> QuerySet[SocReading]:
    """Reported states of charge from before then, but for each battery's newest."""
    newest = SocReading.objects.filter(battery=OuterRef("battery")).order_by("-at", "-pk")
    old = SocReading.objects.filter(at__lt=before)
    return old.exclude(pk=Subquery(newest.values("pk")[:1]))


def thin(battery: Battery, before: datetime) -> int:
    """Empty the plan and the parameters of advice from before then. Returns of how many.

    They are nine tenths of it; no figure is made from them once the day's corrections are over.
    What was done and why stays, as the state of charge may be reckoned from it. The newest stays
    whole: it is shown. Advice without parameters is thinned; the oldest is thinned first.
    """
    advice = Advice._base_manager.filter(battery=battery, interval_start__lt=before)
    newest_first = advice.order_by("-interval_start").values_list("interval_start", flat=True)
    done = newest_first.filter(parameters={}).first()
    newest = battery.advice.order_by("-interval_start").first()
    whole = advice.filter(Q(interval_start__gt=done) if done else Q())
    if newest:
        whole = whole.exclude(pk=newest.pk)
    ids = list(
        whole.order_by("interval_start").values_list("pk", flat=True)[: A_BATCH * MOST_BATCHES]
    )
    for start in range(0, len(ids), A_BATCH):
        with transaction.atomic():
            some = Advice._base_manager.filter(pk__in=ids[start : start + A_BATCH])
            some.update(plan=[], parameters={})
    return len(ids)
