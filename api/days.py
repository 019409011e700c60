"""`/api/v1/days`: what each day's prices come to, and how today compares with the month."""

import re
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.fields import Time
from api.frame import ApiView
from api.shared_answers import SharedAnswers
from api.views import node_of
from live.problems import Problem
from market.intervals import operating_date
from prices.held_days import newest_days
from prices.models import Feed, Node

DAYS, MOST_DAYS = 30, 92
# A month takes a processor 70 ms, and after a correction every open page asks for it.
shared = SharedAnswers(timedelta(minutes=1))


def price(meaning: str, **options: Any) -> serializers.FloatField:
    """A price in $/MWh."""
    return serializers.FloatField(help_text=f"$/MWh: {meaning}", **options)


def dollars(n: int) -> serializers.FloatField:
    """TBn."""
    return serializers.FloatField(
        allow_null=True,
        help_text=f"$ for 1 MW: the means of the {n} dearest hours less those of the {n} cheapest. "
        f"Of hours held from end to end; null: there are fewer than {2 * n}.",
    )


class DayFigures(serializers.Serializer[Any]):
    """What one market's prices of an operating date come to, as far as they are held."""

    held = serializers.IntegerField(help_text="How many intervals are held.")
    expected = serializers.IntegerField(help_text="How many the whole day has.")
    whole = serializers.BooleanField(help_text="Whether every interval of the day is held.")
    average = price("the mean of all held.")
    high = price("the highest.")
    high_start = Time(help_text="The start of its interval, the first of equals.")
    low = price("the lowest.")
    low_start = Time(help_text="The start of its interval, the first of equals.")
    on_peak = price(
        "the mean of hours ending 7 to 22, Monday to Saturday but not on NERC's holidays; null: "
        "none is held.",
        allow_null=True,
    )
    off_peak = price("the mean of all other hours; null: none is held.", allow_null=True)
    negative_minutes = serializers.IntegerField(help_text="For how long prices were below zero.")
    tb2 = dollars(2)
    tb4 = dollars(4)


class Day(serializers.Serializer[Any]):
    """An operating date: 23, 24 or 25 hours from one Pacific midnight to the next."""

    date = serializers.DateField(help_text="The operating date.")
    rt = DayFigures(allow_null=True, help_text="Real-time; null: nothing is held.")
    da = DayFigures(allow_null=True, help_text="Day-ahead; null: nothing is held.")
    da_beside = price(
        "the day-ahead average over the intervals that `rt.average` is of; null: there are none, "
        "or a day-ahead hour is missing.",
        allow_null=True,
    )


class Rank(serializers.Serializer[Any]):
    """Today's place among some days, itself included: 1 for the highest."""

    rank = serializers.IntegerField(help_text="The place; equal days share the better one.")
    of = serializers.IntegerField(help_text="How many days are compared, today included.")


class Ranks(serializers.Serializer[Any]):
    """Today among the last 30 operating dates, of which 95 % of the intervals compared are held."""

    until = Time(
        allow_null=True, help_text="Where today's real-time prices end; null: none is held."
    )
    rt_average = Rank(
        allow_null=True,
        help_text="Of the real-time averages from midnight to `until`, on the other days to the "
        "same time by the Pacific clock; null: today has too few prices, or no other day enough.",
    )
    da_average = Rank(allow_null=True, help_text="Of the day-ahead averages; null: the same.")
    da_tb4 = Rank(allow_null=True, help_text="Of the day-ahead TB4; null: the same.")


class DaysAnswer(serializers.Serializer[Any]):
    """The figures of some days at one hub."""

    hub = serializers.CharField(help_text="The hub.")
    node = serializers.CharField(help_text="Its name at CAISO.")
    today = serializers.DateField(help_text="The operating date that runs.")
    days = Day(
        many=True,
        help_text="Oldest first, each day up to today, or to tomorrow once any of it is held.",
    )
    rank = Ranks(help_text="How today compares with the days before it.")


@method_decorator(never_cache, name="dispatch")
class Days(ApiView):
    """Averages, extremes, on-peak, off-peak, TB2 and TB4 by day."""

    authentication_classes = []

    def get(self, request: Request) -> Response:
        count, node, now = days_of(request), node_of(request), timezone.now()
        head = Feed.objects.filter(node=node).values_list("epoch", "head").first()
        key = (node.pk, head, count, operating_date(now))
        return Response(shared.get(key, lambda: answer(node, count, now=now), now=now))


def answer(node: Node, count: int, *, now: datetime) -> dict[str, Any]:
    """The answer of this moment; what leaves no event is in it a minute later."""
    found = newest_days(node, count, now=now)
    body = {
        "hub": node.hub,
        "node": node.oasis_name,
        "today": found.today,
        "days": found.days,
        "rank": found.ranks,
    }
    return dict(DaysAnswer(body).data)


def days_of(request: Request) -> int:
    """How many days a request wants. Raises Problem."""
    text = request.query_params.get("days", str(DAYS))
    count = int(text) if re.fullmatch("[0-9]{1,2}", text) else 0
    if not 1 <= count <= MOST_DAYS:
        raise Problem(
            HTTPStatus.BAD_REQUEST,
            f"{text[:20]!r} days; there are 1 to {MOST_DAYS} in one answer.",
        )
    return count
