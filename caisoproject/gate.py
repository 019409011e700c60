"""Where the dashboard is not public, everything is closed but what is named here."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import ResolverMatch, reverse
from django.utils.cache import add_never_cache_headers

from accounts.access import may_read
from live.origin import shows_token
from live.problems import API, Problem, refusal

# What a reader needs before there is a user, what programs of the operator ask for (some show a
# token of their own), and pages that ask for a user themselves.
OPEN = {
    *("/metrics", "/favicon.ico", "/push-worker.js"),
    *(
        "/accounts/",
        "/accounts/log-in/",
        "/accounts/log-in/code/",
        "/accounts/log-out/",
        "/admin/logout/",
    ),
    *("/accounts/password/", "/accounts/second-factor/"),
    *("/accounts/second-factor/codes/", "/accounts/second-factor/remove/"),
}
STATE_OF_CHARGE = "battery-soc"
SIGN_IN = "Log in, or send the feed token: Authorization: Bearer <token>."
NOT_A_READER = (
    "You are logged in as {}, who may not read here. An administrator can put the account into "
    "a group."
)


class Gate:
    """Middleware: lets in who may read. The admin has a gate of its own."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_: Any) -> HttpResponse | None:
        if settings.PUBLIC_DASHBOARD or is_open(request) or may_read(request.user):
            return None
        if request.path_info.startswith(API) and is_program(request, request.resolver_match):
            return None
        response = refused(request)
        add_never_cache_headers(response)
        return response


def is_open(request: HttpRequest) -> bool:
    match = request.resolver_match
    return request.path_info in OPEN or (match is not None and match.app_name == "admin")


def is_program(request: HttpRequest, match: ResolverMatch | None) -> bool:
    """Whether a program shows a token: the feed's may read, the battery's is for one address."""
    shown = request.headers.get("Authorization", "").encode()
    if match is not None and match.url_name == STATE_OF_CHARGE:
        return shows_token(shown, settings.BATTERY_TOKEN)
    return shows_token(shown, settings.FEED_TOKEN)


def refused(request: HttpRequest) -> HttpResponse:
    """401 for programs, the page to log in for people; 403 for users who may not read."""
    if request.user.is_authenticated:
        sentence = NOT_A_READER.format(request.user.get_username())
        return refusal(request.path_info, Problem(HTTPStatus.FORBIDDEN, sentence))
    if request.path_info.startswith(API):
        problem = Problem(HTTPStatus.UNAUTHORIZED, SIGN_IN)
        problem.headers["WWW-Authenticate"] = "Bearer"
        return problem.response()
    is_read = request.method in ("GET", "HEAD")
    there = urlencode({"next": request.get_full_path() if is_read else "/"})
    return redirect(f"{reverse('log-in')}?{there}")
