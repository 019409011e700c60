"""docs/metrics.md, as the catalog has it."""

from collections.abc import Iterator

from telemetry.catalog.everything import PARTS
from telemetry.catalog.family import COUNTER, INFO, Family, Label

HEAD = """# What `/metrics` tells

Each figure is of the whole deployment: any web process answers the same, so Prometheus asks one of
them, at its own port: the proxies in `deploy/` keep this page inside. The database says what is in
the database; what processes count as they work, and say of themselves, they put into Redis every
five seconds. Counters begin anew when Redis is emptied, as `rate()` and `increase()` expect; those
of alerts, deliveries and requests to OASIS are in the database and never do. A part that can't be
read is left out, and `caiso_collector_up` says so.

No label takes more values than its bound: what would be one too many counts as `other`. The table
is made from the program: `RECORD=1 python -m pytest -n 0 tests/telemetry/test_document.py` writes
it anew.
"""
END = {COUNTER: "_total", INFO: "_info"}


def document() -> str:
    return "\n".join([HEAD, *lines(), ""])


def lines() -> Iterator[str]:
    for title, families in PARTS.items():
        yield from (f"## {title}", "", "| name | kind | labels | tells |", "|---|---|---|---|")
        for name, family in families.items():
            yield row(name, family)
        yield ""
    yield from ("## Labels", "", "| label | values | most |", "|---|---|---|")
    yield from labels()


def row(name: str, family: Family) -> str:
    shown = f"`{name}{END.get(family.kind, '')}`"
    named = ", ".join(f"`{label}`" for label in family.labels)
    return f"| {shown} | {family.kind} | {named} | {family.help} |"


def labels() -> Iterator[str]:
    """Each label once for each source of its values."""
    known: dict[tuple[str, str], Label] = {}
    for families in PARTS.values():
        for family in families.values():
            for name, label in family.labels.items():
                known[name, label.source] = label
    for (name, source), label in sorted(known.items()):
        listed = ": " + ", ".join(sorted(label.values)) if label.values else ""
        yield f"| `{name}` | {source}{listed} | {label.bound} |"
