"""The rules that hold it all together, and how each is taken away."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from live.cursor import Cursor, Step
from oasis.published import PublishedPrice
from prices import batch, feed, history
from prices.feed import Event
from prices.versions import Held, Verdict, verdict
from tests.model.database import Transaction


def without_gap_check(patch: pytest.MonkeyPatch) -> None:
    """Whatever is not seen is taken for the next."""
    step = Cursor.step

    def careless(self: Cursor, epoch: str, prev: int, seq: int) -> Step:
        found = step(self, epoch, prev, seq)
        return Step.NEXT if found is Step.GAP else found

    patch.setattr(Cursor, "step", careless)


def without_heartbeat_head(patch: pytest.MonkeyPatch) -> None:
    """No head that is read says that something was missed."""
    patch.setattr(Cursor, "is_behind", lambda *_: False)


def without_version_guard(patch: pytest.MonkeyPatch) -> None:
    """An older observation replaces a newer one."""

    def careless(*arguments: object) -> Verdict:
        found = verdict(*arguments)
        return Verdict.CORRECTED if found is Verdict.OUTDATED else found

    patch.setattr(batch, "verdict", careless)


def without_commit_order(patch: pytest.MonkeyPatch) -> None:
    """Numbers come from a database sequence, which waits for nobody and takes nothing back."""

    def hasty(self: Transaction, node: str, count: int) -> int:
        rows = self.database.rows[node]
        rows.sequence += count
        return rows.sequence

    patch.setattr(Transaction, "take_head", hasty)


def without_news_of_corrections(patch: pytest.MonkeyPatch) -> None:
    """The feed tells new prices alone."""
    news = history.news

    def silent(sorted_in: batch.Sorted, *, now: datetime) -> list[Any]:
        return [told for told in news(sorted_in, now=now) if told[1] is None]

    patch.setattr(history, "news", silent)


def without_revision(patch: pytest.MonkeyPatch) -> None:
    """A corrected price is told by the number of the version that it takes the place of."""
    event_of = history.event_of

    def stale(price: PublishedPrice, held: Held | None, *beside: Any) -> Event:
        kind, body = event_of(price, held, *beside)
        return Event(kind, body | {"revision": max(1, body["revision"] - 1)})

    patch.setattr(history, "event_of", stale)


def without_a_place_behind_the_head(patch: pytest.MonkeyPatch) -> None:
    """What is appended takes the cursors of what was appended last."""
    ending_at = feed.ending_at

    def overlapping(head: int, *about: Any) -> feed.FeedRange:
        return ending_at(max(head - 1, 1), *about)

    patch.setattr(feed, "ending_at", overlapping)


REMOVALS: dict[str, Callable[[pytest.MonkeyPatch], None]] = {
    "gap check": without_gap_check,
    "heartbeat head": without_heartbeat_head,
    "version guard": without_version_guard,
    "commit-ordered seq": without_commit_order,
    "news of corrections": without_news_of_corrections,
    "revision of a correction": without_revision,
    "place behind the head": without_a_place_behind_the_head,
}
