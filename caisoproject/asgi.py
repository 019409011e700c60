"""ASGI: Django for HTTP, and small applications of our own for the live feed."""

import os

from channels.routing import ProtocolTypeRouter, URLRouter
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "caisoproject.settings")
django_application = get_asgi_application()

from django.urls import path, re_path  # noqa: E402

from caisoproject.behind_proxies import behind_proxies  # noqa: E402
from caisoproject.bounded_bodies import bounded_bodies  # noqa: E402
from caisoproject.cross_origin import cross_origin  # noqa: E402
from caisoproject.lifespan import lifespan  # noqa: E402
from caisoproject.pooling import take_connections_from_a_pool  # noqa: E402
from caisoproject.readiness import healthz, readyz  # noqa: E402
from caisoproject.request_log import identified  # noqa: E402
from caisoproject.send_queue import with_send_queue  # noqa: E402
from live.event_stream import feed_stream  # noqa: E402
from live.websocket import feed_socket, no_such_socket  # noqa: E402
from live.work_limits import (  # noqa: E402
    REQUESTS_AT_ONCE,
    limited_by,
    limited_in_total,
    limited_per_address,
    page_slots,
)

take_connections_from_a_pool()
live_feed = URLRouter(
    [path("ws", with_send_queue(feed_socket)), re_path("", no_such_socket)]  # type: ignore[arg-type]
)
pages = limited_in_total(REQUESTS_AT_ONCE, django_application)  # type: ignore[arg-type]
ordinary = limited_by(lambda: page_slots, pages)
expensive = limited_per_address(django_application)  # type: ignore[arg-type]
work = cross_origin(expensive)
stream = cross_origin(with_send_queue(feed_stream))
http = URLRouter(
    [
        path("healthz", healthz),  # type: ignore[arg-type]
        path("readyz", readyz),  # type: ignore[arg-type]
        path("api/v1/stream", stream),  # type: ignore[arg-type]
        re_path("^api/history/", work),  # type: ignore[arg-type]
        re_path("^api/v1/days$", work),  # type: ignore[arg-type]
        re_path("^api/v1/measures$", work),  # type: ignore[arg-type]
        re_path("^api/v1/prices$", work),  # type: ignore[arg-type]
        re_path("^api/v1/rules/preview$", work),  # type: ignore[arg-type]
        re_path("^api/v1/batteries/[0-9]+/what-if$", work),  # type: ignore[arg-type]
        re_path("^api/", cross_origin(ordinary)),  # type: ignore[arg-type]
        re_path("", ordinary),  # type: ignore[arg-type]
    ]
)
by_kind = {"http": bounded_bodies(http), "websocket": live_feed, "lifespan": lifespan}
application = behind_proxies(identified(ProtocolTypeRouter(by_kind)))
