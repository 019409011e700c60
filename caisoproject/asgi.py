"""ASGI: HTTP by Django, the live feed by its own small applications."""

import os

from channels.routing import ProtocolTypeRouter, URLRouter
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "caisoproject.settings")
django_application = get_asgi_application()

from django.urls import path, re_path  # noqa: E402

from live.event_stream import feed_stream  # noqa: E402
from live.websocket import feed_socket, no_such_socket  # noqa: E402
from live.work_limits import REQUESTS_AT_ONCE, at_most, in_turn  # noqa: E402

live_feed = URLRouter(
    [path("ws", feed_socket), re_path("", no_such_socket)]  # type: ignore[arg-type]
)
pages = at_most(REQUESTS_AT_ONCE, django_application)  # type: ignore[arg-type]
much_work = in_turn(django_application)  # type: ignore[arg-type]
http = URLRouter(
    [
        path("api/v1/stream", feed_stream),  # type: ignore[arg-type]
        re_path("^api/history/", much_work),  # type: ignore[arg-type]
        re_path("^api/v1/rules/preview$", much_work),  # type: ignore[arg-type]
        re_path("", pages),  # type: ignore[arg-type]
    ]
)
application = ProtocolTypeRouter({"http": http, "websocket": live_feed})
