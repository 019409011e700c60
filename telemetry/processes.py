"""What all processes counted and say of themselves, as samples."""

from collections.abc import Iterator, Mapping

from telemetry import signs, tallies
from telemetry.catalog.counted import TALLIES
from telemetry.catalog.family import SEPARATOR
from telemetry.catalog.said import SAID
from telemetry.redis_words import Run
from telemetry.sample import Sample, counted
from telemetry.signs import Signs


def samples(run: Run) -> Iterator[Sample]:
    """Raises OSError if Redis is away."""
    yield from counted(tallies.read(run), TALLIES)
    for kind, found in signs.read(run).items():
        yield Sample("caiso_processes", len(found.alive), {"kind": kind})
        if found.last_at is not None:
            last = "caiso_process_last_seen_timestamp_seconds"
            yield Sample(last, found.last_at, {"kind": kind})
        yield from said(kind, found)


def said(kind: str, found: Signs) -> Iterator[Sample]:
    """What each process of a kind says, by the catalog; what another version says is left out."""
    for words in found.alive.values():
        for word, value in words.items():
            name, *values = word.split(SEPARATOR)
            labels = labels_of(name, kind, values)
            if labels is not None:
                yield Sample(name, value, labels)


def labels_of(name: str, kind: str, values: list[str]) -> Mapping[str, str] | None:
    """The kind of process, where the family has that label, and the values in order."""
    labels = [*SAID[name].labels] if name in SAID else [""]
    every = [kind, *values] if labels[:1] == ["kind"] else values
    return dict(zip(labels, every, strict=True)) if len(labels) == len(every) else None
