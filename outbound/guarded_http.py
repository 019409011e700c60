"""POSTs to URLs that users typed, guarded so that they can't reach our own network.

The name is resolved once, all of its addresses are checked, and the connection goes to a checked
address: if the name resolves to another one a moment later, nothing changes. TLS is verified by
name. Redirects are not followed. The only proxy is WEBHOOK_PROXY, which is given the checked
address. All of it takes five seconds at most.
"""

import socket
import ssl
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from functools import cache
from http.client import HTTPConnection, HTTPException, IncompleteRead
from typing import cast
from urllib.parse import urlsplit

import certifi
from django.conf import settings

from outbound import public_address, target_url
from outbound.bounded_socket import BoundedSocket, BoundedTLSSocket, connect, seconds_left
from outbound.errors import Unreachable
from outbound.proxy_tunnel import connect_through
from outbound.public_address import Resolver
from outbound.receiver_answer import ReceiverAnswer
from outbound.target_url import TargetUrl

SECONDS = 5.0
MOST_BYTES = 64 * 1024
USER_AGENT = "caiso-live (an open-source price desk)"


def look_up(host: str, port: int) -> list[str]:
    """The addresses of `host`, from the machine's own resolver."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in found]


def post(
    url: str, body: bytes, headers: Mapping[str, str], *, resolve: Resolver = look_up
) -> ReceiverAnswer:
    """Post `body`. Raises ForbiddenTarget, or Unreachable if no whole answer came in time."""
    until = time.monotonic() + SECONDS
    target = target_url.parse(url, settings.WEBHOOK_HOSTS_ALLOWED)
    try:
        found = public_address.addresses(
            target,
            settings.WEBHOOK_HOSTS_ALLOWED,
            lambda host, port: in_time(resolve, host, port, until),
        )
        with closing(open_connection(target, found, until)) as connection:
            return exchange(connection, target, body, headers)
    except (OSError, HTTPException) as fault:
        raise Unreachable(f"no answer from {target.netloc}: {fault}") from fault


def in_time(resolve: Resolver, host: str, port: int, until: float) -> list[str]:
    """Resolve until a deadline. A resolver that takes longer is left running in its thread."""
    pool = ThreadPoolExecutor(max_workers=1)
    try:
        return pool.submit(resolve, host, port).result(seconds_left(until))
    finally:
        pool.shutdown(wait=False)


def open_connection(target: TargetUrl, found: list[str], until: float) -> BoundedSocket:
    """Connect to one of the checked addresses, with TLS verified by the target's name.

    Receivers that an operator allowed are inside our network, so the proxy is not used for them.
    """
    proxy = "" if target.is_among(settings.WEBHOOK_HOSTS_ALLOWED) else settings.WEBHOOK_PROXY
    if proxy:
        parts = urlsplit(proxy)
        proxy_addresses = in_time(look_up, parts.hostname or "", parts.port or 0, until)
        connection = connect_through(proxy, proxy_addresses, found, target.port, until)
    else:
        connection = connect(found, target.port, until)
    if target.scheme == "https":
        with closing(connection):  # closes what is left of it once TLS has taken it over, or failed
            connection.settimeout(seconds_left(until))
            secured = tls(settings.WEBHOOK_CA_FILE).wrap_socket(
                connection, server_hostname=target.host
            )
        connection = cast(BoundedTLSSocket, secured)
    connection.until, connection.room = until, MOST_BYTES
    return connection


@cache
def tls(ca_file: str) -> ssl.SSLContext:
    """A context that trusts the machine's and Mozilla's authorities, and those in `ca_file`."""
    context = ssl.create_default_context()
    for trusted in filter(None, (certifi.where(), ca_file)):
        context.load_verify_locations(trusted)
    context.sslsocket_class = BoundedTLSSocket
    return context


def exchange(
    connection: BoundedSocket, target: TargetUrl, body: bytes, headers: Mapping[str, str]
) -> ReceiverAnswer:
    """Send one request over this connection, and read the beginning of its answer."""
    http = HTTPConnection(target.host, target.port)
    http.auto_open = 0
    http.sock = connection
    own_headers = {"Host": target.netloc, "User-Agent": USER_AGENT, "Connection": "close"}
    connection.settimeout(seconds_left(connection.until))
    http.request("POST", target.path, body, {**headers, **own_headers})
    response = http.getresponse()
    content = b""
    with suppress(IncompleteRead):  # an answer that we cut for its length still counts
        content = response.read(MOST_BYTES)
    fields = {name.lower(): value for name, value in response.getheaders()}
    return ReceiverAnswer(response.status, fields, content)
