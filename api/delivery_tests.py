"""`GET /api/v1/delivery-tests/{id}`: the outcome of a test of a delivery method."""

from http import HTTPStatus
from typing import Any

from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from rest_framework import serializers
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import may
from alerts.method_kinds import LABELS
from alerts.models import Delivery
from api.fields import Time
from api.frame import ApiView
from live.problems import Problem

STATES = [Delivery.WAITING, Delivery.SENT, Delivery.GIVEN_UP]


class DeliveryTest(serializers.Serializer[Any]):
    """A test message in the outbox, and what came of it."""

    id = serializers.IntegerField(help_text="The delivery's number.")
    method = serializers.IntegerField(source="method_id", help_text="The delivery method's number.")
    name = serializers.CharField(source="method.name", help_text="The delivery method's name.")
    kind = serializers.ChoiceField(
        source="method.kind", choices=list(LABELS.items()), help_text="How it is delivered."
    )
    state = serializers.ChoiceField(
        choices=STATES,
        help_text="`waiting`: it was not tried yet, or is tried again; `sent`: the receiver took "
        "it; `given up`: it is not tried again.",
    )
    attempts = serializers.IntegerField(help_text="How often it was tried.")
    created_at = Time(help_text="When the test was asked for.")
    due_at = Time(help_text="When it is tried next, while it is `waiting`.")
    sent_at = Time(allow_null=True, help_text="When the receiver took it; null: not yet.")
    given_up_at = Time(allow_null=True, help_text="When it was given up; null: it was not.")
    last_error = serializers.CharField(
        allow_blank=True, help_text="What came back from the last try that failed; empty: none did."
    )


class MayChangeMethods(BasePermission):
    """Who may change delivery methods."""

    message = "Log in as somebody who may change delivery methods."

    def has_permission(self, request: Request, view: Any) -> bool:
        return may(request.user, "alerts.change_method")


@method_decorator(never_cache, name="dispatch")
class DeliveryTests(ApiView):
    """A test that was sent from a delivery method's page in the admin."""

    permission_classes = [MayChangeMethods]

    def get(self, request: Request, delivery_id: int) -> Response:
        tests = Delivery.objects.filter(kind=Delivery.TEST).select_related("method")
        test = tests.filter(pk=delivery_id).first()
        if test is None:
            raise Problem(HTTPStatus.NOT_FOUND, "There is no test of this number.")
        return Response(DeliveryTest(test).data)
