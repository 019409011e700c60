"""A connection to Redis for a process that only waits: 2 MB, where the client package takes 18.

It reads the same addresses (`prices/redis_address.py`). Of several sentinels the first that answers
names the server; on a Cluster, a command goes on to the node that has the key.
"""

import re
import socket
from collections.abc import Sequence

from hiredis import Reader, pack_command

from caisoproject.bare_sockets import connected, local
from prices import redis_address
from prices.redis_address import CLUSTER, SENTINEL, SOCKET, Address, Host

ANSWER_S = 5.0
MOST_MOVES = 3
MOVED = re.compile(r"MOVED [0-9]+ (.*):([0-9]+)")
Words = tuple[str | int | float | bytes, ...]


class Refused(OSError):
    """Redis answered with an error."""


class Lost(OSError):
    """Redis closed the connection."""


class Connection:
    """One connection. Whatever goes wrong with it is an OSError; it is of no use after one."""

    def __init__(self, url: str) -> None:
        self.address = redis_address.read(url)
        self.talk = opened(self.address)

    def ask(self, *words: str | int | float | bytes, wait_s: float = 0.0) -> object:
        """The answer to a command that may wait for `wait_s` at the server."""
        for _ in range(MOST_MOVES):
            try:
                return self.talk.ask(*words, wait_s=wait_s)
            except Refused as refusal:
                if self.address.kind != CLUSTER or not (moved := MOVED.match(str(refusal))):
                    raise
            there = Host(moved[1] or self.talk.host, int(moved[2]))
            self.talk.close()
            self.talk = to_server(self.address, there)
        raise Refused(f"The nodes of the Cluster send us on, {MOST_MOVES} times.")

    def close(self) -> None:
        self.talk.close()


class Talk:
    """Commands and answers over one socket, after what is said first."""

    def __init__(self, plain: socket.socket, greetings: list[Words], host: str = "") -> None:
        self.reader = Reader(protocolError=Refused, replyError=Refused)
        self.socket, self.host = plain, host
        try:
            for greeting in greetings:
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


def opened(address: Address) -> Talk:
    """A connection to the server that the address names, or to any node of a Cluster.

    The first host counts that leads to one.
    """
    if address.kind == SOCKET:
        return Talk(local(address.path), greetings(address))
    by = by_sentinel if address.kind == SENTINEL else to_server
    faults: list[str] = []
    for host in address.hosts:
        try:
            return by(address, host)
        except OSError as fault:
            if len(address.hosts) == 1:
                raise
            faults.append(f"{host.name}:{host.port}: {fault}")
    raise Lost("; ".join(faults))


def to_server(address: Address, host: Host) -> Talk:
    return Talk(connected(host, address.tls), greetings(address), host.name)


def by_sentinel(address: Address, host: Host) -> Talk:
    """A connection to the server that this sentinel names as the primary."""
    sentinel = Talk(
        connected(host, address.tls), login(address.sentinel_user, address.sentinel_password)
    )
    try:
        named = sentinel.ask("SENTINEL", "GET-MASTER-ADDR-BY-NAME", address.service)
    finally:
        sentinel.close()
    match named:
        case [bytes(name), bytes(port)]:
            return to_server(address, Host(name.decode(), int(port)))
    raise Refused(f"It knows no service {address.service}.")


def greetings(address: Address) -> list[Words]:
    """What is said first: who we are, and which database is meant."""
    said = login(address.user, address.password)
    if address.database:
        said.append(("SELECT", address.database))
    return said


def login(user: str, password: str) -> list[Words]:
    if not (user or password):
        return []
    return [("AUTH", user, password) if user else ("AUTH", password)]
