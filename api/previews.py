"""`POST /api/v1/rules/preview`: how often a rule would have fired. Changes nothing."""

from http import HTTPStatus
from math import ceil
from typing import Any, NoReturn

from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import may_ask_more
from alerts.judging.preview import NoPreview, preview
from api.fields import Minutes, Time
from api.frame import ApiView
from api.rule_request import OF_OTHERS, OF_USERS, PreviewRequest, RuleRequest
from api.session import ReadingSession
from api.throttle import Throttle
from live.problems import Problem
from live.rate_limit import RateLimits

MOST_TIMES = 1000  # only the last are listed
# A preview keeps a process busy for up to a second. Who may ask more is counted by account, others
# by address.
of_users, of_others = RateLimits(30, 10), RateLimits(10, 10)


class Episode(serializers.Serializer[Any]):
    """One occasion on which the rule would have fired."""

    opened = Time(help_text="When it would have opened.")
    cleared = Time(allow_null=True, help_text="When it would have cleared; null: it lasts.")


class PreviewAnswer(serializers.Serializer[Any]):
    """How often a rule would have fired, and when."""

    fired = serializers.IntegerField(help_text="How often.")
    flaps_suppressed = serializers.IntegerField(
        source="flaps",
        help_text="Crossings of the limit that opened nothing: too short, or in the cool-down.",
    )
    longest_minutes = Minutes(
        source="longest", allow_null=True, help_text="The longest time, in minutes; null: none."
    )
    sentence = serializers.CharField(help_text="The same for people.")
    times = Episode(many=True, source="episodes", help_text="The last 1,000, oldest first.")
    judged = serializers.IntegerField(help_text="Intervals that are held and were judged.")
    expected = serializers.IntegerField(help_text="Intervals that there should be.")
    days = serializers.IntegerField(help_text="Over how many days.")
    days_held = serializers.IntegerField(
        help_text="On how many of these days any price is held; of the others nothing is known."
    )


class PreviewThrottle(Throttle):
    """Limits how many previews a client may ask for."""

    limit = "previews"

    def rates(self, request: Request) -> RateLimits:
        return of_users if may_ask_more(request.user) else of_others


@method_decorator(never_cache, name="dispatch")
class RulePreview(ApiView):
    """How often the rule in the body would have fired, and when."""

    authentication_classes = [ReadingSession]
    throttle_classes = [PreviewThrottle]

    def post(self, request: Request) -> Response:
        bounds = OF_USERS if may_ask_more(request.user) else OF_OTHERS
        rule = RuleRequest(data=request.data, context={"bounds": bounds})
        rule.is_valid(raise_exception=True)
        asked: PreviewRequest = rule.validated_data["asked"]
        try:
            found = preview(asked.rule, asked.conditions, now=timezone.now(), days=asked.days)
        except NoPreview as why:
            raise Problem(HTTPStatus.BAD_REQUEST, f"watched: {why}") from why
        last = found._replace(episodes=found.episodes[-MOST_TIMES:])
        return Response(PreviewAnswer(last).data)

    def throttled(self, request: Request, wait: float | None) -> NoReturn:
        """Raises Problem, which says how long to wait."""
        seconds = ceil(wait or 0)
        sentence = f"Too many previews: ask again in {seconds} seconds."
        raise Problem(HTTPStatus.TOO_MANY_REQUESTS, sentence, seconds)
