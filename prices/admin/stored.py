"""The admin of nodes, and of fetch runs, gaps and troubles, which are read-only."""

from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest

from prices.admin.deleting import DeleteUnusedAdmin
from prices.admin.nodes import NodeWarningsAdmin
from prices.admin.strict import StrictAdmin
from prices.models import Feed, FetchRun, Gap, Node, Trouble


@admin.register(Node)
class NodeAdmin(DeleteUnusedAdmin, NodeWarningsAdmin, StrictAdmin):
    list_display = ["hub", "oasis_name", "zone", "tracked", "answers"]
    list_editable = ["tracked"]
    search_fields = ["slug", "oasis_name"]
    actions = ["delete_selected", "stop_tracking"]
    goes_with_it = ("feed", "gap", "standing")
    instead = "Clear “tracked” instead: it is then no longer polled or published."

    def dependents(self, obj: Any) -> list[str]:
        """A feed with events is history too: its readers have their numbers."""
        followed = Feed.objects.filter(node=obj, head__gt=0).exists()
        return super().dependents(obj) or ["a feed"] * followed

    @admin.action(permissions=["change"], description="Stop tracking selected nodes")
    def stop_tracking(self, request: HttpRequest, nodes: QuerySet[Node]) -> None:
        tracked = list(nodes.filter(tracked=True))
        with transaction.atomic():
            for node in tracked:
                node.tracked = False
                node.save(update_fields=["tracked"])
        text = f"{len(tracked)} no longer tracked; prices are kept."
        self.message_user(request, text, messages.SUCCESS)

    def save_model(self, request: HttpRequest, obj: Node, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if change and "slug" in form.changed_data:
            text = (
                f"Its name for readers, links and programs is now {obj.slug}. Those who ask for "
                f"{form.initial['slug']} get the answer that there is no such hub."
            )
            self.message_user(request, text, messages.WARNING)


class ReadOnlyAdmin(StrictAdmin):
    """For rows that only the system writes."""

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
