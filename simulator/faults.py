"""Which requests get a fault: the next few, or every nth."""

import re
from dataclasses import dataclass, field
from threading import Lock

from simulator.body_faults import BODY_FAULTS
from simulator.error_documents import TEXTS
from simulator.row_faults import ROW_FAULTS

SLOW, DRIP, RESET = "slow", "drip", "reset"
REFUSED_POLITELY, REFUSED = "html_200", "html_429"
_SERVER_TROUBLE = re.compile(r"http_(5\d\d)")
_ERROR_DOCUMENT = re.compile(r"error_(\d{4})")

FAULT_NAMES = (
    *(SLOW, DRIP, RESET, REFUSED_POLITELY, REFUSED, "http_5xx", "error_1nnn"),
    *ROW_FAULTS,
    *BODY_FAULTS,
)


def http_status(fault: str) -> int | None:
    """503 for "http_503"."""
    found = _SERVER_TROUBLE.fullmatch(fault)
    return int(found[1]) if found else None


def error_code(fault: str) -> int | None:
    """1003 for "error_1003"."""
    found = _ERROR_DOCUMENT.fullmatch(fault)
    return int(found[1]) if found and int(found[1]) in TEXTS else None


def check(fault: str) -> str:
    """The name of a fault. Raises ValueError if there is none of this name."""
    if fault in FAULT_NAMES[:5] or fault in ROW_FAULTS or fault in BODY_FAULTS:
        return fault
    if http_status(fault) or error_code(fault):
        return fault
    raise ValueError(f"There is no fault {fault!r}. There are: {', '.join(FAULT_NAMES)}.")


@dataclass(slots=True)
class FaultSwitch:
    """At most one fault per request; those for the next few requests come first."""

    next_ones: list[str] = field(default_factory=list)
    by_turn: dict[str, int] = field(default_factory=dict)
    _requests: int = 0
    _lock: Lock = field(default_factory=Lock)

    def add(self, name: str, *, count: int = 1) -> None:
        with self._lock:
            self.next_ones += [check(name)] * count

    def add_by_turn(self, name: str, every: int) -> None:
        """Every nth request gets the fault. Raises ValueError if it is unknown or n is below 1."""
        if every < 1:
            raise ValueError(f"A fault every {every} requests is impossible: use 1 or more.")
        with self._lock:
            self.by_turn[check(name)] = every

    def clear(self) -> None:
        with self._lock:
            self.next_ones.clear()
            self.by_turn.clear()

    def next(self) -> str | None:
        with self._lock:
            self._requests += 1
            if self.next_ones:
                return self.next_ones.pop(0)
            due = (name for name, every in self.by_turn.items() if self._requests % every == 0)
            return next(due, None)
