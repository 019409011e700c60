"""What tracked nodes cost at OASIS, and which of them it has nothing of."""

from collections.abc import Iterable, Iterator

from django.conf import settings
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from prices import budget
from prices.models import Node


class Requests(Collector):
    """Requests a minute that the tracked nodes need, and that there are."""

    def collect(self) -> Iterator[Metric]:
        nodes = Node.objects.tracked().count()
        yield GaugeMetricFamily(
            "caiso_oasis_requests_needed_per_minute",
            "Requests to OASIS that the tracked nodes need.",
            value=budget.needed_per_minute(nodes),
        )
        yield GaugeMetricFamily(
            "caiso_oasis_requests_given_per_minute",
            "Requests to OASIS that there are.",
            value=budget.given_per_minute(settings.OASIS_SECONDS_BETWEEN_REQUESTS),
        )

    def describe(self) -> Iterable[Metric]:
        """Nothing is asked of the database before the first scrape."""
        return []
