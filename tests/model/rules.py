"""The rules that hold it all together, and how each is taken away."""

from collections.abc import Callable

import pytest

from live.cursor import Cursor, Step
from prices import batch
from prices.versions import Verdict, verdict
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
        return rows.sequence - count

    patch.setattr(Transaction, "take_head", hasty)


REMOVALS: dict[str, Callable[[pytest.MonkeyPatch], None]] = {
    "gap check": without_gap_check,
    "heartbeat head": without_heartbeat_head,
    "version guard": without_version_guard,
    "commit-ordered seq": without_commit_order,
}
