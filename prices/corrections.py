"""The corrections sweep: days that CAISO may have revised are fetched again.

CAISO changes prices in place, without notice, for several days to two weeks after the operating
date. PRC_CORR_GRP lists what was corrected on a trade date, but not the new prices: such days are
fetched again too.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from market.intervals import day_bounds, midnight, operating_date
from market.markets import Market
from oasis.query import CORRECTIONS_GROUP, groups
from prices.ingest import Ingested, fetch_correction_list
from prices.models import FetchRun, Node, Price
from prices.polling import ask
from prices.standings import left_alone

DAYS_BACK = (1, 3, 7, 14)
LISTED_DAYS = 14
AFTER_TROUBLE = timedelta(hours=1)
# Error 1015 means that the GroupZip is being prepared: ask again after 30 seconds.
WHILE_PREPARING = timedelta(seconds=30)


class Check(NamedTuple):
    """A whole day of one market, for up to ten nodes."""

    market: Market
    day: date
    nodes: Sequence[Node]


def sweep_next(*, now: datetime) -> Ingested:
    """Make the next of today's checks that is still to be made: one request per call.

    The fixed days come before those that the list of corrections adds. Raises the errors of
    `oasis.errors`, and NoTurn.
    """
    if left_alone(now=now):
        return Ingested()
    for check in days_to_fetch(now=now):
        start, end = day_bounds(check.day)
        return ask(check.market, check.nodes, start, end, FetchRun.SWEEP, now=now)
    for day in days_to_look_up(now=now):
        fetch_correction_list(*day_bounds(day))
        break
    return Ingested()


def days_to_fetch(*, now: datetime) -> Iterator[Check]:
    """What is to be fetched again: yesterday, D-3, D-7, D-14 and days listed as corrected."""
    today = operating_date(now)
    nodes = list(Node.objects.tracked())
    for back in range(1, LISTED_DAYS + 1):
        day = today - timedelta(days=back)
        since = midnight(today) if back in DAYS_BACK else listed_at(day)
        for market in Market:
            for some in groups(nodes):
                check = Check(market, day, some)
                if since and is_held(check) and may_ask(check, since, now=now):
                    yield check


def days_to_look_up(*, now: datetime) -> Iterator[date]:
    """Days of the last two weeks with prices, whose corrections were not looked up today."""
    today = operating_date(now)
    for back in range(1, LISTED_DAYS + 1):
        day = today - timedelta(days=back)
        runs = FetchRun.objects.filter(
            report=CORRECTIONS_GROUP, window_start=midnight(day), started_at__gte=midnight(today)
        )
        held = Price.objects.filter(node__tracked=True).between(*day_bounds(day))
        if held.exists() and rested(runs.order_by("-started_at").first(), now=now):
            yield day


def may_ask(check: Check, since: datetime, *, now: datetime) -> bool:
    """Whether a check was not answered since `since`, nor tried in vain within the hour.

    A day fetched in halves is answered when its last half is.
    """
    runs = FetchRun.objects.filter(
        purpose=FetchRun.SWEEP,
        market=check.market.value,
        nodes=",".join(node.oasis_name for node in check.nodes),
        window_end=day_bounds(check.day)[1],
        started_at__gte=since,
    )
    return rested(runs.order_by("-started_at").first(), now=now)


def rested(last: FetchRun | None, *, now: datetime) -> bool:
    """Whether to ask again after `last`: never after an answer, and after trouble in a while."""
    if last is None:
        return True
    rest = WHILE_PREPARING if last.outcome == "still_preparing" else AFTER_TROUBLE
    return last.outcome not in FetchRun.ANSWERED and now - last.started_at >= rest


def is_held(check: Check) -> bool:
    """Whether there are prices that could have been corrected."""
    rows = Price.objects.filter(market=check.market.value, node__in=check.nodes)
    return rows.between(*day_bounds(check.day)).exists()


def listed_at(day: date) -> datetime | None:
    """When OASIS first listed as many corrections of `day` as now; None if it lists none."""
    runs = FetchRun.objects.filter(
        report=CORRECTIONS_GROUP, window_start=midnight(day), outcome=FetchRun.OK, rows__gt=0
    )
    return runs.order_by("-rows", "started_at").values_list("started_at", flat=True).first()
