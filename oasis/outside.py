"""Connections that only lead to the public Internet: for OASIS, whose name anybody may answer for.

What counts is the address that the socket is connected to, so a name that resolves to another one
a moment later changes nothing. A proxy of the environment is the operator's, and resolves by
itself.
"""

import socket
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import NewConnectionError

from oasis.proxies import Session, is_loopback
from oasis.public_network import is_public


class Inside(NewConnectionError):
    """The address that a name led to is not on the public Internet."""


class OutsideConnection(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        return checked(self, super()._new_conn())


class OutsideTLSConnection(HTTPSConnection):
    def _new_conn(self) -> socket.socket:
        return checked(self, super()._new_conn())


class OutsidePool(HTTPConnectionPool):
    ConnectionCls = OutsideConnection


class OutsideTLSPool(HTTPSConnectionPool):
    ConnectionCls = OutsideTLSConnection


class OutsideAdapter(HTTPAdapter):
    """For `requests`: connects to public addresses alone."""

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, **options)
        self.poolmanager.pool_classes_by_scheme = {"http": OutsidePool, "https": OutsideTLSPool}


def keep_outside(session: Session, url: str) -> None:
    """Have the session ask public addresses alone, unless the URL is on this machine."""
    if not is_loopback(urlsplit(url).hostname or ""):
        session.mount("http://", OutsideAdapter())
        session.mount("https://", OutsideAdapter())


def checked(connection: HTTPConnection, connected: socket.socket) -> socket.socket:
    """The socket, if it leads outside. Raises Inside before anything is sent."""
    address = connected.getpeername()[0]
    if is_public(ip_address(address)):
        return connected
    connected.close()
    raise Inside(connection, f"{connection.host} is at {address}, which is not public")
