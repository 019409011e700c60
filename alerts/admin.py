"""Thresholds are edited in place; alerts are what happened and stay as they are."""

from django.contrib import admin

from alerts.models import Alert, Rule
from prices.admin import ReadOnlyAdmin


@admin.register(Rule)
class RuleAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ["__str__", "direction", "limit", "active"]
    list_editable = ["limit", "active"]
    list_filter = ["node", "market", "active"]


@admin.register(Alert)
class AlertAdmin(ReadOnlyAdmin):
    list_display = ["text", "opened_at", "cleared_at"]
    list_filter = ["rule", ("cleared_at", admin.EmptyFieldListFilter)]
    date_hierarchy = "opened_at"
