"""A family of figures: its name, kind, help and labels."""

from collections.abc import Mapping
from dataclasses import dataclass, field

OTHER = "other"
SEPARATOR = "|"
COUNTER, GAUGE, HISTOGRAM, INFO = "counter", "gauge", "histogram", "info"


@dataclass(frozen=True)
class Label:
    """Where a label's values come from: a list, or names that we gave, so many at most."""

    source: str
    values: frozenset[str] = frozenset()
    most: int = 0

    @property
    def bound(self) -> int:
        """How many different values it has at most, `other` included."""
        return len(self.values | {OTHER}) if self.values else self.most + 1

    def kept(self, value: str, seen: set[str]) -> str:
        """The value itself, or `other`; `seen` are the names that it had before."""
        if self.values:
            return value if value in self.values else OTHER
        if value in seen:
            return value
        if len(seen) >= self.most or SEPARATOR in value:
            return OTHER
        seen.add(value)
        return value


@dataclass(frozen=True)
class Family:
    """One family. `together` says what becomes of values that fall together as `other`.

    Of a counter the name has no `_total`, of an info no `_info`: they are added as it is shown. A
    histogram has `bounds`, in seconds.
    """

    kind: str
    help: str
    labels: Mapping[str, Label] = field(default_factory=dict)
    bounds: tuple[float, ...] = ()
    together: str = "sum"  # or "min", "max"


Families = Mapping[str, Family]


def one_of(source: str, *values: str) -> Label:
    return Label(source, frozenset(values))


def names(source: str, most: int) -> Label:
    return Label(source, most=most)


def counter(told: str, **labels: Label) -> Family:
    return Family(COUNTER, told, labels)


def gauge(told: str, *, together: str = "sum", **labels: Label) -> Family:
    return Family(GAUGE, told, labels, together=together)


def histogram(told: str, *bounds: float, **labels: Label) -> Family:
    return Family(HISTOGRAM, told, labels, bounds)


def info(told: str, **labels: Label) -> Family:
    return Family(INFO, told, labels)
