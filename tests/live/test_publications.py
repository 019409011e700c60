"""What a batch of messages means to a fan-out: what it passes on, and what it has to read."""

import pytest

from live.cursor import Cursor
from live.publications import sorted_out

CURSORS = {"sp15": Cursor("e", 2), "np15": Cursor("e", 0)}


def message(slug: str, prev: int, seq: int, epoch: str = "e", text: str | None = "text") -> dict:
    return {"slug": slug, "epoch": epoch, "prev": prev, "seq": seq, "text": text}


@pytest.mark.parametrize(
    ("messages", "passed_on", "unread"),
    [
        ([], [], []),
        ([message("sp15", 2, 3)], [("sp15", 3)], []),
        ([message("sp15", 2, 3), message("sp15", 3, 5)], [("sp15", 3), ("sp15", 5)], []),
        ([message("sp15", 2, 3)] * 2, [("sp15", 3)], []),
        ([message("sp15", 0, 2)], [], []),
        ([message("sp15", 3, 4)], [], ["sp15"]),
        # After a hole nothing of the hub is passed on: the database has it all.
        ([message("sp15", 3, 4), message("sp15", 2, 3)], [], ["sp15"]),
        (
            [message("sp15", 2, 3), message("np15", 0, 1), message("sp15", 4, 5)],
            [("sp15", 3), ("np15", 1)],
            ["sp15"],
        ),
        ([message("sp15", 2, 900, text=None)], [], ["sp15"]),
        ([message("sp15", 2, 3, epoch="other")], [], ["sp15"]),
        ([message("zp26", 0, 1)], [], []),
    ],
)
def test_what_continues_is_passed_on_and_the_rest_is_read(
    messages: list[dict], passed_on: list[tuple[str, int]], unread: list[str]
) -> None:
    found = sorted_out(messages, CURSORS)
    moved = [frame.moved for frame in found.frames]
    assert [(one.slug, one.cursor.seq) for one in moved if one] == passed_on
    assert found.unread == unread
    assert CURSORS["sp15"].seq == 2
