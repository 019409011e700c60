"""A POST to an address that a user typed, which must not lead into our own network.

The name is looked up once, every address it has is checked, and the connection goes to a checked
address itself: a name that has another address a moment later changes nothing. TLS is verified by
the name. No redirect is followed, no proxy but WEBHOOK_PROXY is used, which is told the checked
address, and the whole takes five seconds at most.
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
    """The addresses of `host` by the machine's own resolver."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(where[0]) for *_, where in found]


def post(
    url: str, body: bytes, headers: Mapping[str, str], *, resolve: Resolver = look_up
) -> ReceiverAnswer:
    """Send `body`. Raises ForbiddenTarget, or Unreachable when no whole answer came in time."""
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
    """Ask the resolver, whose patience is longer than ours: it is left behind in its thread."""
    pool = ThreadPoolExecutor(max_workers=1)
    try:
        return pool.submit(resolve, host, port).result(seconds_left(until))
    finally:
        pool.shutdown(wait=False)


def open_connection(target: TargetUrl, found: list[str], until: float) -> BoundedSocket:
    """A connection to one of the checked addresses, with TLS by the target's name.

    Receivers inside, which an operator named, are not asked for outside.
    """
    proxy = "" if target.is_among(settings.WEBHOOK_HOSTS_ALLOWED) else settings.WEBHOOK_PROXY
    if proxy:
        where = urlsplit(proxy)
        its_addresses = in_time(look_up, where.hostname or "", where.port or 0, until)
        connection = connect_through(proxy, its_addresses, found, target.port, until)
    else:
        connection = connect(found, target.port, until)
    if target.scheme == "https":
        with closing(connection):  # what is left of it when TLS has taken it over, or failed
            connection.settimeout(seconds_left(until))
            secured = tls(settings.WEBHOOK_CA_FILE).wrap_socket(
                connection, server_hostname=target.host
            )
        connection = cast(BoundedTLSSocket, secured)
    connection.until, connection.room = until, MOST_BYTES
    return connection


@cache
def tls(ca_file: str) -> ssl.SSLContext:
    """Verified by the machine's and Mozilla's authorities, and by those in `ca_file`."""
    context = ssl.create_default_context()
    for trusted in filter(None, (certifi.where(), ca_file)):
        context.load_verify_locations(trusted)
    context.sslsocket_class = BoundedTLSSocket
    return context


def exchange(
    connection: BoundedSocket, target: TargetUrl, body: bytes, headers: Mapping[str, str]
) -> ReceiverAnswer:
    """One request and the beginning of its answer over this connection, and over no other."""
    http = HTTPConnection(target.host, target.port)
    http.auto_open = 0
    http.sock = connection
    ours = {"Host": target.netloc, "User-Agent": USER_AGENT, "Connection": "close"}
    connection.settimeout(seconds_left(connection.until))
    http.request("POST", target.path, body, {**headers, **ours})
    response = http.getresponse()
    content = b""
    with suppress(IncompleteRead):  # an answer that is cut for its length is one nevertheless
        content = response.read(MOST_BYTES)
    fields = {name.lower(): value for name, value in response.getheaders()}
    return ReceiverAnswer(response.status, fields, content)
