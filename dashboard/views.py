"""The dashboard's page, and its icon."""

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
from dashboard.bar import bar
from dashboard.battery_choice import batteries_by_hub, id_in
from dashboard.first_paint.advice import Choice
from dashboard.first_paint.held import Body, Source
from dashboard.first_paint.page import first_paint, nothing_yet
from dashboard.page_snapshot import PageSnapshot, page_snapshot
from live.slugs import DEFAULT_HUB
from market.intervals import iso
from prices.models import Node
from prices.source_state import source_state

LONGEST_NAMED = 60


@require_safe
@never_cache
@gzip_page  # safe here: it has no secret, and of what a user typed only the hub (BREACH)
def index(request: HttpRequest) -> HttpResponse:
    """The dashboard of one hub, with its prices: the page's scripts go on from there."""
    now = timezone.now()
    nodes = list(Node.objects.tracked())
    hubs = [{"slug": node.slug, "hub": node.hub, "node": node.oasis_name} for node in nodes]
    asked = request.GET.get("hub", "")
    hub = shown_hub(asked.upper(), [node.hub for node in nodes])
    if hub is None:
        context = {"asked": asked[:LONGEST_NAMED], "hubs": hubs}
        return render(request, "dashboard/no_such_hub.html", context, status=404)
    source = source_now(now=now)
    page: Body = {
        "hub": hub,
        "hubs": [{"hub": entry["hub"], "node": entry["node"]} for entry in hubs],
        "source": source.name,
        "source_trouble": source.trouble,
        "source_answered": {market: iso(at) for market, at in source.answered.items()},
        "thresholds": thresholds_by_hub(),
        "batteries": batteries_by_hub(),
    }
    node = next((node for node in nodes if node.hub == hub), None)
    context = bar() | {"hubs": hubs, "hub": hub, "page": page}
    snapshot = page_snapshot(node, now=now) if node else None
    asked_battery = id_in(request.GET.get("battery", ""))
    context |= prices_now(page, source, snapshot, battery=asked_battery, now=now)
    return render(request, "dashboard/index.html", context)


def source_now(*, now: datetime) -> Source:
    """Where prices come from, and what is known of it."""
    state = source_state(now=now)
    return Source(settings.PRICE_SOURCE, state.trouble, state.answered)


def prices_now(
    page: Body,
    source: Source,
    snapshot: PageSnapshot | None,
    *,
    battery: int | None = None,
    now: datetime,
) -> Body:
    """The page's snapshot, and what its scripts will make of it. `battery` is that asked for."""
    hub = page["hub"]
    choice = Choice(hub, page["batteries"].get(hub, ()), battery)
    if snapshot is None:
        return {"snapshot": "null", "first": nothing_yet(source, choice, now=now)}
    first = first_paint(
        snapshot.prices,
        snapshot.current,
        thresholds=page["thresholds"].get(hub, ()),
        source=source,
        choice=choice,
        now=now,
    )
    return {"snapshot": snapshot.text, "first": first}


def shown_hub(asked: str, tracked: Sequence[str]) -> str | None:
    """The hub asked for, None if it is not tracked. Without one SP15, else the first tracked."""
    if asked:
        return asked if asked in tracked else None
    return next((hub for hub in (DEFAULT_HUB, *tracked) if hub in tracked), DEFAULT_HUB)


@require_safe
def icon(_request: HttpRequest) -> HttpResponse:
    """`/favicon.ico`: browsers request it for pages that name no icon, such as the log-in."""
    return redirect(static("ui/favicon.svg"))
