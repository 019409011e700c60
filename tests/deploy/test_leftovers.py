"""Processes that outlived a launcher are found by the lock they inherited, and ended."""

import os
import sys

import pytest

from deploy import leftovers
from deploy.processes import Child, Command
from deploy.refusal import Refused


def started(line, tmp_path):
    child = Child(Command("worker", line, tmp_path, os.environ), colour="")
    child.start(tmp_path / "processes")
    return child


def test_a_second_launcher_on_the_same_state_names_the_first(tmp_path):
    with (
        leftovers.only_one(tmp_path),
        pytest.raises(Refused, match=rf"already running on .* \(pid {os.getpid()}\)"),
    ):
        leftovers.only_one(tmp_path)
    leftovers.only_one(tmp_path).close()


@pytest.mark.process
def test_a_process_left_running_is_asked_to_end(tmp_path):
    child = started("sleep 60", tmp_path)
    leftovers.end(tmp_path / "processes")
    assert child.process.wait(timeout=1) == -15
    child.bury(-15)


@pytest.mark.process
def test_a_process_whose_parent_died_is_ended_by_its_group(tmp_path):
    """Celery's pool process, after its worker was killed outright."""
    line = f'{sys.executable} -c "{PARENT}"'
    child = started(line, tmp_path)
    orphan = int(line_from(child.pipe))
    child.process.kill()
    child.process.wait()
    os.kill(orphan, 0)
    leftovers.end(tmp_path / "processes")
    assert os.read(child.pipe, 100) == b""  # nobody is left to write
    child.bury(-9)


def line_from(pipe):
    """One line, however many writes it came in (unbuffered Python makes two of a print)."""
    os.set_blocking(pipe, True)
    read = b""
    while not read.endswith(b"\n"):
        read += os.read(pipe, 1) or pytest.fail(f"the pipe ended after {read!r}")
    return read


PARENT = """
import subprocess, time
child = subprocess.Popen(['sleep', '60'], close_fds=False)
print(child.pid, flush=True)
child.wait()
"""


def test_a_number_that_was_given_to_someone_else_is_never_signalled(tmp_path):
    (tmp_path / "processes").mkdir()
    (tmp_path / "processes" / "worker").write_text(f"{os.getpid()}\n")
    leftovers.end(tmp_path / "processes")


def test_before_the_first_run_there_is_no_process_to_end(tmp_path):
    leftovers.end(tmp_path / "processes")
