"""Where everything of the topology is: folders, ports, names, secrets, what processes are told."""

import secrets
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.stage import Stage, staged
from deploy import free_ports, redis_users
from deploy.redis_users import SERVICE

RULE = "topology"
EACH = 3  # web processes, Valkeys, Sentinels
# The readers come from so many addresses of loopback, as many as a web process takes from one.
FROM_EACH_ADDRESS = 5
OURS = {
    "PRODUCTION": "1",
    "TRUSTED_PROXIES": "127.0.0.1",
    "WEB_PROCESSES": str(EACH),
    "OASIS_SECONDS_BETWEEN_REQUESTS": "0",
    "POLL_SECONDS": "1",
    "POLL_SECONDS_NIGHT": "1",
}


@dataclass(frozen=True)
class Site:
    """The stage of the topology, with its ports: ten for servers, more for the proxy."""

    stage: Stage
    folder: Path
    first_port: int
    proxy_port: int
    passwords: Mapping[str, str]  # of the users of Redis

    @property
    def webs(self) -> list[int]:
        return [self.first_port + number for number in range(EACH)]

    @property
    def valkeys(self) -> list[int]:
        return [self.first_port + EACH + number for number in range(EACH)]

    @property
    def sentinels(self) -> list[int]:
        return [self.first_port + 2 * EACH + number for number in range(EACH)]

    @property
    def url(self) -> str:
        """The site as readers know it."""
        return f"https://localhost:{self.proxy_port}"

    @property
    def redis_secrets(self) -> dict[str, str]:
        """What servers and processes are told of the users of Redis, as a deployment has it."""
        sentinels = ",".join(f"127.0.0.1:{port}" for port in self.sentinels)
        addresses = redis_users.addresses(self.passwords, f"sentinel://{sentinels}/{SERVICE}/0")
        return {**redis_users.of_servers(self.passwords), **addresses}

    def redis_url_file(self, process: str) -> str:
        """The address of a process's own user; what is done once, or by hand, is a worker's."""
        return str(self.folder / f"redis_url_{redis_users.OF_PROCESS.get(process, 'worker')}")

    @property
    def authority(self) -> Path:
        """The certificate that vouches for the proxy's."""
        return self.folder / "proxy/caddy/pki/authorities/local/root.crt"

    def told(self, **settings: str) -> Stage:
        """The stage for a process that is told this, too."""
        return replace(self.stage, environ={**self.stage.environ, **settings})

    def with_services(self, database_url: str, oasis_url: str, webhook_host: str) -> "Site":
        """What every process is told: secrets by files, everything else by name."""
        own = {
            "database_url": database_url,
            "secret_key": secrets.token_urlsafe(48),
            "admin_password": secrets.token_urlsafe(12),
        }
        for name, text in {**own, **self.redis_secrets}.items():
            (self.folder / name).write_text(f"{text}\n")
        named = {f"{name.upper()}_FILE": str(self.folder / name) for name in own}
        named["REDIS_URL_FILE"] = self.redis_url_file("prepare")
        services = {"OASIS_URL": oasis_url, "WEBHOOK_HOSTS_ALLOWED": webhook_host}
        addresses = {"SITE_URL": self.url, "ALLOWED_HOSTS": "localhost"}
        held = self.stage.environ.items()
        environ = {name: text for name, text in held if f"{name}_FILE" not in named}
        told = {**environ, **named, **services, **addresses, **OURS}
        return replace(self, stage=replace(self.stage, environ=told))


@contextmanager
def sited() -> Iterator[Site]:
    """A site in a temporary folder."""
    with staged() as stage, tempfile.TemporaryDirectory(prefix="caiso-live-topology-") as folder:
        passwords = {user: secrets.token_urlsafe(24) for user in redis_users.PASSWORDS}
        yield Site(stage, Path(folder), stage.plan.port, free_ports.reserve(), passwords)
