"""`/api/v1/push/subscriptions`: a browser asks to be told, or to be left alone."""

import json
from http import HTTPStatus
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.views.decorators.http import require_http_methods

from alerts.delivery.senders.catalog import check_address
from alerts.models import Method, Rule
from api import json_body
from live.problems import Problem, told_as_problem
from outbound.errors import Refused

LONGEST_ENDPOINT = 1000
# The name says what is at the other end; Edge says it is Chrome too, and Chrome Safari.
BROWSERS = {"Edg": "Edge", "OPR": "Opera", "Firefox": "Firefox", "Chrome": "Chrome"}
BROWSERS |= {"Safari": "Safari"}


@require_http_methods(["POST", "DELETE"])
@told_as_problem
def subscriptions(request: HttpRequest) -> HttpResponseBase:
    """A PushSubscription as the browser writes it; to be left alone its endpoint is enough."""
    if not (request.user.is_staff and request.user.has_perm("alerts.add_method")):
        raise Problem(HTTPStatus.FORBIDDEN, refusal(request.user))
    body = json_body.read(request)
    if request.method == "DELETE":
        return JsonResponse({"removed": unsubscribe(request.user, endpoint_of(body))})
    method = subscribe(request.user, address_of(body), browser(request))
    return JsonResponse({"id": method.pk, "name": method.name}, status=HTTPStatus.CREATED)


def refusal(user: Any) -> str:
    """What helps somebody who may not be told by browser."""
    if user.is_authenticated:
        return f"{user.get_username()} may not add delivery methods: ask an administrator."
    return "Log in to be told by browser."


def address_of(body: dict[str, Any]) -> str:
    """The subscription as it is kept. Raises Problem where nothing can be sent to it."""
    endpoint_of(body)
    try:
        return check_address(Method.PUSH, json.dumps(body))
    except Refused as refused:
        raise json_body.bad(str(refused)) from refused


def endpoint_of(body: dict[str, Any]) -> str:
    """The address of a browser at its push service."""
    endpoint = body.get("endpoint")
    if not isinstance(endpoint, str) or not 0 < len(endpoint) <= LONGEST_ENDPOINT:
        raise json_body.bad("endpoint: the address the browser was given by its push service.")
    return endpoint


@transaction.atomic
def subscribe(user: Any, address: str, browser: str) -> Method:
    """A delivery method for this browser, on every rule; the same one when it asks again."""
    method = next(iter(of_browser(user, json.loads(address)["endpoint"])), None)
    method = method or Method(kind=Method.PUSH, owner=user, name=name_of(user, browser))
    method.address, method.active, method.every_rule = address, True, True
    method.save()
    # Those too that are switched off: they may be switched on.
    method.rule_set.add(*Rule.objects.all())
    return method


@transaction.atomic
def unsubscribe(user: Any, endpoint: str) -> int:
    """Nothing goes to this browser any more. What was delivered to it stays to be looked at."""
    methods = of_browser(user, endpoint)
    for method in methods:
        method.rule_set.clear()
        method.active = method.every_rule = False
        method.save()
    return len(methods)


def of_browser(user: Any, endpoint: str) -> list[Method]:
    """The user's delivery methods that lead to this browser."""
    mine = Method.objects.filter(kind=Method.PUSH, owner=user).order_by("pk")
    return [method for method in mine if json.loads(method.address)["endpoint"] == endpoint]


def name_of(user: AbstractBaseUser, browser: str) -> str:
    """`Firefox of admin`."""
    return f"{browser} of {user.get_username()}"[:80]


def browser(request: HttpRequest) -> str:
    """What browser it says it is."""
    agent = request.headers.get("User-Agent", "")
    return next((name for word, name in BROWSERS.items() if f"{word}/" in agent), "Browser")
