"""`/api/v1/source`: what a heartbeat says about the source, for clients without a feed."""

from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.fields import Time
from api.frame import ApiView
from prices.source_state import source_state


class SourceAnswer(serializers.Serializer[Any]):
    """Where prices come from, and whether it answers."""

    source = serializers.ChoiceField(  # type: ignore[assignment]
        choices=["oasis", "simulator"],
        help_text="Where prices come from; `simulator`: they are made up.",
    )
    server_time = Time(help_text="The server's clock.")
    source_age_s = serializers.FloatField(
        allow_null=True, help_text="Seconds since the source last answered; null: it never has."
    )
    source_trouble = serializers.CharField(
        allow_null=True,
        help_text="Why the source does not answer, a sentence for people; null: nothing to say.",
    )
    source_answered = serializers.DictField(
        child=Time(),
        help_text="When the source last answered a poll, by market; if never, it is missing.",
    )


@method_decorator(never_cache, name="dispatch")
class Source(ApiView):
    """The state of the source of prices."""

    authentication_classes = []  # polled by every page without a feed, logged in or not

    def get(self, request: Request) -> Response:
        now = timezone.now()
        state = source_state(now=now)
        answer = {
            "source": settings.PRICE_SOURCE,
            "server_time": now,
            "source_age_s": state.age_s,
            "source_trouble": state.trouble,
            "source_answered": dict(state.answered),
        }
        return Response(SourceAnswer(answer).data)
