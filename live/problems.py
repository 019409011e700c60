"""Errors as problem documents (RFC 9457), with a sentence a person understands."""

import json
from collections.abc import Awaitable, Callable, Iterable
from functools import wraps
from html import escape
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.template.loader import render_to_string

API = "/api/"
PROBLEM_JSON = "application/problem+json"
# What a program reads if all that is known is the status.
SENTENCES = {
    HTTPStatus.BAD_REQUEST: "The request can't be read.",
    HTTPStatus.FORBIDDEN: "This needs a log-in, or a CSRF token of a page of ours.",
    HTTPStatus.NOT_FOUND: "There is no such address.",
    HTTPStatus.METHOD_NOT_ALLOWED: "The address takes other methods: see Allow.",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "The body is JSON, with Content-Type: application/json.",
    HTTPStatus.INTERNAL_SERVER_ERROR: "The server could not answer; the reason is in its log.",
}


class Problem(Exception):
    """A request that can't be answered: its HTTP status, and why, in a sentence.

    `retry_after` is in seconds, and given if asking again helps; `allow` names the methods that
    the address takes.
    """

    def __init__(
        self,
        status: HTTPStatus,
        detail: str = "",
        retry_after: int = 0,
        *,
        allow: Iterable[str] = (),
    ) -> None:
        self.status = status
        self.detail = detail or SENTENCES.get(status, f"{status.phrase}.")
        super().__init__(self.detail)
        self.headers: dict[str, str] = {}
        if retry_after:
            self.headers["Retry-After"] = str(retry_after)
        if methods := ", ".join(allow):
            self.headers["Allow"] = methods

    def document(self) -> dict[str, object]:
        return {
            "type": "about:blank",
            "title": self.status.phrase,
            "status": self.status.value,
            "detail": self.detail,
        }

    def response(self) -> JsonResponse:
        return JsonResponse(
            self.document(), status=self.status, headers=self.headers, content_type=PROBLEM_JSON
        )


def problems_answered(
    view: Callable[..., HttpResponseBase],
) -> Callable[..., HttpResponseBase]:
    """Let a view raise Problem, which is answered with its document."""

    @wraps(view)
    def wrapped(request: HttpRequest, *arguments: object, **options: object) -> HttpResponseBase:
        try:
            return view(request, *arguments, **options)
        except Problem as problem:
            return problem.response()

    return wrapped


def refusal(path: str, problem: Problem) -> HttpResponse:
    """A problem as an answer: a document under `/api/`, for people a page."""
    if path.startswith(API):
        return problem.response()
    said = {"title": problem.status.phrase, "sentence": problem.detail}
    page = render_to_string("refused.html", said)
    return HttpResponse(page, status=problem.status, headers=problem.headers)


async def send_problem(send: Callable[[dict[str, Any]], Awaitable[None]], problem: Problem) -> None:
    """Send a problem document from outside Django's views."""
    response = problem.response()
    headers = [(name.lower().encode(), value.encode()) for name, value in response.items()]
    await send({"type": "http.response.start", "status": response.status_code, "headers": headers})
    await send({"type": "http.response.body", "body": response.content})


async def send_refusal(
    send: Callable[[dict[str, Any]], Awaitable[None]], path: str, problem: Problem
) -> None:
    """The same, or a page for people where the path is one of theirs."""
    kind, body = problem_or_page(path, problem.status, problem.detail)
    said = {"Content-Type": kind, **problem.headers}
    headers = [(name.lower().encode(), value.encode()) for name, value in said.items()]
    await send({"type": "http.response.start", "status": problem.status.value, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def problem_or_page(path: str, status: HTTPStatus, sentence: str) -> tuple[str, bytes]:
    """The content type and the body of a refusal that Django never sees."""
    if path.startswith(API):
        return PROBLEM_JSON, json.dumps(Problem(status, sentence).document()).encode()
    said = escape(Problem(status, sentence).detail)
    page = f"<!doctype html><title>{status.phrase}</title><p>{said}</p>"
    return "text/html; charset=utf-8", page.encode()
