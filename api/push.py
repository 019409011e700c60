"""`/api/v1/push/subscriptions`: a browser subscribes to alerts, or unsubscribes."""

import json
from http import HTTPStatus
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.http import HttpRequest
from rest_framework import serializers
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import may
from alerts.delivery.senders.catalog import check_address
from alerts.models import Method, Rule
from api.fields import Text
from api.frame import ApiView
from outbound.errors import Refused

LONGEST_ENDPOINT = 1000
NO_ENDPOINT = "the address the browser was given by its push service."
# The first match names the browser: Edge also claims to be Chrome, and Chrome to be Safari.
BROWSERS = {"Edg": "Edge", "OPR": "Opera", "Firefox": "Firefox", "Chrome": "Chrome"}
BROWSERS |= {"Safari": "Safari"}


class Endpoint(serializers.Serializer[Any]):
    """A browser, by its address at its push service."""

    endpoint = Text(
        max_length=LONGEST_ENDPOINT,
        help_text="The address that the browser was given by its push service.",
        error_messages=dict.fromkeys(
            ("invalid", "required", "null", "blank", "max_length"), NO_ENDPOINT
        ),
    )


class PushKeys(serializers.Serializer[Any]):
    """The keys that messages to the browser are encrypted with."""

    p256dh = serializers.CharField(help_text="The browser's public key, in base64url.")
    auth = serializers.CharField(help_text="The subscription's secret, in base64url.")


class PushSubscription(Endpoint):
    """A PushSubscription as the browser writes it; its other fields are not kept."""

    keys = PushKeys()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        try:
            return {"address": check_address(Method.PUSH, json.dumps(self.initial_data))}
        except Refused as refused:
            raise serializers.ValidationError(str(refused)) from refused


class Subscribed(serializers.Serializer[Any]):
    """The delivery method for the browser."""

    id = serializers.IntegerField(help_text="The delivery method's number.")
    name = serializers.CharField(help_text="Its name: `Firefox of admin`.")


class Unsubscribed(serializers.Serializer[Any]):
    """How much was switched off."""

    removed = serializers.IntegerField(help_text="How many delivery methods: 0 or 1.")


class MayAddMethods(BasePermission):
    """Who may add delivery methods."""

    def has_permission(self, request: Request, view: Any) -> bool:
        self.message = refusal(request.user)
        return may(request.user, "alerts.add_method")


class PushSubscriptions(ApiView):
    """Subscribe this browser to alerts, or unsubscribe it."""

    permission_classes = [MayAddMethods]

    def post(self, request: Request) -> Response:
        subscription = PushSubscription(data=request.data)
        subscription.is_valid(raise_exception=True)
        address = subscription.validated_data["address"]
        method = subscribe(request.user, address, browser(request))
        return Response(Subscribed(method).data, status=HTTPStatus.CREATED)

    def delete(self, request: Request) -> Response:
        browser = Endpoint(data=request.data)
        browser.is_valid(raise_exception=True)
        removed = unsubscribe(request.user, browser.validated_data["endpoint"])
        return Response(Unsubscribed({"removed": removed}).data)


def refusal(user: Any) -> str:
    """What to do for somebody who may not subscribe a browser."""
    if user.is_authenticated:
        return f"{user.get_username()} may not add delivery methods: ask an administrator."
    return "Log in to be notified in this browser."


@transaction.atomic
def subscribe(user: Any, address: str, browser: str) -> Method:
    """A delivery method for this browser, on every rule; the same one if it subscribes again."""
    method = next(iter(of_browser(user, json.loads(address)["endpoint"])), None)
    method = method or Method(kind=Method.PUSH, owner=user, name=name_of(user, browser))
    method.address, method.active, method.every_rule = address, True, True
    method.save()
    # Also rules that are switched off: they may be switched on later.
    method.rule_set.add(*Rule.objects.all())
    return method


@transaction.atomic
def unsubscribe(user: Any, endpoint: str) -> int:
    """Send nothing more to this browser. Its past deliveries are kept. Returns how many."""
    methods = of_browser(user, endpoint)
    for method in methods:
        method.rule_set.clear()
        method.active = method.every_rule = False
        method.save()
    return len(methods)


def of_browser(user: Any, endpoint: str) -> list[Method]:
    """The user's delivery methods for this browser."""
    mine = Method.objects.filter(kind=Method.PUSH, owner=user).order_by("pk")
    return [method for method in mine if json.loads(method.address)["endpoint"] == endpoint]


def name_of(user: AbstractBaseUser, browser: str) -> str:
    """`Firefox of admin`."""
    return f"{browser} of {user.get_username()}"[:80]


def browser(request: Request | HttpRequest) -> str:
    """The browser's name by its User-Agent."""
    agent = request.headers.get("User-Agent", "")
    return next((name for word, name in BROWSERS.items() if f"{word}/" in agent), "Browser")
