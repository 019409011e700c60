"""One phase: publications to the readers of one server, what it cost and what arrived."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from benchmarks.fanout_load import LoadGenerator, reading
from benchmarks.fanout_servers import Published, Server, Servers

SETTLING_S, DRAIN_S = 2, 20


@dataclass(frozen=True)
class Scenario:
    """How many readers, and how many publications a second for how long."""

    readers: int
    rate: float
    seconds: float

    def __str__(self) -> str:
        return f"{self.readers:,} × {self.rate:,.0f}/s"


@dataclass(frozen=True)
class Phase:
    """What one phase showed: publications, those who read, the server's CPU, the report."""

    published: Published
    readers: int
    cpu_s: float
    report: Mapping[str, Any]

    @property
    def deliveries(self) -> int:
        """Publications that readers got, each counted for each reader."""
        return int(self.report["updates"]) - int(self.report["slow_updates"])

    @property
    def due(self) -> int:
        """How many deliveries there should be."""
        return self.published.publications * self.readers

    @property
    def cpu_us(self) -> float:
        """CPU time of the server a delivery, in microseconds."""
        return self.cpu_s / max(self.deliveries, 1) * 1e6

    @property
    def lost(self) -> int:
        """Deliveries that were due and not made in time; one made again makes up for none."""
        return max(0, self.due - (self.deliveries - self.out_of_order))

    @property
    def out_of_order(self) -> int:
        """Deliveries that came again, or after a later one."""
        return int(self.report["out_of_order"])

    def delay_ms(self, percent: str) -> float:
        """A percentile (`p50`, `p99`) of all delays from publishing to reading."""
        return float(self.report["lat_ms"][percent])


def measured(servers: Servers, name: str, scenario: Scenario) -> Phase:
    """Start a server, connect the readers, and publish to them once."""
    with (
        servers.running(name) as server,
        reading(servers.kit.load_generator, server.port, server.path, scenario.readers) as load,
    ):
        load.opened()
        time.sleep(SETTLING_S)
        return phase(servers, server, load, scenario)


def phase(
    servers: Servers, server: Server, load: LoadGenerator, scenario: Scenario, slow: int = 0
) -> Phase:
    """Publish to connected readers, `slow` of whom never read."""
    load.ask("RESET")
    before = server.cpu_s()
    published = servers.publish(server.name, scenario.rate, scenario.seconds)
    load.drain(published.publications * (scenario.readers - slow), DRAIN_S)
    spent = server.cpu_s() - before
    return Phase(published, scenario.readers - slow, spent, load.ask("REPORT"))
