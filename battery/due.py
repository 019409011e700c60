"""What there is to calculate, by what is stored. It is asked every ten seconds: the queries are few
and cheap.
"""

from datetime import date, datetime, timedelta

from django.db.models import Max, Q

from battery.models import Backtest, Battery, PaperDay
from battery.models.backtests import RUNNING, WAITING
from battery.ready import wanting
from market.intervals import from_iso, operating_date
from market.markets import Market
from prices.models import FeedEvent

SETTLED_BACK = timedelta(days=35)
ONE_DAY = timedelta(days=1)
DEAD_AFTER = timedelta(seconds=60)


def advice_is_due(*, now: datetime) -> bool:
    """Whether it is time to advise any battery for the interval that begins next."""
    return bool(wanting(now=now))


def settling_is_due(*, now: datetime) -> bool:
    """Whether a battery on paper has a day that is not settled, or was corrected since."""
    batteries = Battery.objects.filter(active=True)
    return any(lacks_a_day(battery, now=now) or is_corrected(battery) for battery in batteries)


def lacks_a_day(battery: Battery, *, now: datetime) -> bool:
    """Whether a day since it was made, and of the last 35, is over and not settled."""
    first, today = first_day(battery, now=now), operating_date(now)
    settled = battery.paper_days.filter(date__gte=first, date__lt=today).count()
    return settled < (today - first).days


def first_day(battery: Battery, *, now: datetime) -> date:
    """The first day that is settled on paper if it is not yet."""
    return max(operating_date(battery.made_at), operating_date(now) - SETTLED_BACK)


def is_corrected(battery: Battery) -> bool:
    """Whether a price of a settled day was corrected after anything was settled last."""
    last = battery.paper_days.aggregate(last=Max("settled_at"))["last"]
    if last is None:
        return False
    corrections = FeedEvent.objects.filter(
        node_id=battery.node_id, kind=FeedEvent.CORRECTION, created_at__gt=last
    )
    bodies = corrections.values_list("body", flat=True).iterator()
    days = {
        operating_date(from_iso(body["interval_start"]))
        for body in bodies
        if body["market"] in (battery.market, Market.DAM)
    }
    return PaperDay.objects.filter(battery=battery, date__in=days).exists()


def backtests_waiting(*, now: datetime) -> list[int]:
    """Back-tests nobody works on, oldest first: they wait, or whoever worked on them has died."""
    waiting = Backtest.objects.filter(nobody_works_on_it(now=now)).order_by("pk")
    return list(waiting.values_list("pk", flat=True))


def nobody_works_on_it(*, now: datetime) -> Q:
    """A filter for back-tests that can be begun, or begun anew."""
    abandoned = Q(state=RUNNING) & (Q(alive_at=None) | Q(alive_at__lt=now - DEAD_AFTER))
    return abandoned | Q(state=WAITING)
