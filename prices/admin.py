"""Nodes are edited here; what OASIS was asked and what is missing can be looked at."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from prices.models import FetchRun, Gap, Node, Trouble


@admin.register(Node)
class NodeAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ["hub", "oasis_name", "zone", "tracked"]
    list_editable = ["tracked"]
    search_fields = ["slug", "oasis_name"]


class ReadOnlyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """What the system writes, people only read."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(FetchRun)
class FetchRunAdmin(ReadOnlyAdmin):
    list_display = ["started_at", "report", "outcome", "rows", "new", "corrected", "rejected"]
    list_filter = ["outcome", "report"]
    date_hierarchy = "started_at"


@admin.register(Gap)
class GapAdmin(ReadOnlyAdmin):
    list_display = ["interval_start", "node", "market", "since", "asked", "given_up_at"]
    list_filter = ["market", "node", ("given_up_at", admin.EmptyFieldListFilter)]


@admin.register(Trouble)
class TroubleAdmin(ReadOnlyAdmin):
    list_display = ["part", "subject", "since", "last_at", "times", "text"]
    search_fields = ["subject", "text"]
    list_filter = ["part"]
