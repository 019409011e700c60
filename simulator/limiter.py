"""One request per five seconds for each client address."""

from dataclasses import dataclass, field
from threading import Lock


@dataclass(slots=True)
class Limiter:
    """Whether OASIS starts the five seconds again after a refusal is unknown, so it can be set."""

    seconds: float = 5
    refused_restarts: bool = False
    _last: dict[str, float] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def allows(self, address: str, *, at: float) -> bool:
        """`at` in seconds of a monotonic clock."""
        with self._lock:
            last = self._last.get(address)
            allowed = last is None or at - last >= self.seconds
            if allowed or self.refused_restarts:
                self._last[address] = at
            return allowed
