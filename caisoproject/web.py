"""The web process: Daphne, with what the live feed needs beyond it.

Daphne does not show an application how much a client has not taken yet, ends every answer after
the same time, and drops all sockets at SIGTERM without notice. `python -m caisoproject.web` takes
the options of `daphne`.
"""

import asyncio
import logging
import os
import resource
import sqlite3
import sys
from contextlib import suppress
from typing import Any

# Twisted loads it wherever it is installed, 6 MB, and uses it for `ssl:` endpoints alone.
if not any("ssl:" in word for word in sys.argv):
    sys.modules.setdefault("OpenSSL", None)  # type: ignore[arg-type]

from daphne.server import Server, reactor  # first: it installs Twisted's reactor

from daphne.cli import CommandLineInterface  # isort: skip
from twisted.internet.defer import Deferred  # isort: skip

import caisoproject.asgi  # noqa: F401  # isort: skip

import structlog  # isort: skip
from django.conf import settings  # isort: skip
from django.db import connection  # isort: skip

from alerts import watching
from caisoproject.listening import SharedPort, listen, passed_socket
from caisoproject.memory import collect_seldom, give_back_memory, resident_mb
from caisoproject.pulses import start_web_pulse, stop_web_pulse
from live import websocket
from live.daphne import direct, open_files
from live.daphne.arrivals import Arrivals
from live.daphne.channel import Channel, Request
from live.daphne.compression import accepted
from live.daphne.feed_protocol import FeedProtocol
from live.daphne.quiet import quieten
from live.fanout import fanout
from live.forwarded import trusted_proxies
from live.work_limits import running_tasks
from telemetry import traces

# Time for a slow reader to take its backlog, and behind it the code that says why it was cut.
CLOSE_SECONDS = 10
CHECK_SECONDS = 2
# What is being answered at SIGTERM may be finished, though nobody reads it.
FINISH_SECONDS = 2
# Giving memory back may take half a second: it is done in a thread, and only for so many MB.
GIVE_BACK_SECONDS, GIVE_BACK_MB = 30, 32
# For each reader of an address its own connection, and three for what its page requests.
CONNECTIONS_A_READER = 4


log = structlog.get_logger(__name__)


class Web(Server):  # type: ignore[misc]
    shared_port: SharedPort | None = None
    connections: dict[Any, dict[str, Any]]

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, ready_callable=self.prepare, **options)
        self.passed_socket = passed_socket()
        if self.passed_socket:
            self.endpoints: list[str] = []
        allowed = raise_files(open_files.wanted(settings.SOCKETS_MOST))
        room = open_files.room(allowed, settings.SOCKETS_MOST)
        if room.readers < settings.SOCKETS_MOST:
            log.warning(
                "fewer readers than SOCKETS_MOST fit into the files this process may open",
                readers=room.readers,
                files_needed=open_files.wanted(settings.SOCKETS_MOST),
            )
        self.held = hold_database()
        websocket.connection_limits.most = room.readers
        of_an_address = CONNECTIONS_A_READER * settings.SOCKETS_PER_ADDRESS
        Channel.arrivals = Arrivals(room.connections, of_an_address)
        Channel.proxies = trusted_proxies(settings.TRUSTED_PROXIES)

    def prepare(self) -> None:
        """Called before the first connection: Daphne makes its factories only when it runs."""
        self.http_factory.buildProtocol = self.build_channel
        self.ws_factory.protocol = FeedProtocol
        # allowNullOrigin would be reset if it were not named.
        self.ws_factory.setProtocolOptions(
            closeHandshakeTimeout=CLOSE_SECONDS,
            allowNullOrigin=True,
            perMessageCompressionAccept=accepted if settings.DIRECT_WRITES else None,
        )
        if self.passed_socket:
            self.shared_port = listen(
                self.passed_socket, self.http_factory, reactor, Channel.arrivals.address_of
            )

        quieten()
        collect_seldom()
        reactor.callLater(0, start_web_pulse)
        watching.start(as_reserve=True)
        traces.start("web")
        self.usual_mb = resident_mb()
        reactor.callLater(GIVE_BACK_SECONDS, self.give_back)

    def give_back(self) -> None:
        """Return free memory to the system: glibc keeps what slow readers took."""
        held = resident_mb()
        if held > self.usual_mb + GIVE_BACK_MB:
            reactor.callInThread(give_back_memory)
        self.usual_mb = min(held, self.usual_mb + 1)  # memory held for long is in use
        reactor.callLater(GIVE_BACK_SECONDS, self.give_back)

    def build_channel(self, _address: Any) -> Channel:
        channel = Channel()
        channel.factory = self.http_factory
        channel.requestFactory = Request
        return channel

    def create_application(self, protocol: Any, scope: dict[str, Any]) -> Any:
        """Put the connection into the scope, where the application can reach it."""
        scope["extensions"] = {"caiso.protocol": protocol}
        if scope["type"] == "websocket":
            scope["extensions"]["websocket.http.response"] = {}
            scope["scheme"] = "wss" if direct.is_encrypted(protocol.transport) else "ws"
        return super().create_application(protocol, scope)

    async def handle_reply(self, protocol: Any, message: dict[str, Any]) -> None:
        """Send a long answer piece by piece, as its client takes them."""
        await super().handle_reply(protocol, message)
        is_piece = message.get("more_body") and not getattr(protocol, "lasts", False)
        if is_piece and getattr(protocol, "channel", None):
            await protocol.channel.flowing.wait()

    def application_checker(self) -> None:
        """Daphne's look at all connections each second: only at those where something has ended."""
        everyone = self.connections
        self.connections = {one: known for one, known in everyone.items() if is_over(known)}
        looked_at = list(self.connections)
        try:
            super().application_checker()
        finally:
            gone = [one for one in looked_at if one not in self.connections]
            self.connections = everyone
            for one in gone:
                del everyone[one]

    def timeout_checker(self) -> None:
        """End answers that take too long, except those that are meant to last."""
        for protocol in list(self.connections):
            if not getattr(protocol, "lasts", False):
                protocol.check_timeouts()
        reactor.callLater(CHECK_SECONDS, self.timeout_checker)

    def kill_all_applications(self) -> Deferred[None]:
        """At SIGTERM: send bye on every socket before it is closed."""
        return Deferred.fromFuture(asyncio.ensure_future(self.end()))

    async def end(self) -> None:
        """Leave what comes to the other processes, close the feed, then cancel what still runs."""
        if self.shared_port:
            self.shared_port.stopListening()
        await fanout().readers.close_all()
        await fanout().stop()
        await stop_web_pulse()
        await asyncio.to_thread(traces.stop)
        running = [
            details["application_instance"]
            for details in self.connections.values()
            if "application_instance" in details and not details["application_instance"].done()
        ]
        for application in running:
            application.cancel()
        if running:
            await asyncio.wait(running, timeout=1)
        if running_tasks:  # their threads may need this loop to finish
            await asyncio.wait(running_tasks, timeout=FINISH_SECONDS)


def is_over(known: dict[str, Any]) -> bool:
    """Whether a connection's client has gone, or its application has ended."""
    application = known.get("application_instance")
    return "disconnected" in known or (application is not None and application.done())


def hold_database() -> sqlite3.Connection | None:
    """Keep SQLite open, so that the files beside the database stay.

    SQLite removes them with the last connection. On a full disk it could not make them again, and
    nobody could even read.
    """
    if connection.vendor != "sqlite":
        return None
    held = sqlite3.connect(connection.settings_dict["NAME"])
    with suppress(sqlite3.Error):  # each request reports what is wrong
        held.execute("PRAGMA journal_mode=WAL")
        held.execute("SELECT 1 FROM sqlite_master").fetchall()
    return held


def raise_files(wanted: int) -> int:
    """Let this process open so many files, or as many as it may. Returns how many."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
        return most
    return max(most, 0) if soft == resource.RLIM_INFINITY else soft


class Program(CommandLineInterface):  # type: ignore[misc]
    """The command `daphne`, which starts our server."""

    server_class = Web


def leave() -> None:
    """End now. A thread that still waits, for a database or for the loop, would never let us."""
    logging.shutdown()
    sys.stderr.flush()
    os._exit(0)


if __name__ == "__main__":
    Program.entrypoint()
    leave()
