"""The snapshot that a page comes with: the last of each hub is kept until its feed moves on."""

from datetime import datetime, timedelta
from threading import Lock
from typing import NamedTuple

from django.utils.safestring import SafeString

from dashboard.first_paint.held import Body, Prices
from dashboard.first_paint.page import prices_of
from live import frames
from live.answers import current_answer
from live.snapshot import snapshot_parts
from prices.models import Node

HOURS = 24  # what a page shows unless its address says otherwise
KEPT_FOR = timedelta(minutes=1)
MOST_KEPT = 8  # each takes 200 kB
# As Django's json_script has it: what would end the element, or begin another.
IN_A_SCRIPT = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}


class Kept(NamedTuple):
    """What only changes with the feed, as JSON and as prices."""

    epoch: str
    seq: int
    made_at: datetime
    text: str
    prices: Prices


class PageSnapshot(NamedTuple):
    """A snapshot frame as JSON that may stand in a page, its prices, and what is now."""

    text: SafeString
    prices: Prices
    current: Body


kept: dict[int, Kept] = {}
keeping = Lock()


def page_snapshot(node: Node, *, now: datetime) -> PageSnapshot | None:
    """A hub's snapshot; None before its first event. Three quick queries while it is kept."""
    current = current_answer(node, now=now)
    if current["epoch"] is None:
        return None
    found = kept.get(node.pk)
    if found is None or not is_current(found, current, now=now):
        found = renewed(node, current, now=now)
    names = ("hub", "epoch", "seq")
    head = {"type": "snapshot", "current": current, **{name: current[name] for name in names}}
    text = escaped(frames.text(head)).removesuffix("}") + "," + found.text.removeprefix("{")
    return PageSnapshot(SafeString(text), found.prices, current)


def is_current(found: Kept, current: Body, *, now: datetime) -> bool:
    """Whether nothing was published since. What leaves no event is seen within a minute."""
    age = now - found.made_at
    is_same = (found.epoch, found.seq) == (current["epoch"], current["seq"])
    return is_same and timedelta() <= age < KEPT_FOR


def renewed(node: Node, current: Body, *, now: datetime) -> Kept:
    """Made anew, and kept in place of the oldest."""
    parts = snapshot_parts(node, HOURS, up_to=current["seq"], now=now)
    text = escaped(frames.text(parts))
    made = Kept(current["epoch"], current["seq"], now, text, prices_of(parts))
    with keeping:
        kept.pop(node.pk, None)
        while len(kept) >= MOST_KEPT:
            del kept[next(iter(kept))]
        kept[node.pk] = made
    return made


def escaped(json_text: str) -> str:
    return json_text.translate(IN_A_SCRIPT)
