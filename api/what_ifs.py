"""`POST /api/v1/batteries/{id}/what-if`: what another size would have earned. Changes nothing."""

from decimal import Decimal
from http import HTTPStatus
from math import ceil
from typing import Any, NoReturn

from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import may_ask_more
from api.battery_access import battery_of
from api.battery_shapes import figure
from api.fields import PlainNumber, WholeNumber
from api.frame import ApiView
from api.session import ReadingSession
from api.strict import Known
from api.throttle import Throttle
from battery import asking
from battery.asset import Impossible
from battery.what_ifs.variant import DAYS, MOST_DAYS
from live.problems import Problem
from live.rate_limit import RateLimits

RETRY_AFTER = 5
# One takes the process that calculates up to a second. Who may ask more is counted by account,
# others by address.
of_users, of_others = RateLimits(30, 10), RateLimits(10, 10)


class WhatIfRequest(Known):
    """What would be different; what is not named is as it is."""

    energy_mwh = PlainNumber(required=False, help_text="MWh in the store when it is full.")
    power_mw = PlainNumber(required=False, help_text="MW in each direction.")
    round_trip_percent = PlainNumber(
        required=False, help_text="%: MWh delivered for each 100 MWh from the grid."
    )
    wear_usd_mwh = PlainNumber(required=False, help_text="$ for each MWh delivered.")
    cycles_per_day = PlainNumber(
        required=False, allow_null=True, help_text="A cap, met on average; null: none."
    )
    days = WholeNumber(
        default=DAYS, min_value=1, max_value=MOST_DAYS, help_text="Over how many past days."
    )


class Earned(serializers.Serializer[Any]):
    """What a battery had earned by following each day's day-ahead schedule."""

    net_usd = figure("$: revenue less wear.")
    revenue_usd = figure("$ at real-time prices.")
    wear_usd = figure("$ of wear.")
    cycles = figure("How often a day the usable energy went out, on average.")
    usd_kw_month = figure("$ for each kW and month.", allow_null=True)
    days = serializers.IntegerField(help_text="Days without gaps, which it is of.")
    perfect_usd = figure("$ net that nobody could have exceeded, knowing every price ahead.")
    day_ahead_usd = figure("$ net by the day-ahead schedule: the same as `net_usd`.")


class WhatIfAnswer(serializers.Serializer[Any]):
    """The battery as it is, and as it would be, over the same days."""

    text = serializers.CharField(help_text="What is meant by earned, for people.")
    until = serializers.DateField(help_text="The last day, included.")
    as_is = Earned(help_text="The battery as it is.")
    what_if = Earned(help_text="The battery as it would be.")
    by_month = serializers.ListField(
        child=serializers.DictField(), help_text="Both by month, oldest first."
    )
    by_hour = serializers.ListField(
        child=serializers.DictField(), help_text="Both by the hour of the Pacific day."
    )
    today_plan = serializers.DictField(
        help_text="The best for today's day-ahead prices, and tomorrow's once they are out; empty "
        "without."
    )

    def get_fields(self) -> Any:
        """With `from`, which is a word of Python."""
        first = serializers.DateField(help_text="The first day.")
        return {"from": first, **super().get_fields()}


class WhatIfThrottle(Throttle):
    """Limits how many what-ifs a client may ask for."""

    limit = "what-ifs"

    def rates(self, request: Request) -> RateLimits:
        return of_users if may_ask_more(request.user) else of_others


@method_decorator(never_cache, name="dispatch")
class WhatIf(ApiView):
    """What another battery in place of this one would have earned."""

    authentication_classes = [ReadingSession]
    throttle_classes = [WhatIfThrottle]

    def post(self, request: Request, battery_id: int) -> Response:
        battery = battery_of(battery_id)
        asked = WhatIfRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        try:
            return Response(asking.ask_what_if(battery.pk, plain(asked.validated_data)))
        except Impossible as why:
            raise Problem(HTTPStatus.BAD_REQUEST, str(why)) from why
        except asking.NoAnswer as why:
            raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, str(why), RETRY_AFTER) from why

    def throttled(self, request: Request, wait: float | None) -> NoReturn:
        """Raises Problem, which says how long to wait."""
        seconds = ceil(wait or 0)
        sentence = f"Too many what-ifs: ask again in {seconds} seconds."
        raise Problem(HTTPStatus.TOO_MANY_REQUESTS, sentence, seconds)


def plain(values: dict[str, Any]) -> dict[str, Any]:
    """Values as JSON has them."""
    return {name: float(one) if isinstance(one, Decimal) else one for name, one in values.items()}
