"""`/api/v1/measures`: what the last days' prices come to by the measures people compare by."""

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.days import days_of
from api.frame import ApiView
from api.shared_answers import SharedAnswers
from api.views import node_of
from battery.hub_measures import ByHour
from battery.newest_measures import newest_measures
from market.intervals import operating_date
from prices.models import Feed, Node

# A month takes a processor 0.12 s, 92 days 0.36 s.
shared = SharedAnswers(timedelta(minutes=1))


def figure(meaning: str, **options: Any) -> serializers.FloatField:
    """A number with its unit."""
    return serializers.FloatField(help_text=meaning, **options)


class MeanSpreads(serializers.Serializer[Any]):
    """What 1 MW earns in a day without losses or wear, on average over the days."""

    tb1 = figure("$/MW-day: the dearest hour less the cheapest.")
    tb2 = figure("$/MW-day: the two dearest hours less the two cheapest.")
    tb4 = figure("$/MW-day: the four dearest hours less the four cheapest.")
    tb4_usd_kw_month = figure(
        "$/kW-month: what TB4 each day comes to, of which losses and wear are not taken off."
    )


class DayOfTb4(serializers.Serializer[Any]):
    """A day and what it was worth."""

    date = serializers.DateField(help_text="The operating date, the first of equals.")
    tb4 = figure("$/MW-day: its TB4 by whole hours.")


class WorstDays(serializers.Serializer[Any]):
    """The worst 5 % of days, by TB4 of whole hours."""

    days = serializers.IntegerField(help_text="How many days that is, rounded down.")
    threshold_tb4 = figure("$/MW-day that 19 days of 20 come to or exceed.", source="threshold_usd")
    mean_tb4 = figure("$/MW-day: the mean of the worst.", source="mean_usd")


class MarketMeasures(serializers.Serializer[Any]):
    """What one market's whole days come to."""

    days = serializers.IntegerField(help_text="How many days are held whole; others count not.")
    hourly = MeanSpreads(help_text="TBs of whole clock hours, by their mean price.")
    sorted_intervals = MeanSpreads(
        help_text="TBs of the market's own intervals, sorted: as much time, never less dollars."
    )
    volatility = figure(
        "$/MWh: the sample standard deviation of changes from each interval to the next."
    )
    negative_hours = figure("Hours' worth of intervals with a price below 0.")
    best_day = DayOfTb4(help_text="The day of the highest TB4.")
    worst_day = DayOfTb4(help_text="The day of the lowest TB4.")
    worst_days = WorstDays(allow_null=True, help_text="null: there are fewer than 20 days.")


class SpreadOfHour(serializers.Serializer[Any]):
    """What a real-time market lies above the day-ahead one at an hour of the day."""

    hour = serializers.IntegerField(help_text="0 to 23 on a clock in California.")
    days = serializers.IntegerField(help_text="How many hours it is of, held whole in both.")
    mean = figure("$/MWh: the mean of their means.")
    low = figure("$/MWh: a tenth of them are below.")
    high = figure("$/MWh: a tenth of them are above.")


class MeasuresAnswer(serializers.Serializer[Any]):
    """The measures of some days at one hub."""

    hub = serializers.CharField(help_text="The hub.")
    node = serializers.CharField(help_text="Its name at CAISO.")
    first_date = serializers.DateField(help_text="The first operating date looked at.")
    last_date = serializers.DateField(help_text="The last one: yesterday.")
    da = MarketMeasures(allow_null=True, help_text="Day-ahead; null: no day is held whole.")
    fmm = MarketMeasures(
        allow_null=True, help_text="Fifteen-minute (RTPD); null: no day is held whole."
    )
    rt = MarketMeasures(allow_null=True, help_text="Five-minute (RTM); null: no day is held whole.")
    fmm_spread_by_hour = SpreadOfHour(
        many=True, help_text="RTPD less day-ahead; hours without any are left out."
    )
    rt_spread_by_hour = SpreadOfHour(
        many=True, help_text="RTM less day-ahead; hours without any are left out."
    )


@method_decorator(never_cache, name="dispatch")
class Measures(ApiView):
    """TB1, TB2, TB4, $/kW-month, volatility, negative hours and spreads by hour."""

    authentication_classes = []

    def get(self, request: Request) -> Response:
        count, node, now = days_of(request), node_of(request), timezone.now()
        head = Feed.objects.filter(node=node).values_list("epoch", "head").first()
        key = (node.pk, head, count, operating_date(now))
        return Response(shared.get(key, lambda: answer(node, count, now=now), now=now))


def answer(node: Node, count: int, *, now: datetime) -> dict[str, Any]:
    """The answer of this moment; what leaves no event is in it a minute later."""
    found = newest_measures(node, count, now=now)
    body = found._asdict() | {
        "hub": node.hub,
        "node": node.oasis_name,
        "fmm_spread_by_hour": hours_of(found.fmm_spread_by_hour),
        "rt_spread_by_hour": hours_of(found.rt_spread_by_hour),
    }
    return dict(MeasuresAnswer(body).data)


def hours_of(found: ByHour) -> list[dict[str, Any]]:
    return [{"hour": hour} | spread._asdict() for hour, spread in found.items()]
