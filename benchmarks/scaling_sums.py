"""What so many nodes and readers need, from measured constants. Pure.

docs/scaling.md says where each sum holds and where it ends.
"""

from dataclasses import dataclass
from math import ceil

# Prices of a node in a day: five-minute, fifteen-minute, day-ahead.
PRICES_A_DAY = 288 + 96 + 24
DAY_S, YEAR_DAYS, MONTH_DAYS, EVENTS_DAYS = 86_400, 365, 30, 35
# A worker looks for what is not copied yet; a web process reads the heads of all feeds.
COPIES_EVERY_S, HEADS_EVERY_S = 10, 5
# As many as BENCH=fanout lets into one process; and what a process is without readers.
READERS_A_WEB, WEB_GB, REST_GB = 10_000, 0.1, 0.35
# $ a month for a core, a GB of memory, a GB of disk; $ for a GB that goes out. Assumed, not asked.
CORE_USD, MEMORY_USD, DISK_USD, EGRESS_USD = 15.0, 4.0, 0.10, 0.05


@dataclass(frozen=True)
class Constants:
    """What was measured: bytes, milliseconds or microseconds of a processor, rows a second."""

    row_bytes: float
    event_bytes: float
    news_per_s: float
    publish_ms: float
    idle_ms: float
    heads_ms_a_node: float
    redis_bytes: float
    reader_bytes: float
    write_us: float
    price_bytes: float
    waiting_us_a_s: float
    waiting_bytes_a_s: float


@dataclass(frozen=True)
class Needs:
    """What it takes: cores on average, GB, web processes, $ a month."""

    webs: int
    web_cores: float
    worker_cores: float
    memory_gb: float
    redis_gb: float
    disk_gb: float
    egress_gb: float

    @property
    def usd(self) -> float:
        """A month, with the first year's prices on disk; at least one core."""
        cores = max(1.0, self.web_cores + self.worker_cores)
        memory = self.memory_gb + self.redis_gb
        fixed = cores * CORE_USD + memory * MEMORY_USD + self.disk_gb * DISK_USD
        return fixed + self.egress_gb * EGRESS_USD


def needs(nodes: int, readers: int, known: Constants) -> Needs:
    """Each reader follows one node."""
    webs = max(1, ceil(readers / READERS_A_WEB))
    return Needs(
        webs,
        web_cores(nodes, readers, webs, known),
        worker_cores(nodes, known),
        readers * known.reader_bytes / 1e9 + webs * WEB_GB + REST_GB,
        nodes * known.redis_bytes / 1e9,
        disk_gb(nodes, known),
        readers * reader_bytes_a_day(known) * MONTH_DAYS / 1e9,
    )


def web_cores(nodes: int, readers: int, webs: int, known: Constants) -> float:
    """Writing prices and heartbeats, and reading the heads of all feeds."""
    written_us = PRICES_A_DAY * known.write_us / DAY_S + known.waiting_us_a_s
    heads_s = nodes * known.heads_ms_a_node / 1e3 / HEADS_EVERY_S
    return readers * written_us / 1e6 + webs * heads_s


def worker_cores(nodes: int, known: Constants) -> float:
    """Storing and publishing each price, and looking whether all is copied."""
    each_ms = known.publish_ms + 1e3 / known.news_per_s
    return nodes * (PRICES_A_DAY * each_ms / DAY_S + known.idle_ms / COPIES_EVERY_S) / 1e3


def disk_gb(nodes: int, known: Constants) -> float:
    """A year of prices, and the events that are kept."""
    rows, events = PRICES_A_DAY * YEAR_DAYS, PRICES_A_DAY * EVENTS_DAYS
    return nodes * (rows * known.row_bytes + events * known.event_bytes) / 1e9


def reader_bytes_a_day(known: Constants) -> float:
    return PRICES_A_DAY * known.price_bytes + DAY_S * known.waiting_bytes_a_s


def most_copied(known: Constants) -> int:
    """How many nodes one worker can look through before it is to begin again."""
    return int(COPIES_EVERY_S * 1e3 / known.idle_ms)
