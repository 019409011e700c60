"""What the paper desk's days came to, alone and together, as the API shows it."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from battery.bodies import number
from battery.measures import share_of_perfect
from battery.models import Battery, PaperDay, Restatement
from market.intervals import iso

SUMS = ("revenue_usd", "wear_usd", "net_usd", "two_settlement_usd", "perfect_usd", "cycles")
COUNTS = ("settled", "excluded")
ZERO = Decimal(0)


def days_of(battery: Battery, first: date, last: date) -> list[PaperDay]:
    """A battery's days on paper, oldest first, without their ledgers."""
    days = battery.paper_days.filter(date__range=(first, last)).order_by("date")
    return list(days.defer("ledger").prefetch_related("restatements"))


def day_body(day: PaperDay) -> dict[str, Any]:
    """One operating date."""
    restated = sorted(day.restatements.all(), key=lambda one: (one.at, one.pk))
    rivals = {policy: float(usd) for policy, usd in day.rivals.items()}
    return {
        "date": day.date.isoformat(),
        **{name: getattr(day, name) for name in COUNTS},
        **{name: float(getattr(day, name)) for name in SUMS},
        "share_of_perfect": number(share_of_perfect(day.net_usd, day.perfect_usd)),
        "rivals": rivals,
        "restatements": [restatement_body(one) for one in restated],
    }


def restatement_body(one: Restatement) -> dict[str, Any]:
    """A correction that changed the day's result."""
    return {
        "at": iso(one.at),
        "interval_start": iso(one.interval_start),
        "old_price": number(one.old_price),
        "new_price": number(one.new_price),
        "old_net_usd": float(one.old_net_usd),
        "new_net_usd": float(one.new_net_usd),
        "why": one.why,
    }


def sums_body(days: Sequence[PaperDay], first: date, last: date) -> dict[str, Any]:
    """Days together."""
    net = sum((day.net_usd for day in days), ZERO)
    perfect = sum((day.perfect_usd for day in days), ZERO)
    return {
        "from": first.isoformat(),
        "until": last.isoformat(),
        "days": len(days),
        **{name: sum(getattr(day, name) for day in days) for name in COUNTS},
        **{name: float(sum(getattr(day, name) for day in days)) for name in SUMS},
        "share_of_perfect": number(share_of_perfect(net, perfect)),
        "rivals": rivals_together(days),
    }


def rivals_together(days: Sequence[PaperDay]) -> dict[str, float]:
    """What each policy came to; on a day that it had no plan for it did nothing."""
    sums: dict[str, Decimal] = {}
    for day in days:
        for name, usd in day.rivals.items():
            sums[name] = sums.get(name, ZERO) + Decimal(str(usd))
    return {name: float(usd) for name, usd in sums.items()}


def month_of(day: date) -> tuple[date, date]:
    """From the first of the month to this day."""
    return day.replace(day=1), day


def last_days(day: date, count: int) -> tuple[date, date]:
    """So many days, the last of which this is."""
    return day - timedelta(days=count - 1), day
