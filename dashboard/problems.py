"""Errors as problem documents (RFC 9457), with a sentence a person understands."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus

from django.http import HttpRequest, HttpResponseBase, JsonResponse


class Problem(Exception):
    """A request that can't be answered: its HTTP status, and why, in a sentence."""

    def __init__(self, status: HTTPStatus, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail

    def response(self) -> JsonResponse:
        """The problem as its document."""
        document = {
            "type": "about:blank",
            "title": self.status.phrase,
            "status": self.status.value,
            "detail": self.detail,
        }
        return JsonResponse(
            document, status=self.status.value, content_type="application/problem+json"
        )


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
