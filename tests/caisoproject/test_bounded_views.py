"""Behind which limit each view is: a new one is entered here, by what an answer costs.

`WORK`: two of an address at once and four waiting, at all web processes together. `PAGE`: eight of
an address at once in each process, and forty of all. What is asked with `RATE` is also limited in
how often. The feed has places, probes are answered from what was looked at in the last moments.
"""

import re
from collections.abc import Iterator

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, resolve

from api.previews import RulePreview
from api.throttle import Throttle
from api.what_ifs import WhatIf
from caisoproject import asgi

WORK, PAGE = "work", "page"
VIEWS = {
    # A month of prices, a year of judging, a second of an optimizer.
    "api/history/<str:hours>": WORK,
    "api/v1/prices": WORK,
    "api/v1/days": WORK,
    "api/v1/measures": WORK,
    "api/v1/rules/preview": WORK,
    "api/v1/batteries/<int:battery_id>/what-if": WORK,
    # A few queries, bounded lists, answers that are shared.
    "api/current": PAGE,
    "api/v1/hubs": PAGE,
    "api/v1/source": PAGE,
    "api/v1/batteries": PAGE,
    "api/v1/batteries/<int:battery_id>": PAGE,
    "api/v1/batteries/<int:battery_id>/soc": PAGE,
    "api/v1/batteries/<int:battery_id>/advice": PAGE,
    "api/v1/batteries/<int:battery_id>/history": PAGE,
    "api/v1/batteries/<int:battery_id>/backtests": PAGE,
    "api/v1/backtests/<int:backtest_id>": PAGE,
    "api/v1/delivery-tests/<int:delivery_id>": PAGE,
    "api/v1/push/subscriptions": PAGE,
    "api/schema/": PAGE,
    "api/docs/": PAGE,
    "metrics": PAGE,
    "": PAGE,
    "battery/": PAGE,
    "battery/<int:battery_id>/soc/": PAGE,
    "battery/<int:battery_id>/backtests/": PAGE,
    "battery/<int:battery_id>/days.csv": PAGE,
    "status/": PAGE,
    "alerts/": PAGE,
    "alerts/new/": PAGE,
    "alerts/rules/<int:rule_id>/": PAGE,
    "alerts/rules/<int:rule_id>/switch/": PAGE,
    "alerts/<int:alert_id>/acknowledge/": PAGE,
    "alerts/rules/<int:rule_id>/mute/": PAGE,
    "alerts/rules/<int:rule_id>/unmute/": PAGE,
    "push-worker.js": PAGE,
    "favicon.ico": PAGE,
}
# All below these is one kind. Passwords are limited by themselves (`accounts/lock_out.py`).
FOLDERS = {"admin/": PAGE, "accounts/": PAGE}
BESIDE_DJANGO = {"api/v1/stream": "feed", "healthz": "probe", "readyz": "probe"}
RATE = {RulePreview, WhatIf}
LIMITS = {id(asgi.expensive): WORK, id(asgi.ordinary): PAGE}


def routes(resolver: URLResolver | None = None, before: str = "") -> Iterator[str]:
    """Every address of Django's."""
    for one in (resolver or get_resolver()).url_patterns:
        route = before + str(one.pattern)
        if isinstance(one, URLPattern):
            yield route
        else:
            yield from routes(one, route)


def ours() -> list[str]:
    return sorted({route for route in routes() if not route.startswith(tuple(FOLDERS))})


def test_every_view_is_in_the_table_and_every_entry_is_a_view() -> None:
    assert ours() == sorted(VIEWS)


@pytest.mark.parametrize("route", [*ours(), *FOLDERS])
def test_a_view_is_behind_the_limit_that_the_table_says(route: str) -> None:
    path = re.sub(r"<int:\w+>|<str:\w+>", "24", route)
    assert limit_of(path) == {**VIEWS, **FOLDERS}[route]


@pytest.mark.parametrize("route", BESIDE_DJANGO)
def test_what_is_beside_django_is_known(route: str) -> None:
    assert limit_of(route) == BESIDE_DJANGO[route]


def limit_of(path: str) -> str:
    """The limit of the first application that takes this path."""
    taken = next(one for one in asgi.http.routes if one.pattern.match(path))
    inner = taken.callback
    for limited in (inner, *(cell.cell_contents for cell in inner.__closure__ or ())):
        if id(limited) in LIMITS:
            return LIMITS[id(limited)]
    return {"healthz": "probe", "readyz": "probe"}.get(path, "feed")


def test_what_takes_a_second_is_limited_in_how_often_too() -> None:
    posted = {
        resolve(f"/{route}".replace("<int:battery_id>", "1")).func
        for route in VIEWS
        if VIEWS[route] == WORK and "<str" not in route
    }
    views = {getattr(view, "cls", None) for view in posted}
    limited = {
        view
        for view in views
        if view and any(issubclass(throttle, Throttle) for throttle in view.throttle_classes)
    }
    assert limited == RATE
