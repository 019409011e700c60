"""Thresholds are edited in place; alerts are what happened and stay as they are."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone

from alerts.changes import save_changes
from alerts.models import Alert, Rule
from prices.admin import ReadOnlyAdmin


@admin.register(Rule)
class RuleAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ["__str__", "direction", "limit", "active"]
    list_editable = ["limit", "active"]
    list_filter = ["node", "market", "active"]

    def save_model(self, request: HttpRequest, obj: Rule, form: Any, change: bool) -> None:
        """A new rule whole, of an old one what was changed: in its form or in the list."""
        if change:
            save_changes(obj, form.changed_data, now=timezone.now())
        else:
            obj.save()


@admin.register(Alert)
class AlertAdmin(ReadOnlyAdmin):
    list_display = ["text", "opened_at", "cleared_at"]
    list_filter = ["rule", ("cleared_at", admin.EmptyFieldListFilter)]
    date_hierarchy = "opened_at"
