"""What a reader of the live feed asks for, in an address or a frame. Pure."""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import parse_qs

from live.cursor import Cursor
from live.slugs import DEFAULT_HUB, quoted

MOST_HUBS = 50
MOST_QUERY = 8000
HOURS = 24
MOST_HOURS = 24 * 7
CURSOR = re.compile(r"([0-9a-z-]{1,40}):([0-9]{1,18})")


class BadRequest(Exception):
    """A request that can't be read: the code of its error frame, and a sentence."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class FeedRequest(NamedTuple):
    """Hubs by slug, each with the cursor to resume from, and how many hours a snapshot holds.

    `latest`: when it is too slow, it wants the newest state instead of every step.
    """

    cursors: dict[str, Cursor | None]
    hours: int
    latest: bool = False


def feed_request(query_string: bytes, last_event_id: str = "") -> FeedRequest:
    """The request in `?hubs=SP15,NP15&after=<epoch>:<seq>,...&hours=24&latest=1`.

    Raises BadRequest.

    `last_event_id` is what an event stream's reader sends back; it takes precedence over `after`.
    """
    if len(query_string) > MOST_QUERY:
        raise BadRequest("too_long", f"The query has at most {MOST_QUERY} characters.")
    query = parse_qs(query_string.decode("ascii", "replace"))
    slugs = slugs_of(query.get("hubs", []))
    after = last_event_id or query.get("after", [""])[-1]
    hours = hours_of(query.get("hours", [""])[-1])
    return FeedRequest(cursors_of(slugs, after), hours, latest_of(query.get("latest", [""])[-1]))


def slugs_of(lists: list[str]) -> list[str]:
    """The hubs, each once; SP15 where none is named."""
    names = ",".join(lists).split(",")
    slugs = list(dict.fromkeys(name.strip().lower() for name in names if name.strip()))
    if len(slugs) > MOST_HUBS:
        raise BadRequest("too_many_hubs", f"There are at most {MOST_HUBS} hubs to a connection.")
    return slugs or [DEFAULT_HUB.lower()]


def cursors_of(slugs: list[str], after: str) -> dict[str, Cursor | None]:
    """Each hub's cursor, in the order of `slugs`; None for an empty entry."""
    parts = after.split(",") if after else []
    if len(parts) > len(slugs):
        message = f"after has {len(parts)} cursors, but hubs has {len(slugs)}."
        raise BadRequest("bad_after", message)
    cursors: dict[str, Cursor | None] = dict.fromkeys(slugs)
    for slug, part in zip(slugs, parts, strict=False):
        cursors[slug] = cursor_in(part)
    return cursors


def cursor_in(text: str) -> Cursor | None:
    """The cursor in an address: `<epoch>:<seq>`."""
    if not text.strip():
        return None
    found = CURSOR.fullmatch(text.strip())
    if not found:
        raise BadRequest("bad_after", f"after is a list of <epoch>:<seq>, not {quoted(text)}.")
    return Cursor(found[1], int(found[2]))


def hours_of(text: str) -> int:
    """How many hours of real-time prices a snapshot holds."""
    if not text:
        return HOURS
    hours = int(text) if re.fullmatch("[0-9]{1,3}", text) else 0
    if not 1 <= hours <= MOST_HOURS:
        raise BadRequest("bad_hours", f"hours is 1 to {MOST_HOURS}, not {quoted(text)}.")
    return hours


def latest_of(text: str) -> bool:
    """Whether a slow reader wants the newest state instead of every step."""
    if text not in ("", "0", "1"):
        raise BadRequest("bad_latest", f"latest is 0 or 1, not {quoted(text)}.")
    return text == "1"


def resumed(frame: Mapping[str, Any], followed: Mapping[str, object]) -> dict[str, Cursor]:
    """The cursors of a resume frame, by slug. Raises BadRequest if any of them can't be read."""
    feeds = frame.get("feeds")
    if not isinstance(feeds, dict) or not feeds:
        raise BadRequest("bad_resume", "A resume has feeds: an object of cursors by hub.")
    cursors = {name.lower(): resumed_cursor(name, cursor) for name, cursor in feeds.items()}
    for slug in cursors:
        if slug not in followed:
            message = f"This connection does not follow {quoted(slug.upper())}."
            raise BadRequest("not_followed", message)
    return cursors


def resumed_cursor(name: str, cursor: object) -> Cursor:
    """One cursor of a resume frame."""
    epoch, seq = (
        (cursor.get("epoch"), cursor.get("seq")) if isinstance(cursor, dict) else (None, None)
    )
    if not isinstance(epoch, str) or isinstance(seq, bool) or not isinstance(seq, int) or seq < 0:
        message = (
            f"The cursor of {quoted(name)} is an object of epoch, a string, and seq, a number."
        )
        raise BadRequest("bad_resume", message)
    return Cursor(epoch[:40], seq)
