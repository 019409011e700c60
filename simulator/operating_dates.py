"""Operating dates: hours and intervals between two midnights in Pacific time."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

PACIFIC = ZoneInfo("America/Los_Angeles")
HOUR = 3600


@dataclass(frozen=True, slots=True, eq=False)
class Slot:
    """An interval of an operating date. There is one object per interval, compared by identity."""

    epoch: int
    seconds: int
    day: date
    clock_hour: float
    opr_date: str
    opr_hr: int
    opr_interval: int
    ordinal: int
    start_gmt: str
    end_gmt: str


def day_bounds(day: date) -> tuple[int, int]:
    """Epoch seconds of the day's two midnights: 23, 24 or 25 hours apart."""
    return _midnight(day), _midnight(day + timedelta(days=1))


def _midnight(day: date) -> int:
    return int(datetime.combine(day, time(), PACIFIC).timestamp())


def day_of(epoch: float) -> date:
    """The operating date of an instant."""
    return datetime.fromtimestamp(epoch, PACIFIC).date()


@lru_cache(maxsize=64)
def slots(day: date, seconds: int) -> tuple[Slot, ...]:
    """The intervals of an operating date, `seconds` long each, in order."""
    start, end = day_bounds(day)
    starts = range(start, end, seconds)
    return tuple(_slot(day, seconds, epoch, 1 + n) for n, epoch in enumerate(starts))


def _slot(day: date, seconds: int, epoch: int, ordinal: int) -> Slot:
    local = datetime.fromtimestamp(epoch, PACIFIC)
    since_hour = local.minute * 60
    return Slot(
        epoch=epoch,
        seconds=seconds,
        day=day,
        clock_hour=local.hour + local.minute / 60,
        opr_date=day.isoformat(),
        opr_hr=_opr_hr(local),
        opr_interval=0 if seconds == HOUR else 1 + since_hour // seconds,
        ordinal=ordinal,
        start_gmt=gmt(epoch),
        end_gmt=gmt(epoch + seconds),
    )


def _opr_hr(local: datetime) -> int:
    """Hour ending. In autumn the repeated hour is 25; in spring nothing begins at two, so no 3."""
    return 25 if local.fold else local.hour + 1


def gmt(epoch: int) -> str:
    """A time as OASIS writes it in reports."""
    return datetime.fromtimestamp(epoch, UTC).strftime("%Y-%m-%dT%H:%M:%S-00:00")


def slots_between(start: float, end: float, seconds: int) -> list[Slot]:
    """The intervals that start in [start, end), by epoch seconds."""
    days = days_touched(start, end) if start < end else []
    return [slot for day in days for slot in slots(day, seconds) if start <= slot.epoch < end]


def days_touched(start: float, end: float) -> list[date]:
    """The operating dates that [start, end) touches."""
    first, last = day_of(start), day_of(end - 1)
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]
