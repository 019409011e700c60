"""`manage.py simulate_oasis`: serve the stand-in for OASIS on a loopback port."""

import signal
from argparse import ArgumentParser
from threading import Event, Thread
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from simulator import options
from simulator.server import OasisServer, serve
from simulator.stand_in import StandIn


class Command(BaseCommand):
    help = "Serves a stand-in for CAISO's OASIS on a loopback port. Its prices are made up."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        options.add_to(parser)

    def handle(self, *args: Any, **chosen: Any) -> None:
        server = _bound(options.stand_in(chosen), chosen["port"])
        self.stdout.write(f"Simulated OASIS at {server.url}")
        self.stdout.flush()
        _serve_until_signalled(server)
        server.stand_in.log.close()


def _bound(stand_in: StandIn, port: int) -> OasisServer:
    try:
        return OasisServer(stand_in, port=port)
    except OSError as taken:
        raise CommandError(f"Port {port} cannot be used: {taken.strerror}.") from taken


def _serve_until_signalled(server: OasisServer) -> None:
    stopped = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    thread = Thread(target=serve, args=(server,), name="simulator", daemon=True)
    thread.start()
    stopped.wait()
    server.stop()
