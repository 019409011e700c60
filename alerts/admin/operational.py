"""The admin of operational alerts, which only the system writes."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from alerts.models import OperationalAlert
from prices.admin.stored import ReadOnlyAdmin


@admin.register(OperationalAlert)
class OperationalAlertAdmin(ReadOnlyAdmin):
    list_display = ["kind", "subject", "reason", "since", "opened_at", "cleared_at"]
    list_filter = ["kind"]
    search_fields = ["reason", "subject"]
    date_hierarchy = "opened_at"
    exclude = ["looked_at", "well_since"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Those that opened: what is only watched may be nothing."""
        return super().get_queryset(request).filter(opened_at__isnull=False)
