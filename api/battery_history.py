"""`/api/v1/batteries/{id}/history`: what advice that was issued came to on paper."""

import re
from http import HTTPStatus
from typing import Any

from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.battery_access import battery_of
from api.battery_shapes import figure
from api.fields import Time
from api.frame import ApiView
from battery.results import day_body, days_of, last_days, month_of, sums_body
from live.problems import Problem
from market.intervals import operating_date

DAYS, MOST_DAYS = 30, 366


class Outcome(serializers.Serializer[Any]):
    """What some time on paper came to; intervals without advice or a price are in no sum."""

    settled = serializers.IntegerField(help_text="How many intervals were settled.")
    excluded = serializers.IntegerField(help_text="How many lacked advice or a price.")
    revenue_usd = figure("$ at real-time prices.")
    wear_usd = figure("$ of wear.")
    net_usd = figure("$: `revenue_usd` less `wear_usd`.")
    two_settlement_usd = figure("$ net, with the schedule at day-ahead prices, the rest at RT.")
    perfect_usd = figure("$ net that perfect foresight had earned over the same intervals.")
    cycles = figure("How often the usable energy went out.")
    share_of_perfect = figure(
        "`net_usd` as a fraction of `perfect_usd`; null: there was nothing to earn.",
        allow_null=True,
    )
    rivals = serializers.DictField(
        child=serializers.FloatField(),
        help_text="$ net of other policies over the same intervals, by their names.",
    )


class RestatementAnswer(serializers.Serializer[Any]):
    """A correction that changed a result after it was shown."""

    at = Time(help_text="When it was restated.")
    interval_start = Time(help_text="The interval whose price was corrected.")
    old_price = figure("$/MWh: what it was; null: it had none.", allow_null=True)
    new_price = figure("$/MWh: what it is; null: it has none.", allow_null=True)
    old_net_usd = figure("$ that the day had come to.")
    new_net_usd = figure("$ that it comes to.")
    why = serializers.CharField(help_text="A sentence for people.")


class DayOutcome(Outcome):
    """One operating date on paper, settled on the newest prices."""

    date = serializers.DateField(help_text="The operating date.")
    restatements = RestatementAnswer(many=True, help_text="Oldest first.")


class MonthOutcome(Outcome):
    """The month so far on paper."""

    until = serializers.DateField(help_text="The last day, included.")
    days = serializers.IntegerField(help_text="How many days it is of.")

    def get_fields(self) -> Any:
        """With `from`, which is a word of Python."""
        first = serializers.DateField(help_text="The first day.")
        return {"from": first, **super().get_fields()}


class HistoryAnswer(serializers.Serializer[Any]):
    """A battery's days on paper."""

    days = DayOutcome(many=True, help_text="Oldest first; days without advice are missing.")
    month = MonthOutcome(help_text="The month that runs.")
    yesterday = DayOutcome(allow_null=True, help_text="Yesterday; null: there was no advice.")


@method_decorator(never_cache, name="dispatch")
class BatteryHistory(ApiView):
    """What advice came to on paper, day by day and this month."""

    authentication_classes = []

    def get(self, request: Request, battery_id: int) -> Response:
        battery, count = battery_of(battery_id), count_of(request)
        today = operating_date(timezone.now())
        first, month = last_days(today, count)[0], month_of(today)
        held = days_of(battery, min(first, month[0]), today)
        bodies = {day.date: day_body(day) for day in held if day.date >= first}
        yesterday = last_days(today, 2)[0]
        found = next((day for day in held if day.date == yesterday), None)
        return Response(
            {
                "days": list(bodies.values()),
                "month": sums_body([day for day in held if day.date >= month[0]], *month),
                "yesterday": day_body(found) if found else None,
            }
        )


def count_of(request: Request) -> int:
    """How many days a request wants. Raises Problem."""
    text = request.query_params.get("days", str(DAYS))
    count = int(text) if re.fullmatch("[0-9]{1,3}", text) else 0
    if not 1 <= count <= MOST_DAYS:
        raise Problem(
            HTTPStatus.BAD_REQUEST,
            f"{text[:20]!r} days; there are 1 to {MOST_DAYS} in one answer.",
        )
    return count
