"""`make run` as a person has it: the simulator, every process, a hard kill, Ctrl-C."""

import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

import psutil
import pytest

from deploy import free_ports
from deploy.paths import ROOT


@pytest.fixture
def port() -> int:
    """Three ports in a row that nobody else is given."""
    return free_ports.reserve()


def start(tmp_path: Path, port: int) -> subprocess.Popen[str]:
    environ = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME")}
    return subprocess.Popen(
        [sys.executable, "-m", "deploy.run"],
        cwd=ROOT,
        env={**environ, "SOURCE": "simulator", "PORT": str(port), "VAR_DIR": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def heard_until(output: TextIO | None, expected: str) -> Iterator[str]:
    assert output is not None
    said = []
    for line in output:
        yield line
        if expected in line:
            return
        said.append(line)
    raise AssertionError(f"nobody said {expected!r} but {''.join(said)}")


def what_lives_on(state: Path) -> set[str]:
    """Commands that run with this state, whoever their parent is now."""
    found = set()
    for process in psutil.process_iter(["environ", "cmdline"]):
        environ = process.info["environ"] or {}
        if environ.get("VAR_DIR") == str(state):
            found.add(" ".join(process.info["cmdline"] or []))
    return found


@pytest.mark.process
def test_it_starts_again_after_a_hard_kill_and_ctrl_c_ends_all_of_it(tmp_path, port):
    with start(tmp_path, port) as killed:
        first_start = "".join(heard_until(killed.stdout, "CAISO Live: http"))
        killed.kill()
    assert "password" in first_start

    with start(tmp_path, port) as launcher:
        second_start = "".join(heard_until(launcher.stdout, "CAISO Live: http"))
        assert f"http://127.0.0.1:{port}  (source: simulator, state in " in second_start
        assert "password" not in second_start
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=20) as answer:
            assert answer.status == 200
        assert what_lives_on(tmp_path)
        launcher.send_signal(signal.SIGINT)
        assert launcher.wait(timeout=10) == 0
    assert what_lives_on(tmp_path) == set()
