"""Nodes are edited here; what OASIS was asked and what is missing can be looked at."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from prices.admin.deleting import DeleteUnusedAdmin
from prices.admin.nodes import AskedNodes
from prices.admin.sound import SoundAdmin
from prices.models import Feed, FetchRun, Gap, Node, Trouble


@admin.register(Node)
class NodeAdmin(DeleteUnusedAdmin, AskedNodes, SoundAdmin):
    list_display = ["hub", "oasis_name", "zone", "tracked", "answers"]
    list_editable = ["tracked"]
    search_fields = ["slug", "oasis_name"]
    actions = ["delete_selected", "stop_tracking"]
    goes_with_it = ("feed", "gap", "standing")
    instead = "Take it out of “tracked” instead: nothing more is asked or told of it then."

    def hangs_on(self, obj: Any) -> list[str]:
        """A feed that has told something is history too; who follows it knows its numbers."""
        followed = Feed.objects.filter(node=obj, head__gt=0).exists()
        return super().hangs_on(obj) or ["a feed"] * followed

    @admin.action(permissions=["change"], description="Stop tracking selected nodes")
    def stop_tracking(self, request: HttpRequest, nodes: QuerySet[Node]) -> None:
        count = nodes.update(tracked=False)
        self.message_user(request, f"{count} no longer tracked; prices are kept.", messages.SUCCESS)

    def save_model(self, request: HttpRequest, obj: Node, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if change and "slug" in form.changed_data:
            said = (
                f"Readers, links and programs find it as {obj.slug} from now on. Those who ask for "
                f"{form.initial['slug']} are told that there is no such hub."
            )
            self.message_user(request, said, messages.WARNING)


class ReadOnlyAdmin(SoundAdmin):
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
