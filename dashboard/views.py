"""The page, and the process's health."""

from collections.abc import Sequence

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from alerts.models import Rule
from live.heads import source_state
from live.slugs import DEFAULT_HUB
from prices.models import Node


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
def icon(_request: HttpRequest) -> HttpResponse:
    """`/favicon.ico`, which browsers ask for on pages that name no icon, as the login's."""
    return redirect(static("ui/favicon.svg"))


@require_safe
@never_cache
def health(request: HttpRequest) -> HttpResponse:
    """`/healthz`: this process answers."""
    return HttpResponse("ok\n", content_type="text/plain")
