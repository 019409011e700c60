"""Where everything of the topology is: folders, ports, names, secrets, what processes are told."""

import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.stage import Stage, staged
from deploy import free_ports

SERVICE, RULE = "caiso", "topology"
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
    password: str

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
    def redis_url(self) -> str:
        sentinels = ",".join(f"127.0.0.1:{port}" for port in self.sentinels)
        return f"sentinel://:{self.password}@{sentinels}/{SERVICE}/0"

    @property
    def authority(self) -> Path:
        """The certificate that vouches for the proxy's."""
        return self.folder / "proxy/caddy/pki/authorities/local/root.crt"

    def told(self, **settings: str) -> Stage:
        """The stage for a process that is told this, too."""
        return replace(self.stage, environ={**self.stage.environ, **settings})

    def with_services(self, database_url: str, oasis_url: str, webhook_host: str) -> "Site":
        """What every process is told: secrets by files, everything else by name."""
        files = {
            "DATABASE_URL": database_url,
            "REDIS_URL": self.redis_url,
            "SECRET_KEY": secrets.token_urlsafe(48),
            "ADMIN_PASSWORD": secrets.token_urlsafe(12),
        }
        for name, text in files.items():
            (self.folder / name.lower()).write_text(f"{text}\n")
        named = {f"{name}_FILE": str(self.folder / name.lower()) for name in files}
        services = {"OASIS_URL": oasis_url, "WEBHOOK_HOSTS_ALLOWED": webhook_host}
        addresses = {"SITE_URL": self.url, "ALLOWED_HOSTS": "localhost"}
        environ = {n: text for n, text in self.stage.environ.items() if n not in files}
        told = {**environ, **named, **services, **addresses, **OURS}
        return replace(self, stage=replace(self.stage, environ=told))


@contextmanager
def sited() -> Iterator[Site]:
    """A site in a temporary folder."""
    with staged() as stage, tempfile.TemporaryDirectory(prefix="caiso-live-topology-") as folder:
        password = secrets.token_urlsafe(24)
        yield Site(stage, Path(folder), stage.plan.port, free_ports.reserve(), password)
