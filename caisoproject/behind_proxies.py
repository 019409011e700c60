"""The outermost application: it sees readers where the one inside would see their proxy.

What a trusted proxy does not say of the scheme is the site's own: it speaks for `SITE_URL`, or asks
for itself whether we live.
"""

from collections.abc import Awaitable, Callable

from django.conf import settings

from caisoproject.request_log import PROXIED
from live.forwarded import TrustedProxies, reader_behind, trusted_proxies
from live.wire import Message, Receive, Send

Application = Callable[[Message, Receive, Send], Awaitable[None]]
# A scheme as pages have it, and as the kind of connection names it.
SCHEMES = {
    "http": {"http": "http", "https": "https"},
    "websocket": {"http": "ws", "https": "wss"},
}


def behind_proxies(application: Application) -> Application:
    """The application, told the reader's address and scheme instead of the proxy's."""
    proxies = trusted_proxies(settings.TRUSTED_PROXIES)

    async def asked(scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] in SCHEMES:
            scope = as_read(scope, proxies, settings.SITE_URL.partition("://")[0])
        await application(scope, receive, send)

    return asked


def as_read(scope: Message, proxies: TrustedProxies, usual: str) -> Message:
    """The scope with the reader in it; untouched if no trusted proxy passed it on."""
    address = (scope.get("client") or [""])[0]
    if not proxies.has(address):
        return scope
    reader = reader_behind(address, scope["headers"], proxies)
    scheme = SCHEMES[scope["type"]].get(reader.scheme or usual, scope.get("scheme"))
    if reader.address == address:
        return {**scope, "scheme": scheme, PROXIED: True}
    return {**scope, "client": [reader.address, 0], "scheme": scheme, PROXIED: True}
