"""Filters for the admin's list of alerts."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from alerts.models import Alert, Rule
from alerts.states import STATE_WORDS, in_state


class StateFilter(admin.SimpleListFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return list(STATE_WORDS.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Alert]) -> QuerySet[Alert]:
        return in_state(queryset, self.value() or "")


class RuleFilter(admin.RelatedOnlyFieldListFilter):
    """The rules that ever opened an alert, in one query."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> Any:
        rules = Rule.objects.filter(alert__isnull=False).distinct().select_related("node")
        return [(rule.pk, str(rule)) for rule in rules.prefetch_related("conditions")]
