"""Pages of other sites: django-cors-headers for Django's answers, the same beside Django.

Both decide by `live/cross_origin.py`.
"""

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any

from corsheaders.middleware import CorsMiddleware
from django.conf import settings

from live.cross_origin import is_allowed, told, told_before
from live.wire import Message, Receive, Send

Application = Callable[[Message, Receive, Send], Awaitable[None]]


class CrossOrigin(CorsMiddleware):
    """django-cors-headers, which would also take an address for its origin."""

    def origin_found_in_white_lists(self, origin: str, url: Any) -> bool:
        return is_allowed(origin, settings.CORS_ALLOWED_ORIGINS)


def cross_origin(application: Application) -> Application:
    """An application that answers beside Django, readable for the same pages."""

    async def answering(scope: Message, receive: Receive, send: Send) -> None:
        headers = dict(scope["headers"])
        origin = headers.get(b"origin", b"").decode("latin-1")
        if scope["method"] == "OPTIONS" and b"access-control-request-method" in headers:
            said = told_before(origin, settings.CORS_ALLOWED_ORIGINS)
            await send(begun(HTTPStatus.OK, [*said, (b"content-length", b"0")]))
            await send({"type": "http.response.body"})
            return
        said = told(origin, settings.CORS_ALLOWED_ORIGINS)

        async def telling(message: Message) -> None:
            await send(with_headers(message, said))

        await application(scope, receive, telling)

    return answering


def begun(status: HTTPStatus, headers: list[tuple[bytes, bytes]]) -> Message:
    return {"type": "http.response.start", "status": status.value, "headers": headers}


def with_headers(message: Message, said: list[tuple[bytes, bytes]]) -> Message:
    """The beginning of an answer with these headers, unless Django has given them."""
    if message["type"] != "http.response.start":
        return message
    headers = [(name.lower(), value) for name, value in message.get("headers", ())]
    if any(name == b"vary" and b"origin" in value.lower() for name, value in headers):
        return message
    return {**message, "headers": [*headers, *said]}
