"""Samples as Prometheus reads them, each label within its bound. Pure."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from operator import add

from prometheus_client.core import Metric

from telemetry.catalog.family import HISTOGRAM, Families, Family
from telemetry.sample import Sample
from telemetry.tallies import BUCKET, SUM

TOGETHER: dict[str, Callable[[float, float], float]] = {"sum": add, "min": min, "max": max}
Values = tuple[str, ...]
Figures = dict[tuple[str, Values], float]


class Exposition:
    """Samples by family. A value that is one too many for its label counts as `other`."""

    def __init__(self, families: Families) -> None:
        self.families = families
        self.figures: dict[str, Figures] = defaultdict(dict)
        self.seen: dict[tuple[str, str], set[str]] = defaultdict(set)

    def add(self, samples: Iterable[Sample]) -> None:
        """Add samples. Raises LookupError for a family or label that is not in the catalog."""
        for sample in samples:
            family = self.families[sample.family]
            le = (sample.labels["le"],) if sample.name.endswith(BUCKET) else ()
            values = tuple(
                label.kept(sample.labels[of], self.seen[sample.family, of])
                for of, label in family.labels.items()
            )
            if len(sample.labels) != len(values) + len(le):
                raise KeyError(f"{sample.name} has the labels {', '.join(family.labels)}")
            self.put(sample, family, values + le)

    def put(self, sample: Sample, family: Family, values: Values) -> None:
        figures, key = self.figures[sample.family], (sample.name, values)
        together = TOGETHER["sum" if sample.name.endswith((BUCKET, SUM)) else family.together]
        value = float(sample.value)
        figures[key] = together(figures[key], value) if key in figures else value

    def metrics(self) -> Iterator[Metric]:
        """Every family of which there is a sample, in the catalog's order."""
        for name, family in self.families.items():
            if name in self.figures:
                yield metric(name, family, self.figures[name])


def metric(name: str, family: Family, figures: Figures) -> Metric:
    found = Metric(name, family.help, family.kind)
    if family.kind == HISTOGRAM:
        add_histogram(found, family, figures)
        return found
    end = {"counter": "_total", "info": "_info"}.get(family.kind, "")
    for (_, values), value in figures.items():
        found.add_sample(f"{name}{end}", dict(zip(family.labels, values, strict=True)), value)
    return found


def add_histogram(found: Metric, family: Family, figures: Figures) -> None:
    """Buckets added up, as Prometheus wants them, with their count and sum."""
    bounds = [*(str(float(bound)) for bound in family.bounds), "+Inf"]
    for values in dict.fromkeys(values[: len(family.labels)] for _, values in figures):
        labels = dict(zip(family.labels, values, strict=True))
        count = 0.0
        for bound in bounds:
            count += figures.get((f"{found.name}{BUCKET}", (*values, bound)), 0.0)
            found.add_sample(f"{found.name}_bucket", {**labels, "le": bound}, count)
        found.add_sample(f"{found.name}_count", labels, count)
        total = figures.get((f"{found.name}{SUM}", values), 0.0)
        found.add_sample(f"{found.name}_sum", labels, total)
