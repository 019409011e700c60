"""`POST /api/v1/rules/preview`: how often a rule would have fired. Changes nothing."""

import time
from datetime import datetime, timedelta
from http import HTTPStatus
from math import ceil

from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from alerts.judging.preview import Preview, preview
from alerts.rules.episodes import Episode
from api import json_body
from api.rule_request import OF_OTHERS, OF_STAFF, wish
from live.connection_limits import client_address
from live.problems import Problem, told_as_problem
from live.rate_limit import RateLimit, RateLimits
from market.intervals import iso
from prices.feed import Body

MINUTE = timedelta(minutes=1)
MOST_TIMES = 1000  # the last of them
# A preview is up to a second's work of one process. Staff by account, others by address.
of_staff, of_others = RateLimits(30, 10), RateLimits(10, 10)


@csrf_exempt
@require_POST
@never_cache
@told_as_problem
def rule_preview(request: HttpRequest) -> HttpResponseBase:
    """How often the rule in the body would have fired, and when."""
    body = json_body.read(request)
    is_staff = request.user.is_staff
    take_allowance(allowance_of(request), time.monotonic())
    asked = wish(body, OF_STAFF if is_staff else OF_OTHERS)
    found = preview(asked.rule, asked.conditions, now=timezone.now(), days=asked.days)
    return JsonResponse(answer(found))


def allowance_of(request: HttpRequest) -> RateLimit:
    """How many previews this reader may still ask for."""
    if request.user.is_staff:
        return of_staff.of(request.user.pk)
    return of_others.of(client_address((request.META.get("REMOTE_ADDR") or "", 0)))


def take_allowance(rate_limit: RateLimit, now: float) -> None:
    """Raises Problem where too many have been asked for lately."""
    if not rate_limit.take(now):
        wait = ceil(rate_limit.wait(now))
        sentence = f"Too many previews: ask again in {wait} seconds."
        raise Problem(HTTPStatus.TOO_MANY_REQUESTS, sentence, wait)


def answer(found: Preview) -> Body:
    """A preview as JSON."""
    return {
        "fired": found.fired,
        "flaps_suppressed": found.flaps,
        "longest_minutes": None if found.longest is None else found.longest / MINUTE,
        "sentence": found.sentence,
        "times": [times(episode) for episode in found.episodes[-MOST_TIMES:]],
        "judged": found.judged,
        "expected": found.expected,
        "days": found.days,
    }


def times(episode: Episode) -> Body:
    """When it would have opened and cleared; null while it lasts."""
    return {"opened": moment(episode.opened), "cleared": moment(episode.cleared)}


def moment(value: datetime | None) -> str | None:
    """A moment as the answers write it."""
    return None if value is None else iso(value)
