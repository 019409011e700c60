"""What `make run` will run, decided from the environment alone, before anything is changed."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import quote

from caisoproject.secret_files import value_of
from deploy.paths import VENV
from deploy.ports import Port
from deploy.refusal import Refused
from prices import redis_address

# As many as `caisoproject/settings.py` takes.
MOST_WEB_PROCESSES = 10
SOURCES = ("auto", "live", "simulator")
OASIS_URL = "https://oasis.caiso.com/oasisapi"
# Of every process, whoever starts it.
TUNED = {
    "PYTHONUNBUFFERED": "1",
    # With two threads on two cores LightGBM and XGBoost take 40 s, with one 6 s.
    "OMP_NUM_THREADS": "1",
    "MALLOC_ARENA_MAX": "2",
}


@dataclass(frozen=True)
class Plan:
    """A stack: its ports, its state folder and the services that it uses.

    `files` are the settings whose values are in files, and where: they are passed on as such.
    """

    source: str
    port: int
    bind: str
    web_processes: int
    state: Path
    redis_url: str
    oasis_url: str
    database_url: str
    embeds_valkey: bool
    embeds_simulator: bool
    oasis_was_asked: bool
    files: Mapping[str, str] = field(default_factory=dict)

    @property
    def valkey_port(self) -> int:
        return self.port + 1

    @property
    def simulator_port(self) -> int:
        return self.port + 2

    @property
    def web_host(self) -> str:
        """The host under which this machine reaches the web process."""
        return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.bind, self.bind)  # noqa: S104  # nosec B104

    @property
    def url(self) -> str:
        """The URL of the web process for a browser."""
        host = f"[{self.web_host}]" if ":" in self.web_host else self.web_host
        return f"http://{host}:{self.port}"

    def ports(self) -> list[Port]:
        """The ports that must be free."""
        needed = [Port(self.bind, self.port, "")]
        if self.embeds_valkey:
            needed.append(Port("127.0.0.1", self.valkey_port, " (for Valkey)"))
        if self.embeds_simulator:
            needed.append(Port("127.0.0.1", self.simulator_port, " (for the simulator)"))
        return needed

    def as_json(self) -> str:
        """The defaults of `manage.py` run by hand."""
        values: dict[str, Any] = {"source": self.source, "port": self.port, **self.services()}
        return json.dumps({name.lower(): value for name, value in values.items()}, indent=1) + "\n"

    def services(self) -> dict[str, str]:
        """The settings that name the services, or the files in which they are named."""
        named = {
            "REDIS_URL": self.redis_url,
            "OASIS_URL": self.oasis_url,
            "DATABASE_URL": self.database_url,
        }
        written = {name: url for name, url in named.items() if f"{name}_FILE" not in self.files}
        return {**written, **self.files}


def wanted_source(environ: Mapping[str, str]) -> str:
    source = environ.get("SOURCE") or "auto"
    if source not in SOURCES:
        raise Refused(f"SOURCE={source} is not one of {', '.join(SOURCES)}.")
    return source


def wanted_port(environ: Mapping[str, str]) -> int:
    port = environ.get("PORT") or "8000"
    if not (port.isascii() and port.isdigit() and 1 <= int(port) <= 65533):
        raise Refused(f"PORT={port} is not a port number from 1 to 65533.")
    return int(port)


def wanted_bind(environ: Mapping[str, str]) -> str:
    """An IP address of this machine, without the brackets that URLs have. Raises Refused."""
    bind = (environ.get("BIND") or "127.0.0.1").removeprefix("[").removesuffix("]")
    try:
        return "127.0.0.1" if bind == "localhost" else str(ip_address(bind))
    except ValueError as fault:
        raise Refused(
            f"BIND={bind} is not an IP address such as 127.0.0.1, 0.0.0.0 or ::."
        ) from fault


def wanted_web_processes(environ: Mapping[str, str]) -> int:
    wanted = environ.get("WEB_PROCESSES") or "1"
    if not (wanted.isascii() and wanted.isdigit() and 1 <= int(wanted) <= MOST_WEB_PROCESSES):
        raise Refused(f"WEB_PROCESSES={wanted} is not a number from 1 to {MOST_WEB_PROCESSES}.")
    return int(wanted)


def wanted_redis(environ: Mapping[str, str]) -> str | None:
    """The address of a Redis; none means our own. Raises Refused."""
    url = value_of("REDIS_URL", environ)
    try:
        if url:
            redis_address.read(url)
    except redis_address.Unreadable as fault:
        raise Refused(f"REDIS_URL {fault}") from fault
    return url


def decide(environ: Mapping[str, str], *, source: str, port: int, var_dir: Path) -> Plan:
    """The plan for a source that is chosen: live or simulator."""
    state = var_dir / source
    redis_url, oasis_url = wanted_redis(environ), environ.get("OASIS_URL")
    embeds_simulator = source == "simulator" and not oasis_url
    simulator_url = f"http://127.0.0.1:{port + 2}/oasisapi"
    return Plan(
        source=source,
        port=port,
        bind=wanted_bind(environ),
        web_processes=wanted_web_processes(environ),
        state=state,
        redis_url=redis_url or f"redis://127.0.0.1:{port + 1}/0",
        oasis_url=simulator_url if embeds_simulator else oasis_url or OASIS_URL,
        database_url=value_of("DATABASE_URL", environ) or embedded_database(state),
        embeds_valkey=not redis_url,
        embeds_simulator=embeds_simulator,
        oasis_was_asked=bool(environ.get("OASIS_ASKED")),
        files=secret_files(environ),
    )


def embedded_database(state: Path) -> str:
    return f"sqlite:///{quote(str(state))}/db.sqlite3"


def secret_files(environ: Mapping[str, str]) -> dict[str, str]:
    """The files in which services are named, which may be read from any folder."""
    named = {name: environ.get(name) for name in ("REDIS_URL_FILE", "DATABASE_URL_FILE")}
    return {name: str(Path(path).absolute()) for name, path in named.items() if path}


def environment(plan: Plan, environ: Mapping[str, str]) -> dict[str, str]:
    """The environment of every process of the stack."""
    return {
        **environ,
        "PATH": f"{VENV / 'bin'}{os.pathsep}{environ.get('PATH', os.defpath)}",
        "SOURCE": plan.source,
        "PORT": str(plan.port),
        "BIND": plan.bind,
        "WEB_INTERFACE": interface(plan.bind),
        "VAR_DIR": str(plan.state.parent),
        **plan.services(),
        "OASIS_ASKED": "1" if plan.oasis_was_asked else "",
        **TUNED,
    }


def interface(bind: str) -> str:
    """An address in the description of a Twisted endpoint, where colons are escaped."""
    return bind.replace(":", r"\:")
