"""All figures, each part read by itself: where one is away the others are there."""

import time
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

import structlog
from django.db import Error as DatabaseTrouble
from django.utils import timezone
from prometheus_client.core import Metric
from prometheus_client.registry import Collector, CollectorRegistry

from alerts import metrics as alerts
from battery import metrics as batteries
from caisoproject.metrics import build, engines
from prices import metrics as prices
from telemetry import processes
from telemetry.catalog.everything import FAMILIES
from telemetry.exposition import Exposition
from telemetry.redis_pipe import through
from telemetry.sample import Sample

log = structlog.get_logger(__name__)
Read = Callable[[], Iterable[Sample]]


class Part(NamedTuple):
    """A part of the page, and the engine without which it is not read: it would only wait."""

    read: Read
    needs: str = ""


PARTS = {
    "engines": Part(engines.samples),
    "prices": Part(lambda: prices.samples(now=timezone.now()), "caiso_database_up"),
    "alerts": Part(lambda: alerts.samples(now=timezone.now()), "caiso_database_up"),
    "batteries": Part(lambda: batteries.samples(now=timezone.now()), "caiso_database_up"),
    "processes": Part(
        lambda: processes.samples(through(engines.client(engines.PROJECTION))), "caiso_redis_up"
    ),
    "build": Part(build.samples),
}


class Everything(Collector):
    """Reads every part at each scrape."""

    def collect(self) -> Iterator[Metric]:
        page, away = Exposition(FAMILIES), set[str]()
        for name, part in PARTS.items():
            found = collected(name, part.read if part.needs not in away else unread)
            page.add(found)
            away |= {sample.name for sample in found if is_away(sample)}
        return page.metrics()

    def describe(self) -> Iterable[Metric]:
        """Nothing is read before the first scrape."""
        return []


def is_away(sample: Sample) -> bool:
    """Whether it says that the database, or the Redis of the projection, does not answer."""
    of = sample.labels.get("role", engines.PROJECTION)
    return sample.name.endswith("_up") and not sample.value and of == engines.PROJECTION


def unread() -> Iterable[Sample]:
    raise OSError("what it is read from does not answer")


def collected(name: str, read: Read) -> list[Sample]:
    """A part's figures with how long they took; of one that can't be read, that it can't."""
    labels, began, found, up = {"collector": name}, time.perf_counter(), [], 0
    try:
        found, up = [*read()], 1
    except (DatabaseTrouble, OSError) as fault:
        log.warning("a part of /metrics can't be read", part=name, why=str(fault))
    took_s = time.perf_counter() - began
    found.append(Sample("caiso_collector_up", up, labels))
    found.append(Sample("caiso_collector_duration_seconds", took_s, labels))
    return found


def registry() -> CollectorRegistry:
    found = CollectorRegistry(auto_describe=False)
    found.register(Everything())
    return found
