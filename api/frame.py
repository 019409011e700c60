"""What all views of `/api/v1/` have in common, in addition to the settings."""

import io
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any, NoReturn

from django.http import HttpRequest
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.views import APIView

from live.problems import Problem


class JsonRequest(Request):
    """A request whose body is always parsed, even without a Content-Length."""

    def _load_stream(self) -> None:
        inner: Any = self._request
        self._stream = io.BytesIO(inner.body) if inner._read_started else inner


class JsonNegotiation(DefaultContentNegotiation):
    """Takes a body without a Content-Type for JSON."""

    def select_parser(self, request: Request, parsers: Iterable[BaseParser]) -> BaseParser | None:
        if not request.content_type:
            return next(iter(parsers))
        return super().select_parser(request, parsers)


class ApiView(APIView):
    """A view that answers JSON, and refuses with a problem document."""

    content_negotiation_class = JsonNegotiation
    http_method_names = ["get", "head", "post", "patch", "delete"]

    def initialize_request(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Request:
        return JsonRequest(
            request,
            parsers=self.get_parsers(),
            authenticators=self.get_authenticators(),
            negotiator=self.get_content_negotiator(),
            parser_context=self.get_parser_context(request),
        )

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse an unknown method before asking who makes the request."""
        if request.method not in self.allowed_methods:
            self.http_method_not_allowed(request)
        super().initial(request, *args, **kwargs)

    def permission_denied(
        self, request: Request, message: str | None = None, code: str | None = None
    ) -> NoReturn:
        raise Problem(HTTPStatus.FORBIDDEN, message or "")
