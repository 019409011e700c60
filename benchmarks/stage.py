"""A benchmark's own stack: folder, ports, environment and processes."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deploy import free_ports, plan
from deploy.paths import ROOT, var_dir
from deploy.plan import Plan
from deploy.processes import end_with_the_launcher

OF_OTHER_STACKS = (
    "DATABASE_URL",
    "REDIS_URL",
    "CELERY_BROKER_URL",
    "CHANNEL_REDIS_URL",
    "OASIS_URL",
    "BIND",
    "DEBUG",
    "ALLOWED_HOSTS",
)
OURS = {"LOG_LEVEL": "WARNING", "DJANGO_SETTINGS_MODULE": "caisoproject.settings"}
PROGRAMS = "benchmarks"
ENDS_WITHIN_S = 15
SAID = "said.log"


class DidNotWork(Exception):
    """A program of the benchmark failed or did not answer."""


@dataclass(frozen=True)
class Stage:
    """The stack of one benchmark; it shares nothing with the user's own."""

    plan: Plan
    environ: Mapping[str, str]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.plan.port}"

    @property
    def before_the_launcher(self) -> dict[str, str]:
        """The environment for `make run`, which itself chooses Redis, OASIS and the database."""
        chosen = {*OF_OTHER_STACKS, *OURS}
        return {name: text for name, text in self.environ.items() if name not in chosen}

    def answer(self, program: str, *arguments: object) -> Any:
        """What one of our programs measured. Raises DidNotWork with its output."""
        return self.answer_of("-m", f"{PROGRAMS}.{program}", *arguments)

    def answer_of(self, *command: object) -> Any:
        """The JSON that Python with these arguments writes. Raises DidNotWork with its output."""
        done = subprocess.run(
            [sys.executable, *map(str, command)],
            cwd=ROOT,
            env=self.environ,
            capture_output=True,
            text=True,
            check=False,
            start_new_session=True,
        )
        if done.returncode:
            raise DidNotWork(f"{' '.join(map(str, command))}:\n{done.stdout}{done.stderr}")
        return json.loads(done.stdout)

    @contextmanager
    def running(
        self, line: str, *, cwd: Path = ROOT, environ: Mapping[str, str] | None = None
    ) -> Iterator[subprocess.Popen[bytes]]:
        """Run a shell command in a session of its own, and end it afterwards."""
        with (self.plan.state / SAID).open("ab") as said:
            process = subprocess.Popen(
                ["/bin/sh", "-c", f"exec {line}"],
                cwd=cwd,
                env=environ or self.environ,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=end_with_the_launcher,
            )
        try:
            yield process
        finally:
            finish_off(process)

    def wait_until(self, ready: Callable[[], bool], patience_s: float, what: str) -> float:
        """Seconds until `ready`. Raises DidNotWork with the processes' output."""
        began = time.monotonic()
        while not ready():
            if time.monotonic() - began > patience_s:
                said = (self.plan.state / SAID).read_text(errors="replace")[-3000:]
                raise DidNotWork(f"{what}: nothing within {patience_s} s\n{said}")
            time.sleep(0.2)
        return time.monotonic() - began

    def get(self, path: str) -> Any:
        """The JSON at `path` of the web process; None if it does not answer."""
        try:
            with urllib.request.urlopen(f"{self.url}{path}", timeout=5) as response:  # noqa: S310
                return json.load(response)
        except (OSError, ValueError):
            return None


def finish_off(process: subprocess.Popen[bytes]) -> None:
    """End the process, and kill what is left of its session."""
    if process.poll() is None:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(ENDS_WITHIN_S)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@contextmanager
def staged() -> Iterator[Stage]:
    """A stage in a temporary folder."""
    with tempfile.TemporaryDirectory(prefix="caiso-live-bench-") as folder:
        kept = {name: text for name, text in os.environ.items() if name not in OF_OTHER_STACKS}
        chosen = plan.decide(
            kept, source="simulator", port=free_ports.reserve(), var_dir=Path(folder)
        )
        chosen.state.mkdir()
        (Path(folder) / "static").symlink_to(var_dir() / "static")  # `make setup` collected them
        yield Stage(chosen, {**plan.environment(chosen, kept), **OURS})
