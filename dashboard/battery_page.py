"""`/battery/`: what a battery should do, what it plans, what it earned, and what others would.

Of a hub without a battery: what 1 MW could have earned there, day by day.
"""

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.middleware.gzip import GZipMiddleware
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.access import may
from battery.models import Battery
from dashboard.bar import bar
from dashboard.battery.pages import (
    HISTORY,
    PLAN,
    TABS,
    Context,
    history_context,
    now_context,
    plan_context,
    what_if_context,
)
from dashboard.battery_choice import id_in, shown_battery
from dashboard.battery_picture import picture
from dashboard.battery_summary import rank_lines, rank_note, summary
from dashboard.battery_table import FIGURES, rows
from dashboard.first_paint.market_times import made_text
from dashboard.views import LONGEST_NAMED, shown_hub
from prices.held_days import Days, newest_days
from prices.models import Node

DAYS_BEFORE = 30  # today, and tomorrow once it is published
REPORTS, TESTS = "battery.change_battery", "battery.add_backtest"


@require_safe
@never_cache
def battery(request: HttpRequest) -> HttpResponse:
    """The page of `?battery=1&tab=history`, or of the first battery at `?hub=SP15`."""
    response = page(request)
    # A form has a secret, which compression could give away (BREACH).
    return response if request.user.is_authenticated else compressed(request, response)


def compressed(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """As short as the reader's browser takes it."""
    zipped: Any = GZipMiddleware(lambda _: response).process_response(request, response)
    return zipped  # type: ignore[no-any-return]


def page(request: HttpRequest, status: int = 200, **more: object) -> HttpResponse:
    """`more` is said besides, as why a form was refused."""
    nodes = list(Node.objects.tracked())
    asked = request.GET.get("hub", "")
    hub = shown_hub(asked.upper(), [node.hub for node in nodes])
    if hub is None:
        missing = {"asked": asked[:LONGEST_NAMED], "hubs": nodes, "path": request.path}
        return render(request, "dashboard/no_such_hub.html", missing, status=404)
    batteries = list(Battery.objects.select_related("node"))
    wanted = request.GET.get("battery", "")
    found = shown_battery(batteries, id_in(wanted) or 0 if wanted else None, hub if asked else "")
    if wanted and found is None:
        missing = {"asked": wanted[:LONGEST_NAMED], "batteries": batteries}
        return render(request, "dashboard/no_such_battery.html", missing, status=404)
    if found is None:
        node = next((node for node in nodes if node.hub == hub), None)
        return of_a_hub(request, node, nodes)
    return of_a_battery(request, found, batteries, status, **more)


def of_a_hub(request: HttpRequest, node: Node | None, nodes: list[Node]) -> HttpResponse:
    """What could have been earned at a hub that has no battery."""
    now = timezone.now()
    context = bar() | {"page_name": "battery", "hubs": nodes, "node": node, "made": made_text(now)}
    context["may_add"] = may(request.user, "battery.add_battery")
    if node:
        context |= shown_days(newest_days(node, DAYS_BEFORE + 2, now=now))
    return render(request, "dashboard/battery_hub.html", context)


def of_a_battery(
    request: HttpRequest, found: Battery, batteries: list[Battery], status: int, **more: object
) -> HttpResponse:
    now, tab = timezone.now(), request.GET.get("tab", PLAN)
    tab = tab if tab in TABS else PLAN
    context = bar() | now_context(found, now=now)
    context |= {
        "page_name": "battery",
        "battery": found,
        "batteries": [one for one in batteries if one.active or one == found],
        "tab": tab,
        "tabs": TABS,
        "node": found.node,
        "made": made_text(now),
        "may_report": may(request.user, REPORTS),
        "may_test": may(request.user, TESTS),
        "page_data": {"battery": found.pk, "hub": found.node.hub if found.node.tracked else ""},
    }
    context |= tab_context(found, tab, context)
    return render(request, "dashboard/battery.html", context | more, status=status)


def tab_context(found: Battery, tab: str, context: Context) -> Context:
    now = timezone.now()
    if tab == PLAN:
        return plan_context(found, context["advice"], now=now)
    if tab == HISTORY:
        days = newest_days(found.node, DAYS_BEFORE + 2, now=now)
        return history_context(found, now=now) | {"of_the_node": shown_days(days)}
    return what_if_context(found)


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
