"""Loading OASIS files from disk."""

import os
import stat
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import chain, count
from operator import attrgetter
from pathlib import Path

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.text import slugify

from oasis.errors import BadAnswer
from oasis.published import Answer, PublishedPrice, Rejection
from oasis.report import read_opened
from prices.feed import FeedRange
from prices.history import Recorded, record
from prices.known_names import add_names
from prices.models import Node
from prices.versions import Verdict

# Tomorrow's day-ahead prices are the furthest there are.
PUBLISHED_AHEAD = timedelta(days=2)
A_BATCH = 20_000


@dataclass
class Loaded:
    """What became of one file."""

    rows: int
    prices: int
    new: int
    corrected: int
    unchanged: int
    completed: int
    outdated: int
    rejected: int
    unverified: int
    nodes: set[str]
    rejections: list[Rejection]
    passed_over: list[str]
    feed_ranges: list[FeedRange]


def load(path: Path, *, only: Collection[str] | None, now: datetime) -> Loaded:
    """Store the prices of one zip, XML or CSV file, of OASIS or plain CSV (`oasis.plain_csv`).

    Unknown nodes are added untracked. Prices count as seen when their file was made, by its XML or
    its name; failing that, when it was last written. So an old file never replaces what was seen
    after it. The file is streamed: only prices of the nodes in `only` are kept in memory.
    Raises the errors of `oasis.errors` and OSError; then nothing is stored.
    """
    refuse_pipes(path)
    with path.open("rb") as file:
        written_at = datetime.fromtimestamp(os.fstat(file.fileno()).st_mtime, UTC)
        answer = read_opened(path.name, file, only, written_at)
    seen_at = answer.made_at or written_at
    prices = published_by_now(answer, now=now)
    with transaction.atomic():
        add_nodes({price.node for price in prices})
        add_names(answer.names)
        recorded = record_in_batches(prices, seen_at=min(seen_at, now), now=now)
    return Loaded(
        rows=answer.rows,
        prices=len(answer.prices),
        new=recorded[Verdict.NEW],
        corrected=recorded[Verdict.CORRECTED],
        unchanged=recorded[Verdict.UNCHANGED],
        completed=recorded[Verdict.COMPLETED],
        outdated=recorded[Verdict.OUTDATED],
        rejected=answer.rejected,
        unverified=sum(not price.verified for price in prices),
        nodes=answer.nodes,
        rejections=answer.rejections,
        passed_over=answer.passed_over,
        feed_ranges=recorded.feed_ranges,
    )


def record_in_batches(
    prices: Iterable[PublishedPrice], *, seen_at: datetime, now: datetime
) -> Recorded:
    """Record a file's prices, a few at a time: what is held of each, and its row, take memory."""
    ordered = sorted(prices, key=attrgetter("node", "market", "interval_start"))
    recorded = Recorded()
    for first in range(0, len(ordered), A_BATCH):
        batch = ordered[first : first + A_BATCH]
        recorded.add(record(batch, seen_at=seen_at, source="file", now=now))
    return recorded


def refuse_pipes(path: Path) -> None:
    """Raise BadAnswer if it is not a file: opening a pipe that nobody writes to would never end."""
    if not stat.S_ISREG(path.stat().st_mode):
        raise BadAnswer("a folder, a pipe or a device: only files can be loaded")


def published_by_now(answer: Answer, *, now: datetime) -> list[PublishedPrice]:
    """The prices of intervals that may have been published by now. The others are rejected."""
    prices = []
    for price in answer.prices:
        if price.interval_start < now + PUBLISHED_AHEAD:
            prices.append(price)
        else:
            subject = f"{price.market} {price.node} {price.interval_start:%Y-%m-%dT%H:%MZ}"
            answer.reject(subject, "an interval that is not published yet")
    return prices


def add_nodes(names: set[str]) -> None:
    """Add the nodes that do not exist yet, untracked.

    Raises BadAnswer for a name that no OASIS node can have and the database may refuse.
    """
    for name in sorted(names):
        with refused_by_name(name):
            Node._meta.get_field("oasis_name").run_validators(name)
    known = set(Node.objects.filter(oasis_name__in=names).values_list("oasis_name", flat=True))
    if fresh := sorted(names - known):
        Node.objects.bulk_create(untracked(fresh), batch_size=1000)


def untracked(names: Iterable[str]) -> Iterator[Node]:
    """A node that is not tracked for each of these names, with a slug that no other has."""
    taken = set(Node.objects.values_list("slug", flat=True))
    for name in names:
        node = Node(slug=free_slug(name, taken), oasis_name=name, tracked=False)
        taken.add(node.slug)
        with refused_by_name(name):
            node.clean_fields()
        yield node


@contextmanager
def refused_by_name(name: str) -> Iterator[None]:
    """Turn a ValidationError into a BadAnswer about `name`."""
    try:
        yield
    except ValidationError as fault:
        raise BadAnswer(f"{name[:80]!r} is not the name of a node: {fault.messages[0]}") from fault


def free_slug(name: str, taken: Collection[str]) -> str:
    """A slug that is not taken, with a number if two names give the same slug."""
    slug = slugify(name.replace("_", "-"))
    numbered = (f"{slug}-{number}" for number in count(2))
    return next(one for one in chain([slug], numbered) if one not in taken)
