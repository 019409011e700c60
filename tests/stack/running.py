"""The whole stack as `make run` starts it, with a state folder of its own."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

from deploy import free_ports

ROOT = Path(__file__).resolve().parents[2]
running: "list[Stack]" = []


class Stack:
    """A running stack: its address, its processes, its state."""

    def __init__(self, launcher: "subprocess.Popen[bytes]", port: int, var_dir: Path) -> None:
        self.launcher = launcher
        self.port = port
        self.output = var_dir / "output.txt"
        self.state = var_dir / "simulator"
        self.database = self.state / "db.sqlite3"

    def get(self, path: str) -> Any:
        """A JSON answer, or None while there is none."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5) as answer:
                return json.load(answer)
        except (OSError, ValueError):
            return None

    def last_words(self) -> str:
        """How the launcher ended, and what it and its processes said last."""
        said = self.output.read_text(errors="replace")[-4000:]
        return f"the launcher ended with {self.launcher.returncode} and said:\n{said}"

    def process(self, name: str) -> psutil.Process:
        """The main process of one program: the child of the launcher whose command says so."""
        words = {
            "web": "caisoproject.web",
            "valkey": "valkey",
            "beat": "beat",
            "poller": "poll,backfill",
            "worker": "alerts,analysis",
        }
        for child in psutil.Process(self.launcher.pid).children():
            if words[name] in " ".join(child.cmdline()):
                return child
        raise LookupError(f"no {name} is running")

    def kill(self, name: str) -> int:
        """SIGKILL one program. Returns the process id it had."""
        process = self.process(name)
        process.send_signal(signal.SIGKILL)
        return process.pid

    def is_back(self, name: str, old: int) -> bool:
        """Whether another process runs in place of `old`."""
        try:
            return self.process(name).pid != old
        except (LookupError, psutil.Error):
            return False


@contextmanager
def running_stack(var_dir: Path, oasis_url: str, **settings: str) -> Iterator[Stack]:
    """Start everything, and end it as Ctrl-C does."""
    port = free_ports.reserve()
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    environment = kept | {"VAR_DIR": str(var_dir), "PORT": str(port), "OASIS_URL": oasis_url}
    environment |= {"SOURCE": "simulator", "SECRET_KEY": "of the tests"} | settings
    output = (var_dir / "output.txt").open("wb")
    launcher = subprocess.Popen(
        [sys.executable, "-m", "deploy.run"],
        cwd=ROOT,
        env=environment,
        stdout=output,
        stderr=subprocess.STDOUT,
    )
    stack = Stack(launcher, port, var_dir)
    running.append(stack)
    try:
        yield stack
    finally:
        running.remove(stack)
        launcher.send_signal(signal.SIGINT)
        launcher.wait(timeout=20)
        output.close()


def wait_until(true: Callable[[], Any], seconds: float, what: str) -> None:
    """Return once `true` is; fail with what did not happen, at once when a stack has ended."""
    until = time.monotonic() + seconds
    while not true():
        for stack in running:
            assert stack.launcher.poll() is None, f"no {what}: {stack.last_words()}"
        if time.monotonic() > until:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(0.1)
