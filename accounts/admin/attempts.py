"""Wrong log-ins of the last quarter of an hour: deleting one lets its name and address try again.

What allauth would show besides is not ours to edit: addresses we do not use, and secrets.
"""

from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.mfa.models import Authenticator
from axes.models import AccessAttempt
from django.contrib import admin
from django.http import HttpRequest

from prices.admin.strict import StrictAdmin

for model in (EmailAddress, EmailConfirmation, Authenticator):
    if admin.site.is_registered(model):
        admin.site.unregister(model)


@admin.register(AccessAttempt)
class AttemptAdmin(StrictAdmin):
    list_display = ["attempt_time", "username", "ip_address", "failures_since_start", "user_agent"]
    search_fields = ["username", "ip_address"]
    date_hierarchy = "attempt_time"
    fields = ["attempt_time", "username", "ip_address", "failures_since_start", "user_agent"]
    readonly_fields = [
        "attempt_time",
        "username",
        "ip_address",
        "failures_since_start",
        "user_agent",
    ]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False
