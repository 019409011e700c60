"""What a batch of messages to the group means for the readers. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from live.cursor import Cursor, Step
from live.wire import Frame, Moved


class Sorted(NamedTuple):
    """The frames that can be passed on, in order, and the hubs that have to be read."""

    frames: list[Frame]
    unread: list[str]


def sorted_out(messages: Iterable[Mapping[str, Any]], cursors: Mapping[str, Cursor]) -> Sorted:
    """Follow each hub from its cursor: what continues there is passed on, once.

    From the first message that does not, or that has no text, the hub has to be read from the
    database. A hub without a cursor has no readers.
    """
    ours = dict(cursors)
    found = Sorted([], [])
    for message in messages:
        slug, epoch, seq = message["slug"], message["epoch"], message["seq"]
        if slug not in ours or slug in found.unread:
            continue
        step = ours[slug].step(epoch, message["prev"], seq)
        if step is Step.NEXT and message["text"]:
            ours[slug] = Cursor(epoch, seq)
            moved = Moved(slug, ours[slug])
            found.frames.append(Frame("events", message["text"], moved=moved))
        elif step is not Step.SEEN:
            found.unread.append(slug)
    return found
