"""Pages come over https alone where `SITE_URL` is https; what Django's redirect can't know."""

import re
from collections.abc import Callable
from http import HTTPStatus

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from live.problems import Problem, refusal

log = structlog.get_logger(__name__)
NOT_TRUSTED = (
    "This came through a proxy that is not among TRUSTED_PROXIES, so nobody knows whether it came "
    "over https: the operator adds the proxy's address there."
)


def no_redirect_in_circles(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Say what is wrong where a page over https would be sent to itself for ever."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if not (settings.SECURE_SSL_REDIRECT and goes_in_circles(request)):
            return get_response(request)
        log.warning("a proxy is not trusted", address=request.META.get("REMOTE_ADDR", ""))
        return refusal(request.path_info, Problem(HTTPStatus.BAD_REQUEST, NOT_TRUSTED))

    return middleware


def goes_in_circles(request: HttpRequest) -> bool:
    """Whether somebody says that this was https, who is not believed."""
    told = request.headers.get("X-Forwarded-Proto", "").strip().lower() == "https"
    return told and not request.is_secure() and not is_exempt(request.path.lstrip("/"))


def is_exempt(path: str) -> bool:
    return any(re.search(pattern, path) for pattern in settings.SECURE_REDIRECT_EXEMPT)
