"""The admin, for everybody who may enter it, with the one page to sign in."""

from typing import Any

from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from accounts.access import may_enter_admin


class OurAdminSite(AdminSite):
    """Django's own asks for staff status alone, and has pages to log in of its own."""

    def has_permission(self, request: HttpRequest) -> bool:
        return may_enter_admin(request.user)

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        query = request.META.get("QUERY_STRING", "")
        return redirect(f"{reverse('log-in')}{query and '?'}{query}")

    def password_change(  # type: ignore[override]
        self, request: HttpRequest, extra_context: Any = None
    ) -> HttpResponse:
        return redirect("change-password")
