"""The figures of `/status/` as text. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from dashboard.first_paint.market_times import day_text, duration_text, interval_text, time_text
from dashboard.first_paint.price_words import price_text
from market.intervals import operating_date
from market.markets import Market

MARKET_NAMES = {Market.RTM: "real-time", Market.RTPD: "fifteen-minute", Market.DAM: "day-ahead"}
ANSWERED = {"ok": "answered with prices", "no_data": "answered: nothing there yet"}
FAILED = {
    "rate_limited": "refused: asked too often",
    "our_mistake": "refused: a mistake in the query",
    "server_trouble": "out of order, or out of reach",
    "asked_too_much": "gave up: too much asked for at once",
    "still_preparing": "still preparing",
    "beyond_history": "older than it keeps",
    "bad_answer": "an answer that can't be read",
    "not_a_price_report": "no price report",
    "broke_off": "broken off by an error here",
}
PARTS = {
    "judging": "rules",
    "sending": "messages",
    "publishing": "live feed",
    "projecting": "copy in Redis",
    "watching": "watch over operations",
}
MOST_NAMED = 3
A_SECOND = timedelta(seconds=1)


class Line(NamedTuple):
    """What is said of something, and whether it is well."""

    name: str
    text: str
    tone: str = ""


class Requests(NamedTuple):
    """The requests of 24 hours: how many were answered of how many, and each outcome."""

    answered: str
    tone: str
    outcomes: list[Line]


def requests_of(counts: Mapping[str, int]) -> Requests:
    """From the number of requests by their outcome."""
    total = sum(counts.values())
    answered = sum(counts.get(outcome, 0) for outcome in ANSWERED)
    names = ANSWERED | FAILED
    outcomes = [
        Line(names.get(outcome, outcome), f"{count:,}", "" if outcome in ANSWERED else "high")
        for outcome, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    ]
    return Requests(share_text(answered, total), tone_of(answered, total), outcomes)


def share_text(part: int, whole: int) -> str:
    """`99.8 % of 4,320`; 100 only if it is all of them."""
    if not whole:
        return "none was made"
    tenths = Decimal(1000 * part // whole) / 10
    return f"{tenths.normalize():f} % of {whole:,}"


def tone_of(answered: int, total: int) -> str:
    """Half of them failing is bad, one in twenty worth a look."""
    if 2 * answered < total:
        return "bad"
    return "high" if 20 * answered < 19 * total else ""


def newest_text(market: Market, newest: datetime | None, *, now: datetime) -> str:
    """`14:35–14:40`, with the day if it is another one; day-ahead: `to 24:00, Wed, Jul 15`."""
    if newest is None:
        return "none yet"
    end = newest + market.interval
    if market is Market.DAM:
        ends = "24:00" if operating_date(end) != operating_date(newest) else time_text(end)
        return f"to {ends}, {day_text(newest)}"
    text = interval_text(newest, end)
    is_today = operating_date(newest) == operating_date(now)
    return text if is_today else f"{text}, {day_text(newest)}"


def age_text(market: Market, newest: datetime | None, *, now: datetime) -> str:
    """`running`, `ended 12 min 00 s ago`, `begins in 45 s`; of day-ahead how far it reaches."""
    if newest is None:
        return ""
    end = newest + market.interval
    if market is Market.DAM:
        ahead = end - now
        is_ahead = ahead > timedelta()
        return f"{duration_text(ahead)} ahead" if is_ahead else f"{duration_text(-ahead)} behind"
    if newest > now:
        return f"begins in {duration_text(newest - now)}"
    return f"ended {duration_text(now - end)} ago" if end <= now else "running"


def delay_text(delay: timedelta | None) -> str:
    """`12 s before the interval starts`."""
    if delay is None:
        return "not known yet"
    if abs(delay) < A_SECOND:
        return "as the interval starts"
    side = "before" if delay < timedelta() else "after"
    return f"{duration_text(abs(delay))} {side} the interval starts"


def came_text(day: datetime, seen_at: datetime) -> str:
    """`13:02, Mon, Jul 13`; of what was fetched later than it came, nothing is known."""
    return f"{time_text(seen_at)}, {day_text(seen_at)}" if seen_at < day else "not known yet"


def missing_text(missing: int, expected: int) -> str:
    """`none of 6,048`, `3 of 6,048`."""
    if not expected:
        return "nothing held yet"
    return f"{missing:,} of {expected:,}" if missing else f"none of {expected:,}"


def correction_text(old: Decimal, new: Decimal) -> str:
    """`40.00 → 42.00`; if only the components changed, that."""
    if old == new:
        return f"{price_text(float(new))}, its components"
    return f"{price_text(float(old))} → {price_text(float(new))}"


def moment_text(moment: datetime, *, now: datetime) -> str:
    """`14:35`, with the day if it is another one."""
    text = time_text(moment)
    is_today = operating_date(moment) == operating_date(now)
    return text if is_today else f"{text}, {day_text(moment)}"


def named(names: Sequence[str]) -> str:
    """The first few, and how many more."""
    shown = ", ".join(names[:MOST_NAMED])
    more = len(names) - MOST_NAMED
    return f"{shown} and {more} more" if more > 0 else shown


def counted(count: int, one: str, many: str) -> str:
    """`1 part fails`, `2 parts fail`."""
    return f"{count:,} {one if count == 1 else many}"
