"""The admin of batteries and what limits them, and of states of charge, which can be reported."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from battery.admin.battery_words import cap_that_counts, no_live_prices, soc_words, split_words
from battery.changes import announce_added, announce_changed, delete_batteries, report_soc
from battery.models import Battery, GridLimit, Outage, SocReading
from battery.soc import soc_at
from prices.admin.deleting import DeleteUnusedAdmin
from prices.admin.strict import StrictAdmin, StrictInline

INLINES = {GridLimit: "grid_limits", Outage: "outages"}
EFFICIENCY = (("round_trip_percent", "charge_percent"), "efficiency_split")
WINDOW = (("soc_min_mwh", "soc_max_mwh"), ("start_soc_mwh", "end_soc_mwh"), "left_usd_mwh")
WEAR = ("wear_usd_mwh", ("cycles_per_day", "cycles_per_year"), "cap")


class GridLimitInline(StrictInline):
    model = GridLimit
    extra = 0


class OutageInline(StrictInline):
    model = Outage
    extra = 0


@admin.register(Battery)
class BatteryAdmin(DeleteUnusedAdmin, StrictAdmin):
    goes_with_it = ("grid_limits", "outages", "soc_readings")
    instead = "Untick “active” instead: no advice is given from then on, and what was is kept."
    list_display = ["name", "size", "market", "soc_now", "owner", "active"]
    list_filter = ["active", "market", "node"]
    list_select_related = ["node", "owner"]
    search_fields = ["name", "node__slug", "node__oasis_name", "owner__username"]
    readonly_fields = ["efficiency_split", "cap"]
    inlines = [GridLimitInline, OutageInline]
    fieldsets = [
        (None, {"fields": ("name", ("node", "market"), "owner", "active")}),
        ("Size", {"fields": (("power_in_mw", "power_out_mw"), "energy_mwh", *EFFICIENCY)}),
        ("State of charge", {"fields": WINDOW}),
        ("Wear", {"fields": WEAR}),
    ]

    @admin.display(description="size")
    def size(self, battery: Battery) -> str:
        return battery.size

    @admin.display(description="state of charge now")
    def soc_now(self, battery: Battery) -> str:
        return soc_words(soc_at(battery, timezone.now()))

    @admin.display(description="losses in each direction")
    def efficiency_split(self, battery: Battery) -> str:
        return split_words(battery)

    @admin.display(description="cap that counts")
    def cap(self, battery: Battery) -> str:
        return cap_that_counts(battery)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """The user who adds a battery is its owner by default."""
        return {"owner": request.user.pk, **super().get_changeform_initial_data(request)}

    def save_model(self, request: HttpRequest, obj: Battery, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if warning := no_live_prices(obj):
            self.message_user(request, warning, messages.WARNING)

    def save_related(
        self, request: HttpRequest, form: Any, formsets: Iterable[Any], change: bool
    ) -> None:
        """Tell what was changed once all of it is saved, in the same transaction."""
        formsets = list(formsets)
        super().save_related(request, form, formsets, change)
        battery, now, by = form.instance, timezone.now(), name_of(request)
        if not change:
            announce_added(battery, now=now, by=by)
            return
        limits = [INLINES[one.model] for one in formsets if one.has_changed()]
        was = form.initial
        before = Battery(pk=battery.pk, name=was["name"], node_id=was["node"])
        announce_changed(battery, before, [*form.changed_data, *limits], now=now, by=by)

    def delete_model(self, request: HttpRequest, obj: Battery) -> None:
        self.delete_queryset(request, Battery.objects.filter(pk=obj.pk))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Battery]) -> None:
        delete_batteries(queryset, now=timezone.now(), by=name_of(request))


@admin.register(SocReading)
class SocReadingAdmin(StrictAdmin):
    """A state of charge can be reported; what was reported stays as it is."""

    fields = ["battery", "at", "soc_mwh"]
    list_display = ["battery", "at", "soc_mwh", "by"]
    list_filter = ["battery"]
    list_select_related = ["battery"]
    search_fields = ["battery__name", "by"]
    date_hierarchy = "at"

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Now, of the battery if there is one alone."""
        initial = {"at": timezone.now(), **super().get_changeform_initial_data(request)}
        batteries = Battery.objects.values_list("pk", flat=True)[:2]
        return {"battery": batteries[0], **initial} if len(batteries) == 1 else initial

    def save_model(self, request: HttpRequest, obj: SocReading, form: Any, change: bool) -> None:
        obj.by = name_of(request)
        report_soc(obj, now=timezone.now())

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def name_of(request: HttpRequest) -> str:
    """Who does it."""
    return request.user.get_username()
