"""The whole stack as `make run` starts it, with a state folder of its own."""

import json
import os
import select
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil

from deploy import free_ports

ROOT = Path(__file__).resolve().parents[2]
running: "list[Program]" = []


class Program:
    """What runs for a test, and what it says: it is noticed at once when it ends by itself."""

    def __init__(self, process: "subprocess.Popen[bytes]", output: Path) -> None:
        self.process = process
        self.output = output

    def last_words(self) -> str:
        """How it ended, and what it and its processes said last."""
        said = self.output.read_text(errors="replace")[-4000:]
        return f"{self.process.args} ended with {self.process.returncode} and said:\n{said}"


class Stack(Program):
    """A running stack: its address, its processes, its state."""

    def __init__(self, launcher: "subprocess.Popen[bytes]", port: int, var_dir: Path) -> None:
        super().__init__(launcher, var_dir / "output.txt")
        self.launcher = launcher
        self.port = port
        self.state = var_dir / "simulator"
        self.database = self.state / "db.sqlite3"

    def get(self, path: str) -> Any:
        """A JSON answer, or None while there is none."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5) as answer:
                return json.load(answer)
        except (OSError, ValueError):
            return None

    def child(self, name: str) -> psutil.Process:
        """The main process of one program: the child of the launcher whose command says so."""
        words = {
            "web": "caisoproject.web",
            "valkey": "valkey",
            "beat": "beat",
            "analyst": "caisoproject.analyst",
            "poller": "poll,backfill",
            "worker": "alerts,analysis",
        }
        for child in psutil.Process(self.launcher.pid).children():
            with suppress(psutil.NoSuchProcess):  # one that was killed, and not waited for yet
                if words[name] in " ".join(child.cmdline()):
                    return child
        raise LookupError(f"no {name} is running")

    def kill(self, name: str) -> int:
        """SIGKILL one program. Returns the process id it had."""
        process = self.child(name)
        process.send_signal(signal.SIGKILL)
        return process.pid

    def is_back(self, name: str, old: int) -> bool:
        """Whether another process runs in place of `old`."""
        try:
            return self.child(name).pid != old
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
    try:
        with watched(stack):
            yield stack
    finally:
        launcher.send_signal(signal.SIGINT)
        launcher.wait(timeout=20)
        output.close()


@contextmanager
def watched(program: Program) -> Iterator[None]:
    """Whoever waits meanwhile hears at once when it has ended."""
    running.append(program)
    try:
        yield
    finally:
        running.remove(program)


def all_run(what: str) -> None:
    """Raises AssertionError, with its last words, where a program has ended: no `what` then."""
    for program in running:
        assert program.process.poll() is None, f"no {what}: {program.last_words()}"


def line_of(process: "subprocess.Popen[Any]") -> Any:
    """The next line that a process says by a pipe; fail where it says none."""
    assert process.stdout
    assert select.select([process.stdout], [], [], 60)[0], f"it says nothing: {process.args}"
    return process.stdout.readline()


def join(thread: threading.Thread) -> None:
    """Wait for a thread that is about to end; fail where it is not."""
    thread.join(30)
    assert not thread.is_alive(), f"a thread has not ended within 30 s: {thread.name}"


def wait_until(true: Callable[[], Any], seconds: float, what: str) -> None:
    """Return once `true` is; fail with what did not happen, at once when a program has ended."""
    until = time.monotonic() + seconds
    while not true():
        all_run(what)
        if time.monotonic() > until:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(0.1)
