"""What became of alerts and deliveries, read from the database when Prometheus asks.

Whichever web process answers, the figures are the same.
"""

from collections.abc import Iterable, Iterator
from math import inf
from typing import Any

from django.db.models import Count, F, FloatField, Func, Sum
from django.db.models.functions import Ceil, Coalesce, Round
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    InfoMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector, CollectorRegistry

from alerts.models import Delivery, Rule, Transition

BUCKETS_S = (1, 2, 5, 10, 30, 60, 300, 3600)
# What can leave its state is measured, as what was given up is; all else is counted.
NOT_YET = (Delivery.WAITING, Delivery.HELD, Delivery.GATHERED)


class Alerts(Collector):
    """Alerts by rule and kind, deliveries by method and state, what failed, how long it took."""

    def collect(self) -> Iterator[Metric]:
        yield told()
        yield rules()
        yield delivered()
        yield given_up()
        yield waiting()
        yield failures()
        yield latency()

    def describe(self) -> Iterable[Metric]:
        """Nothing is asked of the database before the first scrape."""
        return []


def registry() -> CollectorRegistry:
    """What `/metrics` shows."""
    held = CollectorRegistry(auto_describe=False)
    held.register(Alerts())
    return held


def told() -> Metric:
    """What was told of alerts."""
    found = CounterMetricFamily(
        "caiso_alerts", "Alerts opened, cleared and retracted.", labels=["rule", "kind"]
    )
    rows = Transition.objects.values_list("alert__rule", "kind").annotate(Count("pk")).order_by()
    for rule_id, kind, count in rows:
        found.add_metric([str(rule_id), kind], count)
    return found


def rules() -> Metric:
    """The words of the rules that have told anything, for those who read numbers."""
    found = InfoMetricFamily("caiso_rule", "A rule, by its id.", labels=["rule"])
    fired = Rule.objects.filter(alert__isnull=False).distinct().select_related("node")
    for rule in fired.prefetch_related("conditions").order_by("pk"):
        found.add_metric([str(rule.pk)], {"name": rule.name, "wording": rule.subject})
    return found


def delivered() -> Metric:
    """What became of deliveries."""
    found = CounterMetricFamily(
        "caiso_deliveries", "Deliveries by what became of them.", labels=["method_kind", "state"]
    )
    done = Delivery.objects.exclude(state__in=(*NOT_YET, Delivery.GIVEN_UP))
    rows = done.values_list("method__kind", "state")
    for kind, state, count in rows.annotate(Count("pk")).order_by():
        found.add_metric([kind, state], count)
    return found


def given_up() -> Metric:
    """What was given up, and can be tried again: it may become less."""
    found = GaugeMetricFamily(
        "caiso_deliveries_given_up", "Deliveries that are given up.", labels=["method_kind"]
    )
    rows = Delivery.objects.filter(state=Delivery.GIVEN_UP).values_list("method__kind")
    for kind, count in rows.annotate(Count("pk")).order_by():
        found.add_metric([kind], count)
    return found


def waiting() -> Metric:
    """What is still to go out: at the next try, or with the next digest."""
    found = GaugeMetricFamily(
        "caiso_deliveries_waiting", "Deliveries still to go out.", labels=["state"]
    )
    rows = Delivery.objects.filter(state__in=NOT_YET).values_list("state")
    counts = dict(rows.annotate(Count("pk")).order_by())
    for state in NOT_YET:
        found.add_metric([state], counts.get(state, 0))
    return found


def failures() -> Metric:
    """Tries that failed, also of what was given up and is tried again."""
    count = Delivery.objects.aggregate(failed=Sum("failures"))["failed"] or 0
    return CounterMetricFamily(
        "caiso_delivery_failures", "Tries to deliver that failed.", value=count
    )


class Epoch(Func):
    """Seconds since 1970 or another beginning, reckoned by the database itself: a scrape meets
    every delivery there ever was."""

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
    """From what was told until it was out of the door."""
    told_at = Coalesce("transition__at", "created_at")
    took_s = Round(Epoch(F("sent_at")) - Epoch(told_at), 3)
    sent = Delivery.objects.filter(state=Delivery.SENT, sent_at__isnull=False)
    by_second = sent.annotate(took_s=took_s, at_most=Ceil("took_s")).values_list("at_most")
    rows = list(by_second.annotate(Count("pk"), Sum("took_s")).order_by())
    buckets: list[tuple[str, float]] = [
        (
            "+Inf" if most == inf else str(float(most)),
            sum(count for at_most, count, _ in rows if at_most <= most),
        )
        for most in (*BUCKETS_S, inf)
    ]
    return HistogramMetricFamily(
        "caiso_delivery_latency_seconds",
        "From an alert, or a test's or digest's writing, until it was sent.",
        buckets=buckets,
        sum_value=sum(total for _, _, total in rows),
    )
