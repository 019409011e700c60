"""What there is to calculate, by what is stored. It is asked every ten seconds: the queries are few
and cheap.
"""

from datetime import datetime

from battery.advice.ready import is_awaited, wanting
from battery.models import Backtest, Battery
from battery.models.backtests import nobody_works_on_it
from battery.paper.due import may_be_outdated, unsettled


def advice_is_due(*, now: datetime) -> bool:
    """Whether it is time to advise any battery for the interval that begins next."""
    return bool(wanting(now=now))


def advice_is_near(*, now: datetime) -> bool:
    """Whether advice will be due as soon as a price is there that usually comes about now."""
    return is_awaited(now=now)


def settling_is_due(*, now: datetime) -> bool:
    """Whether a battery on paper has a day to settle, or one whose prices may have changed."""
    batteries = Battery.objects.filter(active=True).select_related("node")
    return any(
        unsettled(battery, now=now) or may_be_outdated(battery, now=now) for battery in batteries
    )


def backtests_waiting(*, now: datetime) -> list[int]:
    """Back-tests nobody works on, oldest first: they wait, or whoever worked on them has died."""
    waiting = Backtest.objects.filter(nobody_works_on_it(now=now)).order_by("pk")
    return list(waiting.values_list("pk", flat=True))
