"""When OASIS publishes and corrects an interval, and which ones it never publishes."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from simulator.noise import key, uniform
from simulator.operating_dates import HOUR, PACIFIC, Slot
from simulator.reports import Market

HISTORY_MONTHS = 39


@dataclass(frozen=True, slots=True)
class Timetable:
    """Parameters for what is unknown about OASIS: delays in seconds, rates as shares."""

    rtm_delay: float = 30
    rtm_jitter: float = 10
    rtpd_lead: float = 22 * 60
    rtpd_jitter: float = 30
    dam_jitter: float = 180
    missing_rate: float = 0.001
    revision_rate: float = 0.005
    revision_after: tuple[float, float] = (4 * HOUR, 72 * HOUR)


def published_at(seed: int, timetable: Timetable, market: Market, slot: Slot) -> float | None:
    """When an interval is published for all nodes, in epoch seconds; None: never."""
    if market is Market.DAM:
        late = uniform(key(seed, "dam late"), slot.day.toordinal())
        return one_o_clock_before(slot) + timetable.dam_jitter * late
    if uniform(key(seed, "missing", market), slot.epoch) < timetable.missing_rate:
        return None
    late = 2 * uniform(key(seed, "late", market), slot.epoch) - 1
    if market is Market.RTM:
        return slot.epoch + timetable.rtm_delay + timetable.rtm_jitter * late
    return slot.epoch - timetable.rtpd_lead + timetable.rtpd_jitter * late


def one_o_clock_before(slot: Slot) -> float:
    """13:00 Pacific on the day before the interval's operating date."""
    return datetime.combine(slot.day - timedelta(days=1), time(13), PACIFIC).timestamp()


def revised_at(seed: int, timetable: Timetable, market: Market, slot: Slot) -> float | None:
    """When an interval's prices are corrected, in epoch seconds; None: never."""
    if uniform(key(seed, "revised", market), slot.epoch) >= timetable.revision_rate:
        return None
    shown = published_at(seed, timetable, market, slot)
    soonest, latest = timetable.revision_after
    share = uniform(key(seed, "revised after", market), slot.epoch)
    return None if shown is None else shown + soonest + (latest - soonest) * share


def oldest_kept(now: datetime) -> float:
    """The start of the 39 months of history, in epoch seconds."""
    local = now.astimezone(PACIFIC)
    months = local.year * 12 + local.month - 1 - HISTORY_MONTHS
    return datetime(months // 12, months % 12 + 1, min(local.day, 28), tzinfo=PACIFIC).timestamp()
