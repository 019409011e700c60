"""`POST /api/v1/rules/preview`: how often a rule would have fired. Changes nothing."""

import time
from datetime import datetime, timedelta
from http import HTTPStatus

from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from alerts.episodes import Episode
from alerts.preview import Preview, preview
from dashboard.allowance import Allowance
from dashboard.api import json_body
from dashboard.api.rule_wishes import OF_OTHERS, OF_STAFF, wish
from dashboard.problems import Problem, told_as_problem
from prices.feed import Body
from prices.intervals import iso

MINUTE = timedelta(minutes=1)
MOST_TIMES = 1000  # the last of them
# A preview is up to a second's work of one process; those who write rules have their own share.
of_staff, of_others = Allowance(30, 10), Allowance(4, 10)


@csrf_exempt
@require_POST
@never_cache
@told_as_problem
def rule_preview(request: HttpRequest) -> HttpResponseBase:
    """How often the rule in the body would have fired, and when."""
    body = json_body.read(request)
    is_staff = request.user.is_staff
    take_allowance(of_staff if is_staff else of_others, time.monotonic())
    asked = wish(body, OF_STAFF if is_staff else OF_OTHERS)
    found = preview(asked.rule, asked.conditions, now=timezone.now(), days=asked.days)
    return JsonResponse(answer(found))


def take_allowance(allowance: Allowance, now: float) -> None:
    """Raises Problem where too many have been asked for lately."""
    if not allowance.take(now):
        wait = f"{allowance.wait(now):.0f}"
        raise Problem(
            HTTPStatus.TOO_MANY_REQUESTS, f"Too many previews: ask again in {wait} seconds."
        )


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
