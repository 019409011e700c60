"""Alerts and deliveries for Prometheus, read from the database at each scrape.

So every web process gives the same figures. Each counter is one statement over the totals and the
rows that are not in them yet: a row that is being counted meanwhile is in it once.
"""

from collections.abc import Iterable, Iterator
from math import inf
from typing import Any

from django.db.models import (
    BigIntegerField,
    CharField,
    Count,
    Exists,
    F,
    FloatField,
    Func,
    OuterRef,
    Q,
    QuerySet,
    Sum,
    Value,
)
from django.db.models.functions import Cast, Ceil, Coalesce, Round
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    InfoMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector, CollectorRegistry

from alerts.models import Alert, Delivery, Rule, Total, Transition
from alerts.totals import ANNOUNCED, BUCKETS_S, DELIVERED, FAILED, FINISHED, TOOK
from prices.metrics import Requests
from prices.models import Trouble

NOT_YET = (Delivery.WAITING, Delivery.HELD, Delivery.GATHERED)
TEXT = CharField()


class Alerts(Collector):
    """Alerts by rule and kind; deliveries by method and state, failures and latency; troubles."""

    def collect(self) -> Iterator[Metric]:
        yield transitions()
        yield rules()
        yield delivered()
        yield given_up()
        yield waiting()
        yield failures()
        yield latency()
        yield troubles()

    def describe(self) -> Iterable[Metric]:
        """Without this, registering would query the database."""
        return []


def registry() -> CollectorRegistry:
    """The collectors of `/metrics`: alerts and deliveries, and requests to OASIS."""
    collectors = CollectorRegistry(auto_describe=False)
    collectors.register(Alerts())
    collectors.register(Requests())
    return collectors


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


def transitions() -> Metric:
    found = CounterMetricFamily(
        "caiso_alerts", "Alerts opened, cleared and retracted.", labels=["rule", "kind"]
    )
    rows = with_totals(ANNOUNCED, Transition.objects.all(), "alert__rule", "kind")
    for labels, count in added(rows).items():
        found.add_metric(list(labels), count)
    return found


def rules() -> Metric:
    """Names and wordings of the rules that ever opened an alert, by their ids."""
    found = InfoMetricFamily("caiso_rule", "A rule, by its id.", labels=["rule"])
    counted = Total.objects.filter(name=ANNOUNCED).values_list(Cast("first", BigIntegerField()))
    has_alerts = Exists(Alert.objects.filter(rule=OuterRef("pk")))
    fired = Rule.objects.filter(Q(has_alerts) | Q(pk__in=counted)).select_related("node")
    for rule in fired.prefetch_related("conditions").order_by("pk"):
        found.add_metric([str(rule.pk)], {"name": rule.name, "wording": rule.subject})
    return found


def delivered() -> Metric:
    found = CounterMetricFamily(
        "caiso_deliveries", "Deliveries by outcome.", labels=["method_kind", "state"]
    )
    done = Delivery.objects.filter(state__in=FINISHED)
    for labels, count in added(with_totals(DELIVERED, done, "method__kind", "state")).items():
        found.add_metric(list(labels), count)
    return found


def given_up() -> Metric:
    """A gauge, as given-up deliveries can be tried again."""
    found = GaugeMetricFamily(
        "caiso_deliveries_given_up", "Deliveries that are given up.", labels=["method_kind"]
    )
    rows = Delivery.objects.filter(state=Delivery.GIVEN_UP).values_list("method__kind")
    for kind, count in rows.annotate(Count("pk")).order_by():
        found.add_metric([kind], count)
    return found


def waiting() -> Metric:
    found = GaugeMetricFamily(
        "caiso_deliveries_waiting", "Deliveries still to go out.", labels=["state"]
    )
    rows = Delivery.objects.filter(state__in=NOT_YET).values_list("state")
    counts = dict(rows.annotate(Count("pk")).order_by())
    for state in NOT_YET:
        found.add_metric([state], counts.get(state, 0))
    return found


def failures() -> Metric:
    """Failed tries, those of given-up deliveries included."""
    rows = with_totals(FAILED, Delivery.objects.all(), "state", count=Sum("failures"))
    count = sum(added(rows).values())
    return CounterMetricFamily("caiso_delivery_failures", "Failed delivery attempts.", value=count)


def troubles() -> Metric:
    """What keeps failing, by part of the work; the admin says what and why."""
    found = GaugeMetricFamily(
        "caiso_troubles", "Nodes, rules and delivery methods that fail.", labels=["part"]
    )
    rows = Trouble.objects.values_list("part").annotate(Count("pk")).order_by()
    for part, count in rows:
        found.add_metric([part], count)
    return found


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


def latency() -> Metric:
    """From a transition until its message was sent."""
    announced_at = Coalesce("transition__at", "created_at")
    took_s = Round(Epoch(F("sent_at")) - Epoch(announced_at), 3)
    sent = Delivery.objects.filter(state=Delivery.SENT, sent_at__isnull=False)
    by_second = sent.annotate(took_s=took_s, at_most=Ceil("took_s"))
    found = with_totals(TOOK, by_second, "at_most", amount=Sum("took_s"))
    rows = [(float(at_most), count, took) for at_most, _, count, took in found]
    buckets: list[tuple[str, float]] = [
        (
            "+Inf" if most == inf else str(float(most)),
            sum(count for at_most, count, _ in rows if at_most <= most),
        )
        for most in (*BUCKETS_S, inf)
    ]
    return HistogramMetricFamily(
        "caiso_delivery_latency_seconds",
        "Seconds from an alert, or from writing a test or digest, until it was sent.",
        buckets=buckets,
        sum_value=sum(total for _, _, total in rows),
    )
