"""Failures outside the views: a foreign host name, an unreachable database, a full disk."""

import errno
import shutil
import sys
from collections.abc import Callable, Iterator
from http import HTTPStatus

import structlog
from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.views.defaults import server_error as usual_server_error

from caisoproject.postgresql import ALL_IN_USE
from live.problems import API, PROBLEM_JSON, Problem, refusal

log = structlog.get_logger(__name__)
RETRY_AFTER = 10
NEEDED = 64 * 1024
DISK_IS_FULL = (errno.ENOSPC, errno.EDQUOT)
NO_ROOM = "The server has no room left on its disk: nothing can be stored at the moment."
NO_DATABASE = "The database can't be reached at the moment; the prices come back with it."
BUSY = "More is asked of the database than it can answer at the moment."
ANOTHER_NAME = "This server has another name."
Handler = Callable[[HttpRequest], HttpResponse]


class ProblemsUnderApi:
    """Middleware: every failure under `/api/` is a problem document, wherever it comes from."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        is_failure = response.status_code >= HTTPStatus.BAD_REQUEST
        if not is_failure or not request.path_info.startswith(API) or is_problem(response):
            return response
        return as_problem(response)

    def process_exception(self, request: HttpRequest, fault: Exception) -> HttpResponse | None:
        """Answer 503 for a view under `/api/` also in debug mode, which shows its own page."""
        return in_trouble(request, fault) if request.path_info.startswith(API) else None


def is_problem(response: HttpResponse) -> bool:
    return response.headers.get("Content-Type", "").startswith(PROBLEM_JSON)


def as_problem(response: HttpResponse) -> HttpResponse:
    """The same failure as a problem document, with the headers that matter."""
    problem = Problem(HTTPStatus(response.status_code)).response()
    for name in ("Allow", "Retry-After", "Cache-Control", "Vary"):
        if name in response.headers:
            problem.headers[name] = response.headers[name]
    return logged_already(problem) if hasattr(response, "_has_been_logged") else problem


def our_name_alone(get_response: Handler) -> Handler:
    """Refuse requests to a foreign host name, with one line in the log instead of a traceback."""

    def middleware(request: HttpRequest) -> HttpResponse:
        try:
            request.get_host()
        except DisallowedHost:
            log.warning("asked by another name", host=request.headers.get("Host", "")[:100])
            problem = Problem(HTTPStatus.BAD_REQUEST, ANOTHER_NAME)
            return logged_already(refusal(request.path_info, problem))
        return get_response(request)

    return middleware


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """What can't be read. Django's own page would read the form once more, and fail again."""
    return refusal(request.path_info, Problem(HTTPStatus.BAD_REQUEST))


def server_error(request: HttpRequest) -> HttpResponse:
    """What no view caught: 503 if the database or the disk is in trouble, else 500."""
    return in_trouble(request, sys.exc_info()[1]) or usual_server_error(request)


def in_trouble(request: HttpRequest, fault: BaseException | None) -> HttpResponse | None:
    """503 for a fault of the database or the disk; None for a fault of our own."""
    sentence = next(filter(None, map(trouble, chain(fault))), None)
    if sentence is None:
        return None
    log.error("can't answer", path=request.path_info[:200], why=str(fault)[:200])
    problem = Problem(HTTPStatus.SERVICE_UNAVAILABLE, sentence, RETRY_AFTER)
    return logged_already(refusal(request.path_info, problem))


def chain(fault: BaseException | None) -> Iterator[BaseException]:
    """An exception and its causes."""
    while fault is not None:
        yield fault
        fault = fault.__cause__ or fault.__context__


def trouble(fault: BaseException) -> str | None:
    """A sentence about the database or the disk; None for a fault of our own."""
    if isinstance(fault, OSError) and fault.errno in DISK_IS_FULL:
        return NO_ROOM
    if not isinstance(fault, OperationalError | InterfaceError):
        return None
    if ALL_IN_USE in str(fault):  # of this process
        return BUSY
    return NO_ROOM if is_full(str(fault)) else NO_DATABASE


def is_full(message: str) -> bool:
    """Whether a database's error message means that the disk is full."""
    if "disk I/O error" in message:  # SQLite can't make the files beside its database
        return shutil.disk_usage(settings.STATE_DIR).free < NEEDED
    return "disk is full" in message or "No space left" in message


def logged_already(response: HttpResponse) -> HttpResponse:
    """Keep Django from logging the answer again."""
    response._has_been_logged = True  # type: ignore[attr-defined]
    return response
