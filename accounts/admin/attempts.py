"""Wrong log-ins of the last quarter of an hour: with them deleted, name and address try again.

What allauth would show besides is not ours to edit: addresses we do not use, and secrets.
"""

from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.mfa.models import Authenticator
from axes.models import AccessFailureLog
from django.contrib import admin
from django.http import HttpRequest

from prices.admin.strict import StrictAdmin

for model in (EmailAddress, EmailConfirmation, Authenticator):
    if admin.site.is_registered(model):
        admin.site.unregister(model)


SHOWN = ("attempt_time", "username", "ip_address", "user_agent")


@admin.register(AccessFailureLog)
class FailureAdmin(StrictAdmin):
    list_display = SHOWN
    search_fields = ["username", "ip_address"]
    date_hierarchy = "attempt_time"
    fields = SHOWN
    readonly_fields = SHOWN

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False
