"""The dashboard's page, its icon, and the process's health."""

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from alerts.limits import thresholds_by_hub
from dashboard.first_paint.held import Body
from dashboard.first_paint.page import first_paint, nothing_yet
from dashboard.page_snapshot import PageSnapshot, page_snapshot
from live.heads import source_state
from live.slugs import DEFAULT_HUB
from prices.models import Node


@require_safe
@never_cache
@gzip_page  # safe here: it has no secret, and of what a user typed only the hub (BREACH)
def index(request: HttpRequest) -> HttpResponse:
    """The dashboard of one hub, with its prices: the page's scripts go on from there."""
    now = timezone.now()
    nodes = list(Node.objects.tracked())
    hub = shown_hub(request.GET.get("hub", DEFAULT_HUB).upper(), [node.hub for node in nodes])
    hubs = [{"slug": node.slug, "hub": node.hub, "node": node.oasis_name} for node in nodes]
    page = {
        "hub": hub,
        "hubs": [{"hub": entry["hub"], "node": entry["node"]} for entry in hubs],
        "source": settings.PRICE_SOURCE,
        "source_trouble": source_state(now=now).trouble,
        "thresholds": thresholds_by_hub(),
    }
    node = next((node for node in nodes if node.hub == hub), None)
    context = {"hubs": hubs, "hub": hub, "source": settings.PRICE_SOURCE, "page": page}
    context |= prices_now(page, page_snapshot(node, now=now) if node else None, now=now)
    return render(request, "dashboard/index.html", context)


def prices_now(page: Body, snapshot: PageSnapshot | None, *, now: datetime) -> Body:
    """The page's snapshot, and what its scripts will make of it."""
    if snapshot is None:
        return {"snapshot": "null", "first": nothing_yet(now=now)}
    first = first_paint(
        snapshot.prices,
        snapshot.current,
        thresholds=page["thresholds"].get(page["hub"], ()),
        trouble=page["source_trouble"],
        now=now,
    )
    return {"snapshot": snapshot.text, "first": first}


def shown_hub(asked: str, tracked: Sequence[str]) -> str:
    """The hub asked for if it is tracked, else SP15, else the first tracked one."""
    return next((hub for hub in (asked, DEFAULT_HUB, *tracked) if hub in tracked), DEFAULT_HUB)


@require_safe
def icon(_request: HttpRequest) -> HttpResponse:
    """`/favicon.ico`: browsers request it for pages that name no icon, such as the log-in."""
    return redirect(static("ui/favicon.svg"))


@require_safe
@never_cache
def health(request: HttpRequest) -> HttpResponse:
    """`/healthz`."""
    return HttpResponse("ok\n", content_type="text/plain")
