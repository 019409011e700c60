"""Deleting in the admin: only rows that no history depends on, and otherwise saying why not.

To say why a row can't be deleted, Django's own page reads everything that depends on it: 600 MB for
a node with two years of prices.
"""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.actions import delete_selected as delete_after_asking
from django.contrib.admin.utils import flatten_fieldsets
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase


class DeleteUnusedAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """`goes_with_it` names relations whose rows are deleted too; `instead` says what else to do."""

    goes_with_it: tuple[str, ...] = ()
    instead = ""
    actions = ["delete_selected"]

    def dependents(self, obj: Model) -> list[str]:
        """The plural names of what depends on it. Only asks whether there is any."""
        return [
            str(relation.related_model._meta.verbose_name_plural)
            for relation in obj._meta.related_objects
            if not relation.many_to_many
            and relation.name not in self.goes_with_it
            and relation.related_model._base_manager.filter(**{relation.field.name: obj}).exists()
        ]

    def why_kept(self, obj: Model) -> str:
        """Why it can't be deleted; empty if it can."""
        found = self.dependents(obj)
        if not found:
            return ""
        kept = " and ".join(found)
        return f"{obj} can't be deleted: it has {kept} that must be kept. {self.instead}"

    @admin.display(description="deleting")
    def why_it_stays(self, obj: Model) -> str:
        return self.why_kept(obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        may = super().has_delete_permission(request, obj)
        return may and (obj is None or not self.dependents(obj))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fields = super().get_readonly_fields(request, obj)
        may = obj is not None and super().has_delete_permission(request)
        return [*fields, "why_it_stays"] if may and self.dependents(obj) else fields

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        fieldsets = list(super().get_fieldsets(request, obj))
        added = {"why_it_stays"} & {*self.get_readonly_fields(request, obj)}
        if added - {*flatten_fieldsets(fieldsets)}:
            fieldsets.append((None, {"fields": ["why_it_stays"]}))
        return fieldsets

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        obj = self.get_object(request, object_id)
        may = super().has_delete_permission(request)
        if may and obj is not None and (why := self.why_kept(obj)):
            raise PermissionDenied(why)
        return super().delete_view(request, object_id, extra_context)

    @admin.action(permissions=["delete"], description="Delete selected %(verbose_name_plural)s")
    def delete_selected(
        self, request: HttpRequest, chosen: QuerySet[Any]
    ) -> HttpResponseBase | None:
        kept = [why for obj in chosen if (why := self.why_kept(obj))]
        for why in kept:
            self.message_user(request, why, messages.ERROR)
        return None if kept else delete_after_asking(self, request, chosen)

    def get_deleted_objects(self, objs: Iterable[Any], request: HttpRequest) -> Any:
        """The rows themselves: nothing else depends on them."""
        names = [str(obj) for obj in objs]
        return names, {str(self.opts.verbose_name_plural): len(names)}, set(), []
