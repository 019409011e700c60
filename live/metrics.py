"""For Prometheus: the readers of the live feed in this web process, and how they are written to."""

from collections.abc import Iterable, Iterator

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from live.readers_by_way import readers_by_way


class Readers(Collector):
    """Readers by the way in which frames reach them."""

    def collect(self) -> Iterator[Metric]:
        gauge = GaugeMetricFamily(
            "caiso_feed_readers",
            "Readers of the live feed in the web process that answers: written to straight on "
            "their socket, or in the server's way.",
            labels=["way"],
        )
        for way, found in readers_by_way().items():
            gauge.add_metric([way.value], found)
        yield gauge

    def describe(self) -> Iterable[Metric]:
        """Nothing is counted before the first scrape."""
        return []
