"""The node list: what OASIS answers for each node, and a warning if there are too many."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from market.intervals import pacific
from market.markets import Market
from prices import budget, readings, standings
from prices.admin.node_form import NodeForm
from prices.known_names import known_names
from prices.models import Node, Price, Standing
from prices.resting import PATIENCE, after_silence


class NodeWarningsAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Warns of too many tracked nodes, mistyped names, and nodes that OASIS sends nothing for."""

    form = NodeForm
    fields = ["slug", "oasis_name", "anyway", "zone", "tracked"]

    @admin.display(description="What OASIS answers")
    def answers(self, node: Node) -> str:
        return what_oasis_answers(node, now=timezone.now())

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        warn_of_too_many(request)
        response: HttpResponse = super().changelist_view(request, extra_context)
        return response

    def changeform_view(self, request: HttpRequest, *args: Any, **options: Any) -> HttpResponse:
        warn_of_too_many(request)
        response: HttpResponse = super().changeform_view(request, *args, **options)
        return response

    def save_model(self, request: HttpRequest, obj: Node, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if obj.tracked and not Price.objects.filter(node=obj).exists():
            is_known = obj.oasis_name in known_names()
            checked = "" if is_known else ", so the name is not checked"
            messages.warning(
                request,
                f"OASIS has not been asked for {obj.oasis_name} yet{checked}. "
                "Look again in two minutes: the list says whether prices came.",
            )


def warn_of_too_many(request: HttpRequest) -> None:
    """Warn if the tracked nodes need more requests than OASIS allows.

    Only on GET: a form that was saved leads to another page.
    """
    text = budget.warning(Node.objects.tracked().count(), settings.OASIS_SECONDS_BETWEEN_REQUESTS)
    if text and request.method == "GET":
        messages.warning(request, text)


def what_oasis_answers(node: Node, *, now: datetime) -> str:
    """When the newest real-time price is from, or since when OASIS has none and the next try."""
    if not node.tracked:
        return "not asked for"
    newest = newest_interval(node)
    standing = Standing.objects.filter(node=node, market=Market.RTM.value).first()
    if standing is None or standing.asked_at is None:
        return "not asked yet"
    if standing.silent_since and (newest is None or standing.vain > PATIENCE[Market.RTM]):
        others = standings.known(Market.RTM, [node], now=now)[node.pk].others_answered
        again = standing.asked_at + after_silence(
            Market.RTM, standing.vain, newest, others_answered=others, now=now
        )
        return (
            f"OASIS has sent no prices of this node since {clock_text(standing.silent_since)}, "
            f"next try at {clock_text(again)}. Is the name right?"
        )
    return "nothing yet" if newest is None else f"last price {clock_text(newest)}"


def newest_interval(node: Node) -> datetime | None:
    """The start of the newest real-time interval held."""
    newest = readings.newest(node, Market.RTM)
    return newest.interval_start if newest else None


def clock_text(moment: datetime) -> str:
    """`2026-07-14 12:05 PDT`."""
    return f"{pacific(moment):%Y-%m-%d %H:%M %Z}"
