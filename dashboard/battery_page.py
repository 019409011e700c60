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
from dashboard.battery_summary import rank_lines, rank_note, summary
from dashboard.battery_table import FIGURES, rows
from dashboard.first_paint.market_times import made_text
from dashboard.views import LONGEST_NAMED, shown_hub
from prices.held_days import Days, newest_days
from prices.models import Node

DAYS_BEFORE = 30  # today, and tomorrow once it is published


@require_safe
@never_cache
@gzip_page  # safe here: it has no secret (BREACH)
def battery(request: HttpRequest) -> HttpResponse:
    """The days of `?hub=SP15`, newest first."""
    now = timezone.now()
    nodes = list(Node.objects.tracked())
    asked = request.GET.get("hub", "")
    hub = shown_hub(asked.upper(), [node.hub for node in nodes])
    if hub is None:
        missing = {"asked": asked[:LONGEST_NAMED], "hubs": nodes, "path": request.path}
        return render(request, "dashboard/no_such_hub.html", missing, status=404)
    node = next((node for node in nodes if node.hub == hub), None)
    context = bar() | {"page_name": "battery", "hubs": nodes, "node": node, "made": made_text(now)}
    if node:
        context |= shown_days(newest_days(node, DAYS_BEFORE + 2, now=now))
    return render(request, "dashboard/battery.html", context)


def shown_days(found: Days) -> dict[str, object]:
    """What the page shows of a hub: without the days before the first of the thirty."""
    first = found.today - timedelta(days=DAYS_BEFORE)
    days = [day for day in found.days if day.date >= first]
    return {
        "figures": FIGURES,
        "rows": rows(days, found.today),
        "summary": summary(days, found.today),
        "ranks": list(rank_lines(found.ranks)),
        "rank_note": rank_note(found.ranks),
        "picture": picture(days),
    }
