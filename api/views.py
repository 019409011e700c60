"""Prices as answers. Plain views: fast enough for 40 requests at once or a month of prices."""

import re
from datetime import date, timedelta
from http import HTTPStatus
from threading import BoundedSemaphore

from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from api.long_answer import compressed, json_response
from live.answers import current_answer, dates_parts, history_parts
from live.problems import Problem, problems_answered
from live.slugs import DEFAULT_HUB, is_slug, quoted
from market.intervals import midnight
from market.markets import Market
from prices.gap_ranges import Range
from prices.models import Node

MOST_HOURS = 24 * 31
MOST_DAYS = 8
# A month takes a processor 60 ms: with more at once, everybody waits.
making = BoundedSemaphore(2)


@require_safe
@never_cache
@problems_answered
def current(request: HttpRequest) -> HttpResponseBase:
    """`/api/current?hub=SP15`."""
    return JsonResponse(current_answer(node_of(request), now=timezone.now()))


@require_safe
@never_cache
@problems_answered
def history(request: HttpRequest, hours: str) -> HttpResponseBase:
    """`/api/history/24?hub=SP15&market=RTM`."""
    span, market = hours_of(hours), market_of(request)
    node = node_of(request)
    with making:
        text = compressed(history_parts(node, market, span, now=timezone.now()))
    return json_response(request, text)


@require_safe
@never_cache
@problems_answered
def prices(request: HttpRequest) -> HttpResponseBase:
    """`/api/v1/prices?hub=SP15&market=RTM&start=2026-11-20&end=2026-11-21`."""
    dates, market = dates_of(request), market_of(request)
    node = node_of(request)
    with making:
        text = compressed(dates_parts(node, market, dates, now=timezone.now()))
    return json_response(request, text)


def node_of(request: HttpRequest) -> Node:
    """The node a request names by hub, SP15 by default."""
    asked = request.GET.get("hub", DEFAULT_HUB)
    slug = asked.lower()
    node = Node.objects.filter(slug=slug).first() if is_slug(slug) else None
    if node is None:
        known = ", ".join(sorted(node.hub for node in Node.objects.tracked()))
        raise Problem(HTTPStatus.NOT_FOUND, f"There is no hub {quoted(asked)}; there are {known}.")
    return node


def market_of(request: HttpRequest) -> Market:
    """The market a request names, RTM by default."""
    asked = request.GET.get("market", Market.RTM.value)
    if asked not in Market.__members__:
        known = ", ".join(Market.__members__)
        raise Problem(
            HTTPStatus.BAD_REQUEST, f"There is no market {asked[:20]!r}; there are {known}."
        )
    return Market(asked)


def hours_of(text: str) -> int:
    """How many hours of history a request wants."""
    hours = int(text) if re.fullmatch("[0-9]{1,3}", text) else 0
    if not 1 <= hours <= MOST_HOURS:
        raise Problem(
            HTTPStatus.BAD_REQUEST,
            f"{text[:20]!r} hours of history; there are 1 to {MOST_HOURS} in one answer.",
        )
    return hours


def dates_of(request: HttpRequest) -> Range:
    """The time of the operating dates from `start` on, to `end`, which is excluded."""
    start, end = (date_of(request, name) for name in ("start", "end"))
    if not timedelta() < end - start <= timedelta(days=MOST_DAYS):
        raise Problem(
            HTTPStatus.BAD_REQUEST,
            f"{start} to {end}, which is excluded; there are 1 to {MOST_DAYS} days in one answer.",
        )
    return Range(midnight(start), midnight(end))


def date_of(request: HttpRequest, name: str) -> date:
    """A date of this century, as 2026-11-20."""
    text = request.GET.get(name, "")
    try:
        # Python reads other forms too, and years whose midnight has no place in its calendar.
        return date.fromisoformat(
            text if re.fullmatch("20[0-9]{2}-[0-9]{2}-[0-9]{2}", text) else ""
        )
    except ValueError:
        raise Problem(
            HTTPStatus.BAD_REQUEST,
            f"{name} is {text[:20]!r}; it is an operating date such as 2026-11-20.",
        ) from None
