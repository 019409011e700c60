"""Every address, by everybody: the table in `rights.py` is what holds, and has them all."""

import re
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import get_resolver
from pytest_django import Settings

from accounts.roles import ROLES
from caisoproject import asgi
from tests.accounts.rights import (
    ADMIN,
    ANALYST,
    MODELS,
    NOBODY,
    OPEN,
    OPERATOR,
    PAGES,
    READ,
    REPORTS,
    ROUTES,
    USER,
)

pytestmark = pytest.mark.django_db
USERS = ("no group", *ROLES, "superuser")
FEED, BATTERY = "feed token", "battery token"
EVERYBODY = ("anonymous", *USERS, FEED, BATTERY)
TOKENS = {FEED: "Bearer of-the-tests", BATTERY: "Bearer of-the-batteries"}
MISSING = 999_999_999
OUT = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)


def addresses(patterns: Any, prefix: str = "") -> Iterator[str]:
    """Every address there is, as Django writes it."""
    for one in patterns:
        address = prefix + str(one.pattern)
        if hasattr(one, "url_patterns"):
            yield from addresses(one.url_patterns, address)
        else:
            yield address


ALL = set(addresses(get_resolver().url_patterns))
OF_A_MODEL = re.compile(
    "admin/([a-z]+/[a-z]+)/(|add/|<path:object_id>/(|change/|delete/|history/))"
)


def test_the_table_has_every_address() -> None:
    of_models = {address for address in ALL if OF_A_MODEL.fullmatch(address)}
    lists = {address for address in ALL if re.fullmatch(r"admin/\^\(\?P<app_label>.*", address)}
    assert ALL - of_models - lists == set(PAGES)
    assert {OF_A_MODEL.fullmatch(one).group(1) for one in of_models} == set(MODELS)  # type: ignore[union-attr]


def test_the_table_has_every_application() -> None:
    routers = {"http": asgi.http, "websocket": asgi.live_feed}
    found = {name: {str(route.pattern) for route in one.routes} for name, one in routers.items()}
    assert found == ROUTES


def who(name: str) -> Client:
    """Somebody's browser or program."""
    client = Client(raise_request_exception=False)
    if name in TOKENS:
        client.defaults["HTTP_AUTHORIZATION"] = TOKENS[name]
    elif name != "anonymous":
        user = User.objects.create_user(name, is_superuser=name == "superuser")
        user.groups.set(Group.objects.filter(name=name))
        client.force_login(user)
    return client


def may(name: str, least: str, address: str, *, public: bool) -> bool:
    """What the table says."""
    rank = USERS.index(name) if name in USERS else -1
    if least == NOBODY:
        return False
    if least == OPEN or (least == READ and public):
        # A token that the state of charge does not take is refused there, whoever reads.
        return True
    if least == READ:
        return rank >= 1 or (name == FEED and address.startswith("/api/"))
    if least == REPORTS:
        return rank >= USERS.index(OPERATOR) or name == BATTERY
    if least == USER:
        return rank >= 0
    return rank >= USERS.index({ANALYST: "analyst", OPERATOR: "operator", ADMIN: "admin"}[least])


def is_let_in(client: Client, method: str, address: str) -> bool | None:
    """None: the address does not take the method."""
    body: dict[str, Any] = {"data": "{}", "content_type": "application/json"}
    is_form = not address.startswith("/api/")
    answer = client.generic(method, address, **({} if method == "GET" or is_form else body))
    assert answer.status_code < 500, (method, address, answer.content[:300])
    if answer.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        return None
    to = answer.headers.get("Location", "")
    return answer.status_code not in OUT and not to.startswith(
        ("/accounts/log-in/?", "/admin/login/?")
    )


@pytest.mark.long
@pytest.mark.parametrize(
    ("name", "public"),
    [
        *((name, False) for name in EVERYBODY),
        *((name, True) for name in ("anonymous", "no group", "analyst", FEED)),
    ],
)
def test_everybody_may_do_what_the_table_says(name: str, public: bool, settings: Settings) -> None:
    settings.PUBLIC_DASHBOARD = public
    client = who(name)
    cookies = dict(client.cookies)
    wrong = []
    for address, methods in PAGES.values():
        # One method that is in no row; the admin's own pages are Django's, and take any.
        for method in methods if address.startswith("/admin/") else {**methods, "PUT": NOBODY}:
            expected = may(name, methods.get(method, NOBODY), address, public=public)
            found = is_let_in(client, method, address)
            if bool(found) != expected:
                wrong.append((method, address, expected, found))
        client.cookies.update(cookies)
        if address.endswith("log-out/") or address.endswith("logout/"):
            client = again(client, name)
    assert not wrong


def again(client: Client, name: str) -> Client:
    if name in USERS:
        client.force_login(User.objects.get(username=name))
    return client


@pytest.mark.long
@pytest.mark.parametrize("name", ["anonymous", *USERS, FEED])
def test_everybody_sees_and_changes_in_the_admin_what_the_table_says(name: str) -> None:
    client = who(name)
    wrong = []
    for model, (view, add, change, delete) in MODELS.items():
        base = f"/admin/{model}/"
        wanted = [
            ("GET", base, view),
            ("GET", f"{base}add/", add),
            ("POST", f"{base}add/", add),
            ("GET", f"{base}{MISSING}/change/", view),
            ("POST", f"{base}{MISSING}/change/", change),
            ("GET", f"{base}{MISSING}/delete/", delete),
            ("POST", f"{base}{MISSING}/delete/", delete),
        ]
        for method, address, least in wanted:
            if is_let_in(client, method, address) != may(name, least, address, public=True):
                wrong.append((method, address, least))
    assert not wrong


def test_staff_without_a_group_enter_the_admin_and_see_nothing_there() -> None:
    client = Client()
    client.force_login(User.objects.create_user("clerk", is_staff=True))
    assert client.get("/admin/").status_code == 200
    assert {client.get(f"/admin/{model}/").status_code for model in MODELS} == {403}


def test_an_account_that_is_switched_off_may_nothing() -> None:
    client = who("superuser")
    User.objects.update(is_active=False)
    assert client.get("/admin/").status_code == 302
    assert client.post("/alerts/rules/1/mute/").status_code == 403
