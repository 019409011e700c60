"""The page, the two stable answers, and the process's health."""

import re
from collections.abc import Sequence
from http import HTTPStatus
from threading import BoundedSemaphore

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from alerts.models import Rule
from dashboard.answers import current_answer, history_parts
from dashboard.long_answer import json_response, squeezed
from dashboard.positions import source_state
from dashboard.problems import Problem, told_as_problem
from dashboard.slugs import DEFAULT_HUB, is_slug, quoted
from prices.intervals import iso
from prices.market import Market
from prices.models import Node

MOST_HOURS = 24 * 31
# A month takes a second of one processor; with more at once everybody waits.
making = BoundedSemaphore(2)


@require_safe
@never_cache
@gzip_page  # it says nothing secret, and nothing that a reader typed but the hub
def index(request: HttpRequest) -> HttpResponse:
    """The dashboard of one hub."""
    nodes = list(Node.objects.tracked())
    hub = shown_hub(request.GET.get("hub", DEFAULT_HUB).upper(), [node.hub for node in nodes])
    hubs = [{"slug": node.slug, "hub": node.hub, "node": node.oasis_name} for node in nodes]
    page = {
        "hub": hub,
        "hubs": [{"hub": entry["hub"], "node": entry["node"]} for entry in hubs],
        "source": settings.PRICE_SOURCE,
        "source_trouble": source_state(now=timezone.now()).trouble,
        "thresholds": thresholds(),
    }
    context = {"hubs": hubs, "hub": hub, "source": settings.PRICE_SOURCE, "page": page}
    return render(request, "dashboard/index.html", context)


def shown_hub(asked: str, tracked: Sequence[str]) -> str:
    """The hub asked for, else SP15, else the first: one that has a feed, where any has."""
    return next((hub for hub in (asked, DEFAULT_HUB, *tracked) if hub in tracked), DEFAULT_HUB)


def thresholds() -> dict[str, list[dict[str, object]]]:
    """The active rules on a price alone by hub, for the chart's lines and the tiles' colours.

    The limit of a spread, a change or an age lies on no price axis; one that needs a further
    condition is no limit by itself.
    """
    found: dict[str, list[dict[str, object]]] = {}
    rules = Rule.objects.filter(active=True, watched="lmp", conditions=None)
    for rule in rules.select_related("node"):
        found.setdefault(rule.node.hub, []).append(
            {"direction": rule.direction, "limit": float(rule.limit), "market": rule.market}
        )
    return found


@require_safe
@never_cache
@told_as_problem
def current(request: HttpRequest) -> HttpResponseBase:
    """`/api/current?hub=SP15`."""
    return JsonResponse(current_answer(node_of(request), now=timezone.now()))


@require_safe
@never_cache
@told_as_problem
def history(request: HttpRequest, hours: str) -> HttpResponseBase:
    """`/api/history/24?hub=SP15&market=RTM`."""
    span, market = hours_of(hours), market_of(request)
    node = node_of(request)
    with making:
        text = squeezed(history_parts(node, market, span, now=timezone.now()))
    return json_response(request, text)


@require_safe
@never_cache
@told_as_problem
def source(_request: HttpRequest) -> HttpResponseBase:
    """`/api/v1/source`: what a heartbeat says of the source, for readers that have no feed."""
    now = timezone.now()
    state = source_state(now=now)
    answer = {"source": settings.PRICE_SOURCE, "server_time": iso(now)}
    return JsonResponse(answer | {"source_age_s": state.age_s, "source_trouble": state.trouble})


@require_safe
def icon(_request: HttpRequest) -> HttpResponse:
    """`/favicon.ico`, which browsers ask for on pages that name no icon, as the login's."""
    return redirect(static("ui/favicon.svg"))


@require_safe
@never_cache
def health(request: HttpRequest) -> HttpResponse:
    """`/healthz`: this process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


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
