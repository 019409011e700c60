"""The admin of what was advised and what came of it, which is read-only."""

from django.contrib import admin

from battery.models import Advice, Backtest, PaperDay, Restatement, Schedule
from prices.admin.stored import ReadOnlyAdmin


class OfABatteryAdmin(ReadOnlyAdmin):
    list_filter = ["battery"]
    list_select_related = ["battery__node"]
    search_fields = ["battery__name"]


@admin.register(Advice)
class AdviceAdmin(OfABatteryAdmin):
    list_display = ["battery", "interval_start", "action", "power_mw", "soc_mwh", "reason"]
    list_filter = ["battery", "action", "fallback"]
    search_fields = ["battery__name", "reason"]
    date_hierarchy = "interval_start"


@admin.register(Schedule)
class ScheduleAdmin(OfABatteryAdmin):
    list_display = ["battery", "date", "net_usd", "bound_usd", "gap", "made_at"]
    date_hierarchy = "date"


@admin.register(PaperDay)
class PaperDayAdmin(OfABatteryAdmin):
    list_display = ["battery", "date", "net_usd", "perfect_usd", "cycles", "settled", "excluded"]
    date_hierarchy = "date"


@admin.register(Restatement)
class RestatementAdmin(ReadOnlyAdmin):
    list_display = ["day", "interval_start", "old_net_usd", "new_net_usd", "why", "at"]
    list_filter = ["day__battery"]
    list_select_related = ["day__battery"]
    search_fields = ["day__battery__name", "why"]
    date_hierarchy = "at"


@admin.register(Backtest)
class BacktestAdmin(OfABatteryAdmin):
    list_display = ["battery", "start", "end", "market", "state", "progress", "asked_by"]
    list_filter = ["battery", "state", "market"]
    list_select_related = ["battery", "asked_by"]
    search_fields = ["battery__name", "asked_by__username", "error"]
    date_hierarchy = "asked_at"
