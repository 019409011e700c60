"""The admin of rules, which can be edited, and of alerts and transitions, which can't."""

import re
from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase, QueryDict
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils import timezone

from alerts.admin import alerts_csv
from alerts.admin.condition_formset import ConditionFormSet, RuleInListForm
from alerts.admin.deliveries import DeliveryAdmin, MethodAdmin
from alerts.admin.filters import RuleFilter, StateFilter
from alerts.admin.rule_form import ConditionForm, RuleForm
from alerts.judging.rule_changes import announce_added, delete_rules, save_changes
from alerts.locks import lock_with_feeds
from alerts.models import (
    CLEARED,
    OPENED,
    RETRACTED,
    Alert,
    Condition,
    Delivery,
    Method,
    Rule,
    Transition,
)
from alerts.quality import WEEK, quality_of, with_quality
from alerts.rules.validation import MOST_CONDITIONS
from alerts.states import STATE_WORDS
from prices.admin.deleting import DeleteUnusedAdmin
from prices.admin.stored import ReadOnlyAdmin
from prices.admin.strict import StrictAdmin, StrictInline

WATCHED = ("watched", "direction", "limit", "clear_limit", "span")
HAPPENED = {OPENED: "opened", CLEARED: "cleared", RETRACTED: "withdrawn"}
QUIET = (("quiet_from", "quiet_until"), "quiet_days", "quiet_zone", "quiet_then")


class ConditionInline(StrictInline):
    model = Condition
    form = ConditionForm
    formset = ConditionFormSet
    fields = WATCHED
    extra = 0
    max_num = MOST_CONDITIONS
    verbose_name_plural = "further conditions, all at the same time"


@admin.register(Rule)
class RuleAdmin(DeleteUnusedAdmin, StrictAdmin):
    form = RuleForm
    goes_with_it = ("conditions",)
    instead = "Untick “active” instead: the rule judges nothing from then on."
    list_display = ["__str__", "severity", "limit", "active", "muted_until", "last_7_days"]
    list_editable = ["limit", "active"]
    list_filter = ["node", "market", "watched", "severity", "active"]
    list_select_related = ["node"]
    search_fields = ["name", "node__slug", "node__oasis_name"]
    filter_horizontal = ["methods"]
    inlines = [ConditionInline]
    fieldsets = [
        (None, {"fields": ("name", ("node", "market"), *WATCHED)}),
        ("When it opens", {"fields": ("for_minutes", "cool_down_minutes", "severity")}),
        ("Who is notified", {"fields": ("methods", "owner", "active", "muted_until")}),
        ("Quiet hours", {"fields": QUIET, "classes": ["collapse"]}),
    ]

    class Media:
        js = [forms.Script("alerts/rule_preview.js", type="module")]
        css = {"all": ["alerts/admin.css"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Rule]:
        rules = super().get_queryset(request).prefetch_related("conditions")
        return with_quality(rules, since=timezone.now() - WEEK)

    @admin.display(description="last 7 days")
    def last_7_days(self, rule: Rule) -> str:
        return quality_of(rule).words

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """The list is saved in one transaction, which first locks all of its rules."""
        if request.method != "POST":
            return super().changelist_view(request, extra_context)
        with transaction.atomic():
            lock_with_feeds(listed(request.POST))
            return super().changelist_view(request, extra_context)

    def get_changelist_form(self, request: HttpRequest, **options: Any) -> Any:
        return super().get_changelist_form(request, **options | {"form": RuleInListForm})

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """The user who adds a rule is its owner by default."""
        return {"owner": request.user.pk, **super().get_changeform_initial_data(request)}

    def save_model(self, request: HttpRequest, obj: Rule, form: Any, change: bool) -> None:
        """Save a new rule whole, of an existing one only what was changed."""
        if change:
            save_changes(obj, form.changed_data, now=timezone.now(), by=name_of(request))
        else:
            obj.save()

    def save_related(
        self, request: HttpRequest, form: Any, formsets: Iterable[Any], change: bool
    ) -> None:
        """If its conditions changed, a rule starts over in the same transaction."""
        formsets = list(formsets)
        super().save_related(request, form, formsets, change)
        now, by = timezone.now(), name_of(request)
        if not change:  # saving the form has just replaced all delivery methods
            form.instance.add_methods_for_every_rule()
            announce_added(form.instance, now=now, by=by)
        if change and any(formset.has_changed() for formset in formsets):
            save_changes(form.instance, [], now=now, by=by, conditions=True)

    def delete_model(self, request: HttpRequest, obj: Rule) -> None:
        self.delete_queryset(request, Rule.objects.filter(pk=obj.pk))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Rule]) -> None:
        delete_rules(queryset, now=timezone.now(), by=name_of(request))


def name_of(request: HttpRequest) -> str:
    """Who does it."""
    return request.user.get_username()


def listed(posted: QueryDict) -> list[int]:
    """The ids of the rules in a posted list."""
    fields = (str(posted[name]) for name in posted if re.fullmatch(r"form-[0-9]{1,4}-id", name))
    return [int(text) for text in fields if re.fullmatch("[0-9]{1,18}", text)]


class TransitionInline(StrictInline):
    model = Transition
    fields = ("at", "happened", "interval_start", "price", "value", "text")
    readonly_fields = ("happened",)
    verbose_name_plural = "transitions"
    can_delete = False
    extra = 0

    @admin.display(description="what happened")
    def happened(self, transition: Transition) -> str:
        return HAPPENED[transition.kind]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Alert)
class AlertAdmin(ReadOnlyAdmin):
    list_display = ["text", "severity", "state_now", "opened_at", "cleared_at", "short_crossings"]
    list_filter = [StateFilter, "severity", "rule__node", ("rule", RuleFilter)]
    list_select_related = ["rule__node", "acknowledged_by"]
    search_fields = ["text", "wording"]
    date_hierarchy = "opened_at"
    inlines = [TransitionInline]
    actions = ["export"]

    @admin.display(description="state")
    def state_now(self, alert: Alert) -> str:
        return STATE_WORDS[alert.state]

    @admin.display(description="short crossings left out", ordering="flaps")
    def short_crossings(self, alert: Alert) -> int:
        return alert.flaps

    @admin.action(description="Export as CSV", permissions=["view"])
    def export(self, request: HttpRequest, alerts: QuerySet[Alert]) -> HttpResponseBase:
        return alerts_csv.response(alerts)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.filtered_csv)
        return [path("csv/", view, name="alerts_alert_csv"), *super().get_urls()]

    def filtered_csv(self, request: HttpRequest) -> HttpResponseBase:
        """All alerts that the list shows with this query, on all of its pages."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        try:
            shown = self.get_changelist_instance(request).get_queryset(request)
        except IncorrectLookupParameters:
            return redirect("admin:alerts_alert_changelist")
        return self.export(request, shown)


@admin.register(Transition)
class TransitionAdmin(ReadOnlyAdmin):
    list_display = ["text", "happened", "at"]
    list_filter = ["kind", "alert__severity", "alert__rule__node"]
    list_select_related = ["alert"]
    search_fields = ["text"]
    date_hierarchy = "at"

    @admin.display(description="what happened", ordering="kind")
    def happened(self, transition: Transition) -> str:
        return HAPPENED[transition.kind]


admin.site.register(Method, MethodAdmin)
admin.site.register(Delivery, DeliveryAdmin)
