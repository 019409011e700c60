"""Middleware, the outermost: counts answers by part of the site and class of status."""

import time
from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from telemetry import tallies

Handler = Callable[[HttpRequest], HttpResponseBase]
AREAS = {
    "/api/": "api",
    "/admin/": "admin",
    "/static/": "static",
    "/metrics": "metrics",
}


def counted_answers(get_response: Handler) -> Handler:
    """How long an answer took to make is counted too; sending a long one is not in it."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        began = time.perf_counter()
        answer = get_response(request)
        area = area_of(request.path_info)
        tallies.observe("caiso_http_response_duration_seconds", since(began), area=area)
        status = f"{answer.status_code // 100}xx"
        tallies.count("caiso_http_responses", area=area, status=status)
        return answer

    return middleware


def since(began: float) -> float:
    return time.perf_counter() - began


def area_of(path: str) -> str:
    """The part of the site that an address belongs to; all that is nothing else is a page."""
    return next((area for start, area in AREAS.items() if path.startswith(start)), "page")
