"""Every process of the topology, started in order, and each to be killed by itself."""

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import psutil

from benchmarks.feed_stage import Program
from benchmarks.stage import DidNotWork
from benchmarks.topology import valkeys
from benchmarks.topology.site import EACH, Site
from deploy.paths import ROOT, VENV

PATIENCE_S = 180
TWICE = ("poller", "worker", "beat")
ONE_LINE = "python -m deploy.role {role}"


@dataclass
class Fleet:
    """What runs, by name: `web-1`, `valkey-3`, `beat-2`."""

    site: Site
    copies: int = 2
    programs: dict[str, Program] = field(default_factory=dict)

    def start(self) -> None:
        """Valkey and its Sentinels; the database brought up to date; the processes; the proxy."""
        self.start_valkeys()
        self.prepare()
        self.start_ours()
        self.add("proxy", proxy(self.site))
        self.wait(lambda: self.site.authority.exists(), "the proxy's certificate")

    def add(self, name: str, program: Program) -> None:
        self.programs[name] = program
        program.start()

    def start_valkeys(self) -> None:
        for number in range(EACH):
            self.add(f"valkey-{number + 1}", valkeys.server(self.site, number))
        for number in range(EACH):
            self.add(f"sentinel-{number + 1}", valkeys.sentinel(self.site, number))
        self.wait(lambda: valkeys.agree(self.site), "three Sentinels that know three Valkeys")

    def prepare(self) -> None:
        with self.site.stage.running("python -m deploy.prepare") as process:
            if process.wait(PATIENCE_S):
                raise DidNotWork(f"deploy.prepare ended with {process.returncode}: {self.said()}")

    def start_ours(self) -> None:
        for number, port in enumerate(self.site.webs, start=1):
            self.add(f"web-{number}", self.ours("web", PORT=str(port)))
        for number in range(1, self.copies + 1):
            for role in TWICE:
                self.add(f"{role}-{number}", self.ours(role, INSTANCE=f"-{number}"))
            if number == 1:  # the first beat is the one that is active
                self.wait(self.is_ticking, "the first beat ticks")
        self.add("analyst", self.ours("analyst"))
        for port in self.site.webs:
            self.wait(lambda at=port: self.answers(at), f"the web process on port {port}")

    def ours(self, role: str, **settings: str) -> Program:
        told = self.site.told(REDIS_URL_FILE=self.site.redis_url_file(role), **settings)
        return Program(told, ONE_LINE.format(role=role))

    def is_ticking(self) -> bool:
        return valkeys.beat_is_active(self.site)

    def answers(self, port: int) -> bool:
        with suppress(psutil.Error):
            return any(
                one.status == "LISTEN" and one.laddr.port == port
                for one in psutil.net_connections("tcp4")
            )
        return False

    def readers_of(self, web: str) -> int:
        """How many connections a web process has."""
        port = self.site.webs[int(web[-1]) - 1]
        try:
            opened = psutil.Process(self.programs[web].process.pid).net_connections("tcp")
        except psutil.Error:
            return 0
        return sum(one.status == "ESTABLISHED" and one.laddr.port == port for one in opened)

    def wait(self, true: object, what: str) -> None:
        assert callable(true)
        until = time.monotonic() + PATIENCE_S
        while not true():
            if time.monotonic() > until:
                raise DidNotWork(f"not within {PATIENCE_S} s: {what}\n{self.said()}")
            time.sleep(0.1)

    def said(self) -> str:
        """What the processes said last."""
        return (self.site.stage.plan.state / "said.log").read_text(errors="replace")[-3000:]

    def ended(self) -> list[str]:
        """What does not run, though it should: it ended by itself."""
        return [name for name, one in self.programs.items() if one.process.poll() is not None]

    def end(self) -> None:
        """The proxy first, Valkey last."""
        for program in reversed(self.programs.values()):
            program.end()


def proxy(site: Site) -> Program:
    """Caddy with the Caddyfile that the containers have, and an authority of its own."""
    home = {"XDG_DATA_HOME": site.folder / "proxy", "XDG_CONFIG_HOME": site.folder / "proxy"}
    webs = " ".join(f"127.0.0.1:{port}" for port in site.webs)
    ports = {"HTTP_PORT": site.proxy_port + 1, "HTTPS_PORT": site.proxy_port}
    named = {"SITE_HOST": "localhost", "CERTIFICATES": "internal", "WEBS": webs}
    stage = site.told(**{name: str(text) for name, text in {**home, **ports, **named}.items()})
    line = f"{VENV / 'bin/caddy'} run --config {ROOT / 'deploy/caddy/Caddyfile'}"
    return Program(stage, f"{line} --adapter caddyfile")


@contextmanager
def running(site: Site, copies: int) -> Iterator[Fleet]:
    """All of it, with so many of what there may be several of."""
    fleet = Fleet(site, copies)
    try:
        fleet.start()
        yield fleet
    finally:
        fleet.end()
