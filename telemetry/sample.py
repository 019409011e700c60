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


def counted(
    totals: Iterable[tuple[str, tuple[str, ...], float]], families: Families
) -> Iterator[Sample]:
    """The totals of tallies as samples. What another version of the program counted is left out.

    A counter whose labels have lists of values begins with 0 for each, so that Prometheus sees the
    first one count.
    """
    for name, family in families.items():
        lists = [sorted(label.values) for label in family.labels.values()]
        if family.kind == COUNTER and all(lists):
            for values in product(*lists):
                yield Sample(name, 0, dict(zip(family.labels, values, strict=True)))
    for name, values, total in totals:
        sample = Sample(name, total)
        labels = [*families[sample.family].labels] if sample.family in families else None
        if labels is not None and name.endswith(BUCKET):
            labels.append("le")
        if labels is not None and len(labels) == len(values):
            yield sample._replace(labels=dict(zip(labels, values, strict=True)))
