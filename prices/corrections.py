"""The corrections sweep: days that CAISO may have revised are fetched again.

Prices are revised in place for days to two weeks (facts, item 9). PRC_CORR_GRP names the trade
dates that were corrected, without the new prices: those days are fetched again too.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from prices.ingest import Ingested, ask_whether_corrected
from prices.intervals import day_bounds, midnight, operating_date
from prices.market import Market
from prices.models import FetchRun, Node, Price
from prices.oasis_query import CORRECTIONS_GROUP, MOST_NODES
from prices.politeness import Manner
from prices.polling import ANSWERED, ask

DAYS_BACK = (1, 3, 7, 14)


def sweep_next(*, now: datetime) -> Ingested:
    """Make the next check of today that is still to be made: one request for ten nodes a call.

    Raises the errors of `oasis_errors`, and NoToken.
    """
    for day in days_to_look_up(now=now):
        ask_whether_corrected(*day_bounds(day))
        return Ingested()
    for market, day in days_to_fetch(now=now):
        return fetch_again(market, day, now=now)
    return Ingested()


def days_to_look_up(*, now: datetime) -> Iterator[date]:
    """Days of the last two weeks whose list of corrections was not asked for today."""
    today = operating_date(now)
    for back in range(1, max(DAYS_BACK) + 1):
        day = today - timedelta(days=back)
        if any(is_held(market, day) for market in Market) and not answered_since(
            CORRECTIONS_GROUP, day, midnight(today)
        ):
            yield day


def days_to_fetch(*, now: datetime) -> Iterator[tuple[Market, date]]:
    """Markets and days to be fetched again: by the calendar, and those listed as corrected."""
    today = operating_date(now)
    for back in range(1, max(DAYS_BACK) + 1):
        day = today - timedelta(days=back)
        listed = listed_at(day)
        since = midnight(today) if back in DAYS_BACK else listed
        for market in Market:
            if since and is_held(market, day) and not answered_since(market.report, day, since):
                yield market, day


def is_held(market: Market, day: date) -> bool:
    """Whether there is anything of `day` that could have been corrected."""
    start, end = day_bounds(day)
    rows = Price.objects.filter(market=market.value, node__tracked=True)
    return rows.between(start, end).exists()


def answered_since(report: str, day: date, moment: datetime) -> bool:
    """Whether the whole of `day` was asked for, and answered, since `moment`."""
    start, end = day_bounds(day)
    return FetchRun.objects.filter(
        report=report,
        window_start__lte=start,
        window_end__gte=end,
        started_at__gte=moment,
        outcome__in=ANSWERED,
    ).exists()


def listed_at(day: date) -> datetime | None:
    """When OASIS last listed a correction of `day`."""
    start, _ = day_bounds(day)
    runs = FetchRun.objects.filter(
        report=CORRECTIONS_GROUP, window_start=start, outcome=FetchRun.OK, rows__gt=0
    )
    return runs.order_by("started_at").values_list("started_at", flat=True).first()


def fetch_again(market: Market, day: date, *, now: datetime) -> Ingested:
    """A whole day of one market, for all tracked nodes."""
    nodes = list(Node.objects.tracked())
    ingested = Ingested()
    for first in range(0, len(nodes), MOST_NODES):
        some = nodes[first : first + MOST_NODES]
        ingested.add(ask(market, some, *day_bounds(day), Manner.PATIENT, now=now))
    return ingested
