"""Serves the stand-in on a loopback port; tests use `running()`."""

import socket
import socketserver
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from decimal import Decimal
from http.server import ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

from simulator import control
from simulator.clocks import Clock
from simulator.handler import OasisHandler
from simulator.reports import Market
from simulator.request_log import Entry
from simulator.stand_in import StandIn

LOOPBACK = "127.0.0.1"


class OasisServer(ThreadingHTTPServer):
    """A server whose threads don't keep the process alive, however slow an answer is."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(self, stand_in: StandIn, *, port: int = 0) -> None:
        self.stand_in = stand_in
        self.stopping = Event()
        self.connections: set[Any] = set()
        self.resetting: set[Any] = set()
        super().__init__((LOOPBACK, port), OasisHandler)

    def server_bind(self) -> None:
        """Binds without resolving this machine's name, as HTTPServer would."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = LOOPBACK, int(self.server_address[1])

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.server_port}/oasisapi"

    def get_request(self) -> tuple[socket.socket, Any]:
        connection, address = super().get_request()
        self.connections.add(connection)
        return connection, address

    def shutdown_request(self, request: Any) -> None:
        """A connection to be reset must not be shut down first."""
        if request in self.resetting:
            self.close_request(request)
        else:
            super().shutdown_request(request)

    def close_request(self, request: Any) -> None:
        self.connections.discard(request)
        self.resetting.discard(request)
        super().close_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Shows errors, but not those of clients that went away."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)

    def stop(self) -> None:
        """Stops serving, wakes slow answers and closes all connections."""
        self.stopping.set()
        self.shutdown()
        for connection in list(self.connections):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self.server_close()


class Running:
    """A handle on a running stand-in: `url`, `requests`, `clock`, `fault` and `override`."""

    def __init__(self, server: OasisServer) -> None:
        self.url = server.url
        self.stand_in = server.stand_in

    @property
    def requests(self) -> list[Entry]:
        return list(self.stand_in.log.entries)

    @property
    def clock(self) -> Clock:
        return self.stand_in.clock

    @clock.setter
    def clock(self, clock: Clock) -> None:
        self.stand_in.clock = clock

    def fault(self, name: str, count: int = 1) -> None:
        """Gives the next `count` requests a fault. Raises ValueError if it is unknown."""
        self.stand_in.faults.add(name, count=count)

    def override(
        self, node: str, market: str, interval_start: datetime, lmp: Decimal | float | str
    ) -> None:
        """Shows this LMP from now on, published or not; the energy component makes it add up."""
        control.force(self.stand_in, node, Market(market), interval_start, lmp)


@contextmanager
def running(stand_in: StandIn | None = None) -> Iterator[Running]:
    """Serves on a free loopback port in a thread; no rate limit unless `stand_in` has one."""
    server = OasisServer(stand_in or StandIn())
    thread = Thread(target=serve, args=(server,), name="simulator", daemon=True)
    thread.start()
    try:
        yield Running(server)
    finally:
        server.stop()
        thread.join()


def serve(server: OasisServer) -> None:
    server.serve_forever(poll_interval=0.05)
