"""A connection to Redis for a process that only waits: 1 MB, where the client package takes 18.

It reads the same addresses: redis://, rediss:// and unix://, with user, password and database.
"""

import socket
from collections.abc import Sequence
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from hiredis import Reader, pack_command

CONNECT_S, ANSWER_S = 2.0, 5.0
Words = tuple[str | int | float | bytes, ...]


class Refused(OSError):
    """Redis answered with an error."""


class Lost(OSError):
    """Redis closed the connection."""


class Connection:
    """One connection. Whatever goes wrong with it is an OSError; it is of no use after one."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.reader = Reader(protocolError=Refused, replyError=Refused)
        self.socket = connected(parts)
        try:
            for greeting in greetings(parts):
                self.ask(*greeting)
        except OSError:
            self.close()
            raise

    def ask(self, *words: str | int | float | bytes, wait_s: float = 0.0) -> object:
        """The answer to a command that may wait for `wait_s` at the server."""
        self.socket.settimeout(ANSWER_S + wait_s)
        self.socket.sendall(pack_command(words))  # type: ignore[arg-type]
        while (answer := self.reader.gets()) is False:
            received = self.socket.recv(65536)
            if not received:
                raise Lost("Connection closed by Redis.")
            self.reader.feed(received)
        if isinstance(answer, Refused):
            raise answer
        return answer

    def close(self) -> None:
        self.socket.close()


class Running:
    """Runs commands over a connection that is opened when needed, and anew after a failure."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.connection: Connection | None = None

    def __call__(self, commands: Sequence[Words]) -> list[object]:
        try:
            self.connection = self.connection or Connection(self.url)
            return [self.connection.ask(*command) for command in commands]
        except OSError:
            self.close()
            raise

    def close(self) -> None:
        if self.connection:
            self.connection.close()
        self.connection = None


def connected(parts: SplitResult) -> socket.socket:
    """A socket to the server that the address names, with TLS for rediss://."""
    if parts.scheme == "unix":
        local = socket.socket(socket.AF_UNIX)
        local.settimeout(CONNECT_S)
        try:
            local.connect(unquote(parts.path))
        except OSError:
            local.close()
            raise
        return local
    host = unquote(parts.hostname or "localhost")
    plain = socket.create_connection((host, parts.port or 6379), CONNECT_S)
    plain.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    return secured(plain, host, parts.query) if parts.scheme == "rediss" else plain


def secured(plain: socket.socket, host: str, query: str) -> socket.socket:
    """TLS over the socket, with what the address says of certificates."""
    import ssl  # noqa: PLC0415 (3 MB)

    asked = options(query)
    context = ssl.create_default_context(
        cafile=asked.get("ssl_ca_certs"), capath=asked.get("ssl_ca_path")
    )
    if "ssl_certfile" in asked:
        context.load_cert_chain(asked["ssl_certfile"], asked.get("ssl_keyfile"))
    required = asked.get("ssl_cert_reqs", "required")
    named = asked.get("ssl_check_hostname", "true").lower() not in ("0", "f", "false", "n", "no")
    context.check_hostname = named and required != "none"
    context.verify_mode = ssl.VerifyMode[f"CERT_{required.upper()}"]
    try:
        return context.wrap_socket(plain, server_hostname=host)
    except OSError:
        plain.close()
        raise


def greetings(parts: SplitResult) -> list[Words]:
    """What is said first: who we are, and which database is meant."""
    said: list[Words] = []
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if user or password:
        said.append(("AUTH", user, password) if user else ("AUTH", password))
    in_path = "" if parts.scheme == "unix" else parts.path.strip("/")
    database = options(parts.query).get("db", in_path)
    if database.isdigit() and int(database):
        said.append(("SELECT", int(database)))
    return said


def options(query: str) -> dict[str, str]:
    """What stands behind the question mark."""
    return {name: values[0] for name, values in parse_qs(query).items()}
