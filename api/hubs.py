"""`/api/v1/hubs`: the prices now at all hubs at once, and what each lies above the first."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from alerts.models import Alert
from alerts.states import OPEN, in_state
from api.fields import Time
from api.frame import ApiView
from api.shared_answers import SharedAnswers
from live.slugs import DEFAULT_HUB
from market.intervals import floor, iso
from market.markets import Market
from prices.hubs_now import hubs_now
from prices.models import Feed, Node

# Every open page asks soon after a price.
shared = SharedAnswers(timedelta(seconds=2))
QUALITIES = ["observed", "corrected", "unverified", "cached", "interpolated", "previous_day"]


def price(meaning: str, **options: Any) -> serializers.FloatField:
    """A price in $/MWh, which may be missing."""
    return serializers.FloatField(allow_null=True, help_text=f"$/MWh: {meaning}", **options)


class Hub(serializers.Serializer[Any]):
    """The prices now at one hub."""

    hub = serializers.CharField(source="node.hub", help_text="The hub.")
    node = serializers.CharField(source="node.oasis_name", help_text="Its name at CAISO.")
    rt_price = price("as in the price now of this hub alone.", source="shown.lmp")
    rt_timestamp = Time(
        source="shown.interval_start",
        allow_null=True,
        help_text="The start of the interval that `rt_price` is of.",
    )
    rt_quality = serializers.ChoiceField(
        source="shown.quality",
        choices=QUALITIES,
        allow_null=True,
        help_text="How `rt_price` was obtained, as in the price now.",
    )
    stale = serializers.BooleanField(help_text="As in the price now.")
    fmm_price = price("the fifteen-minute price of the quarter hour that runs.", source="fmm")
    da_price = price("the day-ahead price of the hour that runs.", source="da")
    spread = price(
        "`rt_price` less the day-ahead price of its own hour; null also for an estimate."
    )
    basis = price(
        f"`rt_price` less that of {DEFAULT_HUB}; null: they are of different intervals, or one of "
        "them is an estimate.",
    )
    basis_da = price(f"`da_price` less that of {DEFAULT_HUB}.")


class HubsAnswer(serializers.Serializer[Any]):
    """The prices now at every tracked hub."""

    hubs = Hub(many=True, help_text="Always in the same order.")
    open_alerts = serializers.IntegerField(help_text="How many alerts are open at all of them.")
    source = serializers.ChoiceField(  # type: ignore[assignment]
        choices=["oasis", "simulator"],
        help_text="Where prices come from; `simulator`: they are made up.",
    )
    server_time = Time(help_text="The server's clock.")


@method_decorator(never_cache, name="dispatch")
class Hubs(ApiView):
    """The prices now at every tracked hub."""

    authentication_classes = []

    def get(self, request: Request) -> Response:
        now = timezone.now()
        nodes = list(Node.objects.tracked())
        heads = tuple(Feed.objects.order_by("pk").values_list("epoch", "head"))
        key = (heads, tuple(node.slug for node in nodes), floor(now, Market.RTM))
        found = shared.get(key, lambda: answer(nodes, now=now), now=now)
        return Response({**found, "server_time": iso(now)})


def answer(nodes: Sequence[Node], *, now: datetime) -> dict[str, Any]:
    """The answer of this moment."""
    found = {
        "hubs": hubs_now(nodes, DEFAULT_HUB.lower(), now=now),
        "open_alerts": in_state(Alert.objects.all(), OPEN).count(),
        "source": settings.PRICE_SOURCE,
        "server_time": now,
    }
    return dict(HubsAnswer(found).data)
