"""Errors as problem documents (RFC 9457), with a sentence a person understands."""

import json
from collections.abc import Awaitable, Callable
from functools import wraps
from html import escape
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.template.loader import render_to_string

API = "/api/"
PROBLEM_JSON = "application/problem+json"


class Problem(Exception):
    """A request that can't be answered: its HTTP status, and why, in a sentence.

    `retry_after` is in seconds, where asking again helps.
    """

    def __init__(self, status: HTTPStatus, detail: str, retry_after: int = 0) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.retry_after = retry_after

    def document(self) -> dict[str, object]:
        """What the problem says."""
        return {
            "type": "about:blank",
            "title": self.status.phrase,
            "status": self.status.value,
            "detail": self.detail,
        }

    def response(self) -> JsonResponse:
        """The problem as its document."""
        response = JsonResponse(self.document(), status=self.status, content_type=PROBLEM_JSON)
        if self.retry_after:
            response.headers["Retry-After"] = str(self.retry_after)
        return response


def told_as_problem(
    view: Callable[..., HttpResponseBase],
) -> Callable[..., HttpResponseBase]:
    """Let a view raise Problem."""

    @wraps(view)
    def wrapped(request: HttpRequest, *arguments: object, **options: object) -> HttpResponseBase:
        try:
            return view(request, *arguments, **options)
        except Problem as problem:
            return problem.response()

    return wrapped


def refusal(path: str, problem: Problem) -> HttpResponse:
    """A problem as those who ask at `path` read it: programs its document, people a page."""
    if path.startswith(API):
        return problem.response()
    said = {"title": problem.status.phrase, "sentence": problem.detail}
    response = HttpResponse(render_to_string("refused.html", said), status=problem.status)
    if problem.retry_after:
        response.headers["Retry-After"] = str(problem.retry_after)
    return response


async def send_problem(send: Callable[[dict[str, Any]], Awaitable[None]], problem: Problem) -> None:
    """A problem document, outside of Django's views."""
    response = problem.response()
    headers = [(name.lower().encode(), value.encode()) for name, value in response.items()]
    await send({"type": "http.response.start", "status": response.status_code, "headers": headers})
    await send({"type": "http.response.body", "body": response.content})


def problem_or_page(path: str, status: HTTPStatus, sentence: str) -> tuple[str, bytes]:
    """The content type and the body of a refusal that Django never sees."""
    if path.startswith(API):
        return PROBLEM_JSON, json.dumps(Problem(status, sentence).document()).encode()
    batch = f"<!doctype html><title>{status.phrase}</title><p>{escape(sentence)}</p>"
    return "text/html; charset=utf-8", batch.encode()
