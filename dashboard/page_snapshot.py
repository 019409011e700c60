"""The snapshot that a page comes with: the last of each hub is kept until its feed moves on."""

import json
from datetime import datetime, timedelta
from threading import Lock
from typing import Any, NamedTuple

from django.utils.safestring import SafeString

from dashboard.first_paint.held import Body, Prices, price_of
from dashboard.first_paint.page import prices_of
from live import frames
from live.answers import current_answer
from live.counted import read_from
from live.snapshot import snapshot_parts
from market.markets import Market
from prices.feed import events_after
from prices.models import FeedEvent, Node

HOURS = 24  # what a page shows unless its address says otherwise
KEPT_FOR = timedelta(minutes=1)
MOST_KEPT = 8  # each takes 200 kB
MOST_ADDED = 24
# A day-ahead price also stands beside the real-time prices of its hour.
ADDED_TO = {Market.RTM: "rt", Market.RTPD: "fmm"}
# As Django's json_script has it: what would end the element, or begin another.
IN_A_SCRIPT = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}


class Kept(NamedTuple):
    """What only changes with the feed: the JSON of each part by its name, and the prices."""

    epoch: str
    seq: int
    made_at: datetime
    texts: dict[str, str]
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
    is_kept = found is not None and is_current(found, current, now=now)
    read_from("page", hit=is_kept)
    if found is None or not is_kept:
        found = renewed(node, found, current, now=now)
    names = ("hub", "epoch", "seq")
    head = {"type": "snapshot", "current": current, **{name: current[name] for name in names}}
    parts = (f'"{name}":{text}' for name, text in found.texts.items())
    text = ",".join([escaped(frames.text(head)).removesuffix("}"), *parts]) + "}"
    # Each part is JSON whose <, > and & are escaped.
    return PageSnapshot(SafeString(text), found.prices, current)  # nosec B703


def is_current(found: Kept, current: Body, *, now: datetime) -> bool:
    """Whether nothing was published since. What leaves no event is seen within a minute."""
    is_same = (found.epoch, found.seq) == (current["epoch"], current["seq"])
    return is_same and is_young(found, now=now)


def is_young(found: Kept, *, now: datetime) -> bool:
    return timedelta() <= now - found.made_at < KEPT_FOR


def renewed(node: Node, found: Kept | None, current: Body, *, now: datetime) -> Kept:
    """Extended or made anew, and kept in place of the oldest."""
    extended = found and is_young(found, now=now) and with_news(found, node, current)
    made = extended or made_anew(node, current, now=now)
    with keeping:
        kept.pop(node.pk, None)
        while len(kept) >= MOST_KEPT:
            del kept[next(iter(kept))]
        kept[node.pk] = made
    return made


def made_anew(node: Node, current: Body, *, now: datetime) -> Kept:
    parts = snapshot_parts(node, HOURS, up_to=current["seq"], now=now)
    texts = {name: escaped(frames.text(part)) for name, part in parts.items()}
    return Kept(current["epoch"], current["seq"], now, texts, prices_of(parts))


def with_news(found: Kept, node: Node, current: Body) -> Kept | None:
    """Extended by what was published since, in a tenth of the time.

    None if that is more than a few new prices, each after those that are there, and the advice
    that came of them.
    """
    missed = current["seq"] - found.seq
    if found.epoch != current["epoch"] or not 0 < missed <= MOST_ADDED:
        return None
    events = events_after(node, found.seq, up_to=current["seq"])
    if len(events) != missed:
        return None
    extended: Kept | None = found
    for event in events:
        extended = extended and with_event(extended, event)
    return extended


def with_event(found: Kept, event: Body) -> Kept | None:
    """Extended by one event; None if that takes more than a price or advice."""
    if event["kind"] == FeedEvent.PRICE:
        return with_price(found, event)
    if event["kind"] == FeedEvent.ADVICE:
        return with_advice(found, event)
    return found._replace(seq=event["seq"]) if event.get("about") == "backtest" else None


def with_advice(found: Kept, event: Body) -> Kept:
    """With new advice in place of what that battery was advised before."""
    body = without_number(event)
    others = [one for one in json.loads(found.texts["advice"]) if not is_same_battery(one, body)]
    advice: Any = sorted([*others, body], key=lambda one: int(one["battery_id"]))
    texts = found.texts | {"advice": escaped(frames.text(advice))}
    prices = found.prices._replace(advice={one["battery_id"]: one for one in advice})
    return found._replace(seq=event["seq"], texts=texts, prices=prices)


def is_same_battery(one: Body, other: Body) -> bool:
    return bool(one["battery_id"] == other["battery_id"])


def without_number(event: Body) -> Body:
    """An event as a snapshot has it."""
    return {name: value for name, value in event.items() if name not in ("seq", "kind")}


def with_price(found: Kept, event: Body) -> Kept | None:
    """Extended by one new price; None if it belongs anywhere else than at the end."""
    part = ADDED_TO.get(event["market"])
    if event["revision"] > 1 or part is None:
        return None
    price, was = price_of(event), found.prices
    held = was.rt if part == "rt" else was.fmm
    if not held or price.start <= next(reversed(held)):
        return None  # it may be older than all that the page shows
    row = escaped(frames.text(without_number(event)))
    texts = found.texts | {part: f"{found.texts[part].removesuffix(']')},{row}]"}
    more = {**held, price.start: price}
    prices = was._replace(rt=more) if part == "rt" else was._replace(fmm=more)
    return found._replace(seq=event["seq"], texts=texts, prices=prices)


def escaped(json_text: str) -> str:
    return json_text.translate(IN_A_SCRIPT)
