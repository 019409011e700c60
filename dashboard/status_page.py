"""`/status/`: whether this installation can be believed, for people. Public, so without secrets."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.access import may
from dashboard.bar import bar
from dashboard.first_paint.market_times import made_text
from dashboard.status_facts import Facts, facts
from dashboard.status_lines import (
    correction_lines,
    gap_lines,
    node_lines,
    part_lines,
    source_lines,
    source_name,
    wrong,
)
from dashboard.status_words import MARKET_NAMES, requests_of


@require_safe
@never_cache
def status(request: HttpRequest) -> HttpResponse:
    """The state of everything, as of now."""
    now = timezone.now()
    context = bar() | {
        "page_name": "status",
        "may_see_troubles": may(request.user, "prices.view_trouble"),
        "made": made_text(now),
    }
    return render(request, "dashboard/status.html", context | shown(facts(now=now)))


def shown(found: Facts) -> dict[str, object]:
    """The facts as text."""
    return {
        "wrong": list(wrong(found)),
        "source_name": source_name(),
        "source_lines": list(source_lines(found)),
        "requests": requests_of(found.requests),
        "markets": [MARKET_NAMES[state.market] for state in found.markets],
        "nodes": node_lines(found),
        "nodes_count": found.nodes_count,
        "gaps": list(gap_lines(found)),
        "corrections": list(correction_lines(found)),
        "corrections_count": found.corrections.total,
        "corrected": f"{found.corrections.total:,} in 7 days",
        "parts": list(part_lines(found)),
        "troubles_count": found.troubles_count,
    }
