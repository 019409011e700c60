"""The admin of delivery methods, which can be tested, and of deliveries."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.views.decorators.http import require_POST

from alerts.admin.method_form import MethodForm
from alerts.checks import contact_problem
from alerts.delivery.deliver import try_again, write_test
from alerts.models import Delivery, Method
from prices.admin.deleting import DeleteUnusedAdmin
from prices.admin.stored import ReadOnlyAdmin
from prices.admin.strict import StrictAdmin


class MethodAdmin(DeleteUnusedAdmin, StrictAdmin):
    form = MethodForm
    list_display = ["name", "kind", "owner", "operations", "active"]
    list_editable = ["active"]
    list_filter = ["kind", "operations", "active"]
    list_select_related = ["owner"]
    search_fields = ["name", "address", "owner__username"]
    actions = ["delete_selected", "send_tests"]
    instead = "Untick “active” instead: nothing is sent to it from then on."

    class Media:
        css = {"all": ["alerts/admin.css"]}

    def get_fields(self, request: HttpRequest, obj: Method | None = None) -> Any:
        """Without the secret for users who may not change it. It is never shown to anybody."""
        fields = list(super().get_fields(request, obj))
        if not self.has_change_permission(request, obj) and "secret" in fields:
            fields.remove("secret")
        return fields

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        """No filtering by secret: it could be guessed letter by letter."""
        if lookup.split("__", maxsplit=1)[0] == "secret":
            return False
        return super().lookup_allowed(lookup, value, request)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        self.warn_of_contact(request, Method.objects.filter(kind=Method.PUSH))
        return super().changelist_view(request, extra_context)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> Any:
        self.warn_of_contact(request, self.push_method(object_id))
        return super().change_view(request, object_id, form_url, extra_context)

    def push_method(self, object_id: str) -> QuerySet[Method]:
        """The delivery method with this id if it is browser push, else none."""
        is_number = object_id.isascii() and object_id.isdigit() and len(object_id) < 19
        methods = Method.objects.filter(kind=Method.PUSH)
        return methods.filter(pk=object_id) if is_number else methods.none()

    def warn_of_contact(self, request: HttpRequest, methods: QuerySet[Method]) -> None:
        """Show what is wrong with our contact for push services, if any method needs it."""
        problem = contact_problem()
        if problem and request.method == "GET" and methods.exists():
            self.message_user(request, problem, messages.WARNING)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """The user who adds a delivery method is its owner by default."""
        return {"owner": request.user.pk, **super().get_changeform_initial_data(request)}

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(require_POST(self.send_test))
        return [path("<int:pk>/test/", view, name="alerts_method_test"), *super().get_urls()]

    def send_test(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """What the button on a delivery method's page does."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        method = get_object_or_404(Method, pk=pk)
        self.test(request, method)
        return redirect(reverse("admin:alerts_method_change", args=[pk]))

    @admin.action(description="Send a test", permissions=["change"])
    def send_tests(self, request: HttpRequest, methods: QuerySet[Method]) -> None:
        for method in methods:
            self.test(request, method)

    def test(self, request: HttpRequest, method: Method) -> None:
        """Write a test into the outbox, and link to its delivery."""
        delivery = write_test(method, now=timezone.now())
        link = reverse("admin:alerts_delivery_change", args=[delivery.pk])
        notice = format_html(
            'A test to {} is on its way: <a href="{}">see if it arrived</a>.', method, link
        )
        self.message_user(request, notice, messages.SUCCESS)


class DeliveryAdmin(ReadOnlyAdmin):
    list_display = ["what", "method", "state", "attempts", "created_at", "sent_at", "last_error"]
    list_filter = ["state", "kind", "method__kind", "method"]
    list_select_related = ["method", "transition", "operational"]
    search_fields = ["transition__text", "method__name", "last_error", "key"]
    date_hierarchy = "created_at"
    actions = ["again"]

    @admin.display(description="message")
    def what(self, delivery: Delivery) -> str:
        if delivery.operational:
            return str(delivery.operational)
        return delivery.transition.text if delivery.transition else delivery.kind

    def has_again_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("alerts.change_delivery")

    @admin.action(description="Try given-up deliveries again now", permissions=["again"])
    def again(self, request: HttpRequest, deliveries: QuerySet[Delivery]) -> None:
        count = try_again(deliveries, now=timezone.now())
        deliveries_are = "1 delivery is" if count == 1 else f"{count} deliveries are"
        self.message_user(request, f"{deliveries_are} tried again.", messages.SUCCESS)
