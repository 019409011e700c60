"""`/battery/`: what a battery of 1 MW could have earned, day by day, at one hub."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from dashboard.bar import bar
from dashboard.battery_picture import picture
from dashboard.battery_summary import rank_lines, summary
from dashboard.battery_table import FIGURES, rows
from dashboard.first_paint.market_times import made_text
from live.slugs import DEFAULT_HUB, MOST_QUOTED
from prices.held_days import Days, newest_days
from prices.models import Node

DAYS_BEFORE = 30  # today, and tomorrow once it is published


@require_safe
@never_cache
@gzip_page  # safe here: it has no secret (BREACH)
def battery(request: HttpRequest) -> HttpResponse:
    """The days of `?hub=SP15`, newest first; of the default hub if there is no such one."""
    now = timezone.now()
    nodes = list(Node.objects.tracked())
    asked = request.GET.get("hub", "").upper()
    node = shown_node(nodes, asked)
    context = bar() | {
        "page_name": "battery",
        "hubs": nodes,
        "node": node,
        "unknown": asked[:MOST_QUOTED] if asked and not (node and node.hub == asked) else "",
        "made": made_text(now),
    }
    if node:
        context |= shown_days(newest_days(node, DAYS_BEFORE + 2, now=now))
    return render(request, "dashboard/battery.html", context)


def shown_node(nodes: list[Node], asked: str) -> Node | None:
    """The hub asked for if it is tracked, else SP15, else the first tracked one."""
    by_hub = {node.hub: node for node in nodes}
    return by_hub.get(asked) or by_hub.get(DEFAULT_HUB) or next(iter(nodes), None)


def shown_days(found: Days) -> dict[str, object]:
    """What the page shows of a hub: without the days before the first of the thirty."""
    first = found.today - timedelta(days=DAYS_BEFORE)
    days = [day for day in found.days if day.date >= first]
    return {
        "figures": FIGURES,
        "rows": rows(days, found.today),
        "summary": summary(days, found.today),
        "ranks": list(rank_lines(found.ranks)),
        "picture": picture(days),
    }
