"""The supervisor with small processes: real signals, real deaths, nothing left running."""

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager, suppress

import psutil
import pytest

from deploy import leftovers
from deploy.paths import ROOT

pytestmark = pytest.mark.process
LAUNCHER = """
import os, sys
from pathlib import Path
from deploy.processes import of_procfile
from deploy.supervisor import Supervisor

folder = Path(sys.argv[1])
with Supervisor(folder / "processes") as supervisor:
    for command in of_procfile(folder / "Procfile", os.environ):
        supervisor.start(command, stops_last=command.name == "valkey")
    supervisor.run()
"""
DUMMY = """
import signal, subprocess, sys, time
def ended(*_):
    print(sys.argv[1], "ended", flush=True)
    sys.exit()
signal.signal(signal.SIGTERM, signal.SIG_IGN if sys.argv[1] == "stubborn" else ended)
# It keeps the lock, as a worker's children do: this process may be ended before anybody looks.
sleep = subprocess.Popen(["sleep", "60"], close_fds=False)
print("ready", flush=True)
time.sleep(60)
"""


@pytest.fixture
def launch(tmp_path):
    (tmp_path / "dummy.py").write_text(DUMMY)

    @contextmanager
    def launched(first="", **lines):
        (tmp_path / "Procfile").write_text("\n".join(f"{n}: {li}" for n, li in lines.items()))
        with subprocess.Popen(
            [sys.executable, "-c", first + LAUNCHER, tmp_path],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        ) as launcher:
            yield launcher

    return launched


def dummy(name):
    return f"{sys.executable} dummy.py {name}"


def heard(launcher, expected):
    """Reads what the launcher says up to the expected words."""
    for line in launcher.stdout:
        if expected in line:
            return line
    raise AssertionError(f"the launcher never said {expected!r}")


def nothing_is_left_of(tmp_path, within_s=5):
    """A process lets go of its lock a moment before it is gone."""
    until = time.monotonic() + within_s
    while is_something_left_of(tmp_path):
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True


def is_something_left_of(tmp_path):
    groups = {int(mark.read_text()) for mark in (tmp_path / "processes").iterdir()}
    for process in psutil.process_iter(["status"]):
        if process.info["status"] != psutil.STATUS_ZOMBIE:
            with suppress(ProcessLookupError):
                if os.getpgid(process.pid) in groups:
                    return True
    return False


def test_a_process_that_dies_is_restarted_with_a_message(launch, tmp_path):
    line = "sh -c 'echo $$ >> lives; test $(wc -l < lives) = 3 && exec sleep 60; echo up; exit 7'"
    with launch(worker=line) as launcher:
        assert heard(launcher, "worker").endswith("worker    | up\n")
        assert "ended with exit code 7; starting it again in 1 s." in heard(launcher, "launcher")
        assert "ended with exit code 7; starting it again in 2 s." in heard(launcher, "launcher")
        launcher.terminate()
        assert launcher.wait(timeout=10) == 0


def test_ctrl_c_ends_everything_in_ten_seconds_even_what_will_not_end(launch, tmp_path):
    with launch(valkey=dummy("valkey"), worker=dummy("worker"), web=dummy("stubborn")) as launcher:
        for _ in range(3):
            heard(launcher, "ready")
        begun = time.monotonic()
        launcher.send_signal(signal.SIGINT)
        heard(launcher, "worker ended")
        heard(launcher, "web did not end in time and was killed.")
        heard(launcher, "valkey ended")  # after those that still need it
        assert launcher.wait(timeout=10) == 0
    assert time.monotonic() - begun < 10
    assert nothing_is_left_of(tmp_path)


def test_a_launcher_that_is_killed_outright_leaves_nothing_the_next_one_does_not_end(
    launch, tmp_path
):
    with launch(worker=dummy("worker")) as launcher:
        heard(launcher, "ready")
        launcher.kill()
    leftovers.end(tmp_path / "processes")
    assert nothing_is_left_of(tmp_path)


ORPHANS = """
import subprocess, time
for seconds in ("0.1", "0.2"):
    subprocess.Popen(["/bin/sh", "-c", f"sleep {seconds} &"], start_new_session=True).wait()
print("left", flush=True)
time.sleep(60)
"""


def test_as_process_1_it_leaves_no_defunct_process_and_ends_at_sigterm(launch, tmp_path):
    """A subreaper is given orphans as process 1 of a container is."""
    (tmp_path / "orphans.py").write_text(ORPHANS)
    as_first = "import ctypes; ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)\n"
    with launch(as_first, worker=f"{sys.executable} orphans.py") as launcher:
        heard(launcher, "left")
        supervisor = psutil.Process(launcher.pid)
        until = time.monotonic() + 10
        while len(supervisor.children()) > 1 and time.monotonic() < until:
            time.sleep(0.02)
        assert len(supervisor.children()) == 1
        launcher.terminate()
        assert launcher.wait(timeout=10) == 0
    assert nothing_is_left_of(tmp_path)


def test_when_nobody_reads_the_output_the_launcher_ends(launch, tmp_path):
    """As in `make run | head`."""
    with launch(worker="sh -c 'while echo tick; do sleep 0.01; done'") as launcher:
        heard(launcher, "tick")
        launcher.stdout.close()
        assert launcher.wait(timeout=10) == 0
    assert nothing_is_left_of(tmp_path)
