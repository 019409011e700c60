"""Web processes alone, as the launcher starts them, on an empty database that has its tables."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import psutil

from deploy import free_ports
from deploy.ports import Port
from deploy.processes import Command, of_procfile
from deploy.web_processes import with_all_webs
from tests.prepared import Prepared

ROOT = Path(__file__).resolve().parents[2]
LOOPBACK = "127.0.0.1"


class Web:
    """A web process: its port, its process, what it said."""

    def __init__(self, port: int, process: "subprocess.Popen[bytes]", output: Path) -> None:
        self.port = port
        self.process = process
        self.output = output

    def connect(self) -> socket.socket:
        """A connection that waits ten seconds at the most."""
        return socket.create_connection((LOOPBACK, self.port), timeout=20)

    def ask(
        self, path: str, *headers: str, method: str = "GET", body: bytes = b"", host: str = ""
    ) -> bytes:
        """All of the answer to one request."""
        with self.connect() as client:
            asked = request(path, self.port, *headers, method=method, host=host)
            client.sendall(asked + body)
            return read_to_the_end(client)

    def answers(self) -> bool:
        """Whether anybody gets an answer."""
        try:
            address = f"http://{LOOPBACK}:{self.port}/healthz"
            with urllib.request.urlopen(address, timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def clients(self) -> set[int]:
        """The ports of those who are connected to this process."""
        opened = psutil.Process(self.process.pid).net_connections("tcp")
        return {one.raddr.port for one in opened if one.laddr.port == self.port and one.raddr}

    @property
    def memory_mb(self) -> float:
        return float(psutil.Process(self.process.pid).memory_info().rss) / 2**20

    @property
    def said(self) -> str:
        return self.output.read_text(errors="replace")


def request(path: str, port: int, *headers: str, method: str = "GET", host: str = "") -> bytes:
    """A request that ends its connection."""
    lines = [f"{method} {path} HTTP/1.1", f"Host: {host or f'{LOOPBACK}:{port}'}", *headers]
    if not any(header.lower().startswith("connection:") for header in headers):
        lines.append("Connection: close")
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def read_to_the_end(client: socket.socket) -> bytes:
    """What comes until the other side closes or breaks off."""
    read = b""
    with suppress(ConnectionError):
        while piece := client.recv(65536):
            read += piece
    return read


@contextmanager
def running_web(
    folder: Path,
    prepared: Prepared,
    files: int | None = None,
    more: str = "",
    **settings: str,
) -> Iterator[Web]:
    """A web process, with so many files at the most, and `more` options."""
    environ = environ_of_webs(folder, prepared, settings)
    [web] = [one for one in of_procfile(ROOT / "Procfile", environ) if one.name == "web"]
    with started(web, folder, files, more) as running:
        yield running


@contextmanager
def running_webs(
    folder: Path, prepared: Prepared, number: int, host: str = LOOPBACK, **settings: str
) -> Iterator[list[Web]]:
    """Web processes that share a socket."""
    environ = environ_of_webs(folder, prepared, {"WEB_PROCESSES": str(number)} | settings)
    commands = of_procfile(ROOT / "Procfile", environ)
    with ExitStack() as stack, Port(host, int(environ["PORT"]), "").opened() as listener:
        commands = with_all_webs(commands, number, listener)[:number]
        webs = [stack.enter_context(started(web, folder)) for web in commands]
        wait_until_each_accepts(webs)
        yield webs


def wait_until_each_accepts(webs: list[Web]) -> None:
    """A process that has begun to accept gets connections."""
    with ExitStack() as clients:
        until = time.monotonic() + 60
        while not all(web.clients() for web in webs):
            assert time.monotonic() < until, [web.said for web in webs]
            clients.enter_context(webs[0].connect())
            time.sleep(0.05)


def environ_of_webs(folder: Path, prepared: Prepared, settings: dict[str, str]) -> dict[str, str]:
    """The environment of web processes, whose database is there."""
    port = free_ports.reserve()
    environ = os.environ | {"VAR_DIR": str(folder), "PORT": str(port)} | settings
    environ["PATH"] = f"{Path(sys.executable).parent}:{environ['PATH']}"
    prepared.give_static_files(folder)
    prepared.give_database(folder)
    if "DATABASE_URL" in settings:
        migrate = [sys.executable, "manage.py", "migrate", "-v0"]
        subprocess.run(migrate, cwd=ROOT, env=environ, check=True, timeout=120)
    return environ


@contextmanager
def started(web: Command, folder: Path, files: int | None = None, more: str = "") -> Iterator[Web]:
    """A process that answers; where it shares its port, it or another one."""
    limit = f"ulimit -n {files} && " if files else ""
    output = folder / f"{web.name}.txt"
    with output.open("wb") as said:
        process = subprocess.Popen(
            ["/bin/sh", "-c", f"{limit}exec {web.line} {more}"],
            cwd=ROOT,
            env=web.environ,
            stdout=said,
            stderr=subprocess.STDOUT,
            pass_fds=web.passed,
        )
    running = Web(int(web.environ["PORT"]), process, output)
    try:
        until = time.monotonic() + 60
        while not running.answers():
            assert process.poll() is None, running.said
            assert time.monotonic() < until, running.said
            time.sleep(0.1)
        yield running
    finally:
        process.terminate()
        process.wait(timeout=20)
