"""Alerts and deliveries for `/metrics`, read from the database at each scrape.

So every web process gives the same figures. Each counter is one statement over the totals and the
rows that are not in them yet: a row that is being counted meanwhile is in it once.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.db.models import (
    BigIntegerField,
    CharField,
    Count,
    Exists,
    F,
    FloatField,
    Func,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Sum,
    Value,
)
from django.db.models.functions import Cast, Ceil, Coalesce, Round

from alerts.models import Alert, Delivery, Method, Rule, Total, Transition
from alerts.totals import ANNOUNCED, BUCKETS_S, DELIVERED, FAILED, FINISHED, TOOK
from prices.models import Trouble
from telemetry.catalog.read import ALERTS, RULE
from telemetry.sample import Sample, zeros

NOT_YET = (Delivery.WAITING, Delivery.HELD, Delivery.GATHERED)
TEXT = CharField()
MOST_GIVEN_UP = 10_000


def samples(*, now: datetime) -> Iterator[Sample]:
    """Alerts by rule and kind; deliveries by method and state, failures and latency; troubles."""
    yield from transitions()
    yield from rules()
    yield from delivered()
    yield from given_up()
    yield from waiting(now=now)
    yield failures()
    yield from latency()
    yield from troubles()


def with_totals(
    name: str, rows: QuerySet[Any], first: Any, second: Any = "", **more: Any
) -> Iterator[tuple[str, str, int, float]]:
    """The totals of a name, and the figures of rows that are not counted yet.

    Rows are grouped by `first` and `second`; `more` replaces the count or the amount.
    """
    figures = {"count": Count("pk"), "amount": Value(0.0, FloatField()), **more}
    labels = {"first": Cast(first, TEXT), "second": Cast(second or Value(""), TEXT)}
    columns = ("first", "second", "count", "amount")
    uncounted = rows.filter(counted=False).order_by().annotate(**labels).values("first", "second")
    totals = Total.objects.filter(name=name).values_list(*columns)
    return totals.union(uncounted.annotate(**figures).values_list(*columns), all=True).iterator()


def added(rows: Iterable[tuple[str, str, int, float]]) -> dict[tuple[str, str], int]:
    """The sums of counts by their labels, in order."""
    found: dict[tuple[str, str], int] = {}
    for first, second, count, _ in rows:
        found[first, second] = found.get((first, second), 0) + count
    return dict(sorted(found.items()))


def transitions() -> Iterator[Sample]:
    """Rules in the order of their ids: those that are too many are the latest."""
    rows = added(with_totals(ANNOUNCED, Transition.objects.all(), "alert__rule", "kind"))
    for (rule, kind), count in sorted(rows.items(), key=lambda row: (int(row[0][0]), row[0][1])):
        yield Sample("caiso_alerts", count, {"rule": rule, "kind": kind})


def rules() -> Iterator[Sample]:
    """Names and wordings of the rules that ever opened an alert, by their ids."""
    counted = Total.objects.filter(name=ANNOUNCED).values_list(Cast("first", BigIntegerField()))
    has_alerts = Exists(Alert.objects.filter(rule=OuterRef("pk")))
    fired = Rule.objects.filter(Q(has_alerts) | Q(pk__in=counted)).select_related("node")
    for rule in fired.prefetch_related("conditions").order_by("pk")[: RULE.most]:
        labels = {"rule": str(rule.pk), "name": rule.name, "wording": rule.subject}
        yield Sample("caiso_rule", 1, labels)


def delivered() -> Iterator[Sample]:
    yield from zeros("caiso_deliveries", ALERTS)
    done = Delivery.objects.filter(state__in=FINISHED)
    rows = added(with_totals(DELIVERED, done, "method__kind", "state"))
    for (kind, state), count in rows.items():
        yield Sample("caiso_deliveries", count, {"method_kind": kind, "state": state})


def given_up() -> Iterator[Sample]:
    """A gauge, as given-up deliveries can be tried again.

    One by one along the index on states: grouped, SQLite goes through all deliveries there are.
    """
    rows = Delivery.objects.filter(state=Delivery.GIVEN_UP).order_by("due_at")
    counts = Counter(rows.values_list("method", flat=True)[:MOST_GIVEN_UP])
    for pk, kind in Method.objects.filter(pk__in=counts).values_list("pk", "kind"):
        yield Sample("caiso_deliveries_given_up", counts[pk], {"method_kind": kind})


def waiting(*, now: datetime) -> Iterator[Sample]:
    """How many wait, and how long the oldest has been due."""
    rows = Delivery.objects.filter(state__in=NOT_YET).values_list("state")
    counts = dict(rows.annotate(Count("pk")).order_by())
    for state in NOT_YET:
        yield Sample("caiso_deliveries_waiting", counts.get(state, 0), {"state": state})
    due = Delivery.objects.filter(state=Delivery.WAITING).aggregate(first=Min("due_at"))["first"]
    overdue_s = max(0.0, (now - due).total_seconds()) if due else 0
    yield Sample("caiso_delivery_overdue_seconds", overdue_s)


def failures() -> Sample:
    """Failed tries, those of given-up deliveries included."""
    rows = with_totals(FAILED, Delivery.objects.all(), "state", count=Sum("failures"))
    return Sample("caiso_delivery_failures", sum(added(rows).values()))


def troubles() -> Iterator[Sample]:
    """What keeps failing, by part of the work; the admin says what and why."""
    rows = Trouble.objects.values_list("part").annotate(Count("pk")).order_by("part")
    for part, count in rows:
        yield Sample("caiso_troubles", count, {"part": part})


class Epoch(Func):
    """A moment in seconds, by the database; SQLite and PostgreSQL count from different ones."""

    output_field = FloatField()

    def as_sqlite(self, compiler: Any, connection: Any, **options: Any) -> Any:
        return super().as_sql(
            compiler, connection, template="julianday(%(expressions)s) * 86400", **options
        )

    def as_postgresql(self, compiler: Any, connection: Any, **options: Any) -> Any:
        return super().as_sql(
            compiler, connection, template="EXTRACT(EPOCH FROM %(expressions)s)::float8", **options
        )


def latency() -> Iterator[Sample]:
    """From a transition until its message was sent."""
    announced_at = Coalesce("transition__at", "created_at")
    took_s = Round(Epoch(F("sent_at")) - Epoch(announced_at), 3)
    sent = Delivery.objects.filter(state=Delivery.SENT, sent_at__isnull=False)
    by_second = sent.annotate(took_s=took_s, at_most=Ceil("took_s"))
    rows = with_totals(TOOK, by_second, "at_most", amount=Sum("took_s"))
    yield Sample("caiso_delivery_latency_seconds:sum", 0)
    for at_most, _, count, took in rows:
        bound = next((str(float(most)) for most in BUCKETS_S if float(at_most) <= most), "+Inf")
        yield Sample("caiso_delivery_latency_seconds:bucket", count, {"le": bound})
        yield Sample("caiso_delivery_latency_seconds:sum", took)
