"""A log of requests, in memory and optionally as JSON lines in a file."""

import json
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from threading import Lock
from typing import TextIO

KEPT = 10_000


@dataclass(frozen=True, slots=True)
class Arrival:
    """When a request came, in wall time, and seconds since the one before it."""

    at: float
    since_previous: float | None


@dataclass(frozen=True, slots=True)
class Entry:
    """A request. `outcome` is ok, error_<code>, http_<status>, 429 or html_200."""

    at: float
    since_previous: float | None
    client: str
    method: str
    path: str
    query: Mapping[str, str]
    outcome: str
    fault: str
    rows: int
    bytes: int


@dataclass(slots=True)
class RequestLog:
    file: TextIO | None = None
    entries: deque[Entry] = field(default_factory=lambda: deque(maxlen=KEPT))
    count: int = 0
    _last: float | None = None
    _lock: Lock = field(default_factory=Lock)

    @classmethod
    def appending_to(cls, path: Path) -> "RequestLog":
        return cls(file=path.open("a", encoding="utf-8", buffering=1))

    def arrival(self, *, at: float) -> Arrival:
        """`at` is by the monotonic clock, so that clock steps don't change the spacing."""
        with self._lock:
            since = None if self._last is None else round(at - self._last, 3)
            self._last = at
            return Arrival(round(time.time(), 3), since)

    def add(self, entry: Entry) -> None:
        with self._lock:
            self.count += 1
            self.entries.append(entry)
            if self.file is not None:
                self.file.write(line_of(entry) + "\n")
                self.file.flush()

    def close(self) -> None:
        if self.file is not None:
            self.file.close()


def line_of(entry: Entry) -> str:
    return json.dumps(asdict(entry), sort_keys=False)
