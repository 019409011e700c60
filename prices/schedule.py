"""Whether a node is due, decided from what is held and when it was last asked for. Pure.

Beat ticks far more often than OASIS may be asked; each tick comes here first.
"""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from statistics import quantiles
from typing import NamedTuple

from market.intervals import PACIFIC, day_bounds, floor, midnight, operating_date, pacific
from market.markets import Market
from prices.resting import after_refusal, after_silence

PEAK = (time(6), time(22))
DAY_AHEAD_FROM = time(12, 50)
DAY_AHEAD_STEP = timedelta(minutes=1)
DAY_AHEAD_REST = timedelta(hours=1)
# Polls look back this far, so late intervals are held within two polls of their publication.
RECENT = timedelta(hours=2)
HISTORY_MONTHS = 39
# Until a delay is learned: RTD comes about as its interval begins, RTPD 22 minutes before.
FIRST_GUESS = {Market.RTM: timedelta(0), Market.RTPD: timedelta(minutes=-22)}
EARLY = timedelta(seconds=5)
LATE_AFTER = timedelta(minutes=1)
# How far ahead of now a market publishes at most, rounded up.
AHEAD = {Market.RTM: timedelta(minutes=15), Market.RTPD: timedelta(minutes=75)}


class Pace(NamedTuple):
    """The shortest time between two requests for the five-minute market, by day and by night.

    The fifteen-minute market has the slower pace all day.
    """

    peak: timedelta = timedelta(seconds=20)
    night: timedelta = timedelta(seconds=60)


DEFAULT_PACE = Pace()


class Held(NamedTuple):
    """What is known of one node in one market at a tick.

    `complete_until` is the first missing day-ahead hour from today on. `vain` counts the answers
    in a row without a new price, `refused` the refusals in a row. `delay` is the learned
    publication delay. `others_answered` says whether OASIS lately had newer prices of another
    node.
    """

    newest: datetime | None = None
    complete_until: datetime | None = None
    last_asked: datetime | None = None
    vain: int = 0
    delay: timedelta | None = None
    others_answered: bool = True
    refused: int = 0


def due(market: Market, held: Held, *, now: datetime, pace: Pace = DEFAULT_PACE) -> bool:
    """Whether the node should be asked for now."""
    return now >= due_at(market, held, now=now, pace=pace)


def due_at(market: Market, held: Held, *, now: datetime, pace: Pace = DEFAULT_PACE) -> datetime:
    """When the node should be asked for next, by what is known now.

    A `last_asked` in the future was stored before the clock was set back, and is ignored.
    """
    if held.last_asked is None or held.last_asked > now:
        return now
    rest = max(
        after_silence(
            market, held.vain, held.newest, others_answered=held.others_answered, now=now
        ),
        after_refusal(held.refused),
    )
    if market is Market.DAM:
        rest = max(rest, day_ahead_step(held.complete_until, now=now))
        return held.last_asked + rest
    rested = held.last_asked + max(rest, step(market, now=now, pace=pace))
    expected = expected_at(market, held)
    return rested if expected is None else max(rested, expected)


def step(market: Market, *, now: datetime, pace: Pace = DEFAULT_PACE) -> timedelta:
    """The shortest time between two requests for a real-time market."""
    if market is Market.RTPD:
        return pace.night
    start, end = PEAK
    return pace.peak if start <= pacific(now).time() < end else pace.night


def expected_at(market: Market, held: Held) -> datetime | None:
    """When the interval after the newest one should be out; None if nothing is held.

    The delay counts for two intervals at most: it may have been learned while CAISO was late, and
    after that prices come fast.
    """
    if held.newest is None:
        return None
    delay = FIRST_GUESS[market] if held.delay is None else held.delay
    return held.newest + market.interval + min(delay, 2 * market.interval) - EARLY


def late_from(market: Market, newest_begun: datetime, delay: timedelta | None) -> datetime:
    """From when on the price of the interval after this one is late.

    That is a minute after it usually is out. None is late before its interval has begun.
    """
    usual = FIRST_GUESS[market] if delay is None else min(delay, 2 * market.interval)
    return newest_begun + market.interval + max(usual, timedelta(0)) + LATE_AFTER


def late_by(
    market: Market, newest: datetime, delay: timedelta | None, *, now: datetime
) -> timedelta:
    """How long the price of the interval after the newest one held has been late, or nothing."""
    if market is Market.DAM:
        lacking = operating_date(newest + market.interval)
        late = datetime.combine(lacking - timedelta(days=1), DAY_AHEAD_FROM, PACIFIC) + LATE_AFTER
    else:
        late = late_from(market, newest, delay)
    return max(now - late, timedelta(0))


def learned_delay(delays: Sequence[timedelta]) -> timedelta | None:
    """The publication delay to count on: the lower quartile of those seen; None if too few.

    A delay is when an interval was first seen less its start. Asking from the lower quartile on
    finds most intervals within one step and wastes few requests.
    """
    if len(delays) < 4:
        return None
    return timedelta(seconds=quantiles([d.total_seconds() for d in delays], n=4)[0])


def day_ahead_step(complete_until: datetime | None, *, now: datetime) -> timedelta:
    """Every minute while hours are missing that should be out, else every hour."""
    if complete_until is None or complete_until < day_ahead_expected_until(now=now):
        return DAY_AHEAD_STEP
    return DAY_AHEAD_REST


def day_ahead_expected_until(*, now: datetime) -> datetime:
    """The end of the last operating date whose day-ahead prices may be out by now.

    From 12:50 Pacific on that is tomorrow, in Pacific time.
    """
    today = operating_date(now)
    if pacific(now).time() >= DAY_AHEAD_FROM:
        today += timedelta(days=1)
    return day_bounds(today)[1]


def window_end(market: Market, *, now: datetime) -> datetime:
    """The end of the window to ask for: past the newest interval that may be out."""
    if market is Market.DAM:
        return day_bounds(operating_date(now) + timedelta(days=1))[1]
    return floor(now, market) + market.interval + AHEAD[market]


def published_until(market: Market, delay: timedelta | None, *, now: datetime) -> datetime:
    """Up to where intervals should be out by now, with some time to spare for late ones.

    An interval that starts before it and is missing is a gap.
    """
    if market is Market.DAM:
        tomorrow_is_late = pacific(now).time() >= time(18)
        return day_bounds(operating_date(now) + timedelta(days=1 if tomorrow_is_late else 0))[1]
    spare = max(delay if delay is not None else FIRST_GUESS[market], timedelta(0)) + market.interval
    return floor(now - spare, market) + market.interval


def oldest_kept(*, now: datetime) -> datetime:
    """The first midnight that OASIS may still have prices of: it keeps 39 months."""
    today = operating_date(now)
    months = today.year * 12 + today.month - 1 - HISTORY_MONTHS
    return midnight(date(months // 12, months % 12 + 1, min(today.day, 28)))
