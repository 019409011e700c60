"""`/api/v1/batteries/{id}/advice`: what a battery should do now, its plan and its schedule."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.battery_access import battery_of
from api.battery_shapes import REAL_TIME, BatteryAnswer, battery_body, figure
from api.fields import Time
from api.frame import ApiView
from battery.asset import HOUR
from battery.bodies import advice_body, number
from battery.models import Advice, Battery, Schedule
from battery.models.advice import ACTIONS, SOC_SOURCES
from market.intervals import from_iso, iso


class AdviceAnswer(serializers.Serializer[Any]):
    """What a battery should do in an interval, as in its event."""

    battery_id = serializers.IntegerField(help_text="The battery's number.")
    battery = serializers.CharField(help_text="Its name.")
    market = serializers.ChoiceField(choices=REAL_TIME, help_text="Its real-time market.")
    interval_start = Time(help_text="The start of the interval.")
    interval_end = Time(help_text="The end of the interval.")
    made_at = Time(help_text="When it was decided.")
    action = serializers.ChoiceField(choices=ACTIONS, help_text="What to do.")
    power_mw = figure("MW: positive to the grid, negative from it.")
    soc_mwh = figure("MWh at the start of the interval; null: unknown.", allow_null=True)
    soc_source = serializers.ChoiceField(choices=SOC_SOURCES, help_text="Where `soc_mwh` is from.")
    soc_known_at = Time(
        allow_null=True, help_text="When it was last known without reckoning; null: never."
    )
    energy_mwh = figure("MWh in the store when it is full.")
    expected_price = figure(
        "$/MWh: the price that is expected in the interval; null: none is.", allow_null=True
    )
    stored_value = figure(
        "$/MWh: what one more stored MWh is worth; null: nothing was worked out.", allow_null=True
    )
    reason = serializers.CharField(help_text="A sentence for people, in Pacific time.")
    fallback = serializers.CharField(
        allow_blank=True, help_text="Why nothing is acted on; empty: the advice is worked out."
    )


class PlanStep(serializers.Serializer[Any]):
    """An interval of what the advice expects from here on."""

    interval_start = Time(help_text="The start of the interval.")
    interval_end = Time(help_text="The end of the interval.")
    price = figure("$/MWh: what is expected.", allow_null=True)
    low = figure("$/MWh: the lower end of what is likely.", allow_null=True)
    high = figure("$/MWh: the upper end of what is likely.", allow_null=True)
    power_mw = figure("MW: positive to the grid, negative from it.")
    soc_mwh = figure("MWh in the store after it.", allow_null=True)
    usd = figure("$ that the plan has come to by its end, at `price` and net of wear.")


class ScheduleHour(serializers.Serializer[Any]):
    """An hour of a day-ahead schedule."""

    start = Time(help_text="The start of the hour.")
    price = figure("$/MWh: the day-ahead price.")
    power_mw = figure("MW: positive to the grid, negative from it.")
    soc_mwh = figure("MWh in the store after it.")
    stored_value = figure("$/MWh: what one more stored MWh is worth.", allow_null=True)


class ScheduleAnswer(serializers.Serializer[Any]):
    """The optimum against an operating date's day-ahead prices, and how close to it this is."""

    date = serializers.DateField(help_text="The operating date.")
    made_at = Time(help_text="When it was worked out.")
    hours = ScheduleHour(many=True, help_text="In order.")
    net_usd = figure("$ that it earns at day-ahead prices, net of wear.")
    bound_usd = figure("$ that no schedule can exceed.")
    gap = figure("How far the schedule may be from the best, as a fraction of it.")


class BatteryAdviceAnswer(serializers.Serializer[Any]):
    """A battery's newest advice, its plan and its newest schedule."""

    battery = BatteryAnswer(help_text="The battery.")
    advice = AdviceAnswer(allow_null=True, help_text="The newest; null: there is none yet.")
    plan = PlanStep(many=True, help_text="What the advice expects, in order.")
    known = serializers.DictField(
        help_text="What was known: until when prices were, when quantiles were made, and the like."
    )
    schedule = ScheduleAnswer(
        allow_null=True, help_text="Of the newest operating date; null: there is none yet."
    )


@method_decorator(never_cache, name="dispatch")
class BatteryAdvice(ApiView):
    """What a battery should do now, and its plan."""

    authentication_classes = []

    def get(self, request: Request, battery_id: int) -> Response:
        battery = battery_of(battery_id)
        advice = battery.advice.select_related("battery").order_by("-interval_start").first()
        schedule = battery.schedules.order_by("-date").first()
        return Response(
            {
                "battery": battery_body(battery, now=timezone.now()),
                "advice": advice_body(advice) if advice else None,
                "plan": plan_of(advice) if advice else [],
                "known": advice.known if advice else {},
                "schedule": schedule_body(schedule) if schedule else None,
            }
        )


def plan_of(advice: Advice) -> list[dict[str, Any]]:
    """The plan's intervals, each with what the plan has come to by its end."""
    usd, found = 0.0, []
    for start, end, price, low, high, power_mw, soc_mwh in steps(advice):
        hours = (from_iso(end) - from_iso(start)) / HOUR
        usd += earned(advice.battery, power_mw, price, hours)
        step = {"interval_start": start, "interval_end": end, "price": price, "low": low}
        step |= {"high": high, "power_mw": power_mw, "soc_mwh": soc_mwh, "usd": round(usd, 4)}
        found.append(step)
    return found


def steps(advice: Advice) -> Iterator[tuple[Any, ...]]:
    """The rows of a plan, each with its end behind its start: where the next one begins.

    The last is as long as the one before it.
    """
    starts = [row[0] for row in advice.plan]
    length = advice.interval_end - advice.interval_start
    for start, later in pairwise(map(from_iso, starts)):
        length = later - start
    ends = [*starts[1:], *(iso(from_iso(start) + length) for start in starts[-1:])]
    for row, end in zip(advice.plan, ends, strict=True):
        yield row[0], end, *row[1:]


def earned(battery: Battery, power_mw: float, price: float | None, hours: float) -> float:
    """$ of an interval at a price, net of wear; nothing where no price is expected."""
    wear = float(battery.wear_usd_mwh) * max(power_mw, 0.0)
    return hours * (power_mw * price - wear) if price is not None else 0.0


def schedule_body(schedule: Schedule) -> dict[str, Any]:
    """A schedule as the API shows it."""
    names = ("start", "price", "power_mw", "soc_mwh", "stored_value")
    return {
        "date": schedule.date.isoformat(),
        "made_at": iso(schedule.made_at),
        "hours": [dict(zip(names, row, strict=True)) for row in schedule.hours],
        "net_usd": number(schedule.net_usd),
        "bound_usd": number(schedule.bound_usd),
        "gap": schedule.gap,
    }
