"""The state of the source: when it last answered, and why it does not, from the requests made.

All of it from the database: who asks for it never asks Redis.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import NamedTuple

from django.conf import settings
from django.utils import timezone

from market.markets import Market
from prices import readings
from prices.models import FetchRun
from prices.source_trouble import Failure, Record, trouble

WATCHED_SINCE = timezone.now()  # when this process started
NEVER: Mapping[str, datetime] = MappingProxyType({})


class SourceState(NamedTuple):
    """Seconds since OASIS last answered, why it does not, and when it last did by market.

    A market for which it never answered a poll is missing in `answered`.
    """

    age_s: float | None
    trouble: str | None
    answered: Mapping[str, datetime] = NEVER


def source_state(*, now: datetime) -> SourceState:
    """What is known of the source: six quick queries if it is well."""
    answered = (
        FetchRun.objects.filter(outcome__in=FetchRun.ANSWERED)
        .order_by("-started_at")
        .values_list("started_at", flat=True)
        .first()
    )
    age_s = None if answered is None else round((now - answered) / timedelta(seconds=1), 1)
    why = trouble(record_of(answered), settings.PRICE_SOURCE, now=now)
    return SourceState(age_s, why, answered_polls())


def answered_polls() -> dict[str, datetime]:
    """When the source last answered a poll, by market; a market that it never did is missing."""
    polls = FetchRun.objects.filter(purpose=FetchRun.POLL, outcome__in=FetchRun.ANSWERED)
    newest = {
        market: polls.filter(market=market)
        .order_by("-started_at")
        .values_list("started_at", flat=True)
        .first()
        for market in Market
    }
    return {market.value: at.replace(microsecond=0) for market, at in newest.items() if at}


def record_of(answered: datetime | None) -> Record:
    """What the source did since it last answered."""
    oldest, newest = failures(answered)
    return Record(
        answered_at=answered,
        failing_since=oldest.started_at if oldest else None,
        newest=newest,
        watched_since=WATCHED_SINCE,
        has_prices=readings.any_held(),
    )


def failures(answered: datetime | None) -> tuple[Failure | None, Failure | None]:
    """The first and the newest failed request since the source last answered."""
    runs = FetchRun.objects.exclude(outcome__in=FetchRun.ANSWERED)
    since = runs.filter(started_at__gt=answered) if answered else runs
    columns = since.values_list("started_at", "outcome", "status", "detail")
    oldest = columns.order_by("started_at").first()
    newest = columns.order_by("-started_at").first() if oldest else None
    return (Failure(*oldest) if oldest else None, Failure(*newest) if newest else None)
