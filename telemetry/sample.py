"""One figure of `/metrics`, as whoever read it hands it over. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from typing import NamedTuple

from telemetry.catalog.family import COUNTER, Families
from telemetry.tallies import BUCKET, SUM


class Sample(NamedTuple):
    """A value of a family; of a histogram one of its buckets (`:bucket`, not added up), or `:sum`.

    A bucket has the label `le`, its upper bound.
    """

    name: str
    value: float
    labels: Mapping[str, str] = {}

    @property
    def family(self) -> str:
        return self.name.removesuffix(BUCKET).removesuffix(SUM)


def zeros(name: str, families: Families) -> Iterator[Sample]:
    """Where a counter begins, if its labels have lists of values: so Prometheus sees the first one
    count. A counter that appears with 1 has not grown, for all that it knows.
    """
    family = families[name]
    lists = [sorted(label.values) for label in family.labels.values()]
    if family.kind == COUNTER and all(lists):
        for values in product(*lists):
            yield Sample(name, 0, dict(zip(family.labels, values, strict=True)))


def counted(
    totals: Iterable[tuple[str, tuple[str, ...], float]], families: Families
) -> Iterator[Sample]:
    """The totals of tallies as samples. What another version of the program counted is left out."""
    for name in families:
        yield from zeros(name, families)
    for name, values, total in totals:
        sample = Sample(name, total)
        labels = [*families[sample.family].labels] if sample.family in families else None
        if labels is not None and name.endswith(BUCKET):
            labels.append("le")
        if labels is not None and len(labels) == len(values):
            yield sample._replace(labels=dict(zip(labels, values, strict=True)))
