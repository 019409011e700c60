"""OASIS files from disk into history."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from django.utils.text import slugify

from prices.feed import Publication
from prices.history import record
from prices.models import Node
from prices.oasis_report import read_file
from prices.published import Answer, Rejection
from prices.versions import Verdict


@dataclass
class Loaded:
    """What became of one file."""

    rows: int
    prices: int
    new: int
    corrected: int
    unchanged: int
    outdated: int
    rejections: list[Rejection]
    publications: list[Publication]


def load(path: Path, *, only: Collection[str] | None, now: datetime) -> Loaded:
    """Bring one zip, XML or CSV file into history; nodes that are not known are added untracked.

    A price was seen when its file says it was made (in its name, or in the XML); failing that,
    when the file was last written. So an old file never replaces what was seen after it.
    Raises the errors of `oasis_errors` and OSError; then nothing is stored.
    """
    answer = read_file(path.name, path.read_bytes(), only)
    seen_at = answer.made_at or datetime.fromtimestamp(path.stat().st_mtime, UTC)
    make_known(answer)
    recorded = record(answer.prices, seen_at=min(seen_at, now), source="file", now=now)
    return Loaded(
        rows=answer.rows,
        prices=len(answer.prices),
        new=recorded[Verdict.NEW],
        corrected=recorded[Verdict.CORRECTED],
        unchanged=recorded[Verdict.UNCHANGED],
        outdated=recorded[Verdict.OUTDATED],
        rejections=answer.rejections,
        publications=recorded.publications,
    )


def make_known(answer: Answer) -> None:
    """Add the nodes of an answer that are not there yet, with history only."""
    names = {price.node for price in answer.prices}
    known = set(Node.objects.filter(oasis_name__in=names).values_list("oasis_name", flat=True))
    for name in sorted(names - known):
        Node.objects.create(slug=slugify(name.replace("_", "-")), oasis_name=name, tracked=False)
