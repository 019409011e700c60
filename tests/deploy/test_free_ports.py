"""Ports of stacks that run side by side: nobody is given another's, and they are said at once."""

import os
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from deploy import free_ports
from deploy.paths import ROOT
from tests.stack.running import line_of, running_stack, wait_until

ASKED = (
    "import sys; from deploy import free_ports; print(free_ports.reserve(), flush=True);"
    "sys.stdin.read()"
)


@pytest.fixture
def first(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> int:
    """The first port of a block that is ours; its lock can be tried in a folder of its own.

    Whoever looks for blocks in such a folder would come upon those that others hold.
    """
    block = free_ports.reserve()
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    return block


@pytest.mark.process
def test_processes_that_ask_at_the_same_moment_get_different_ports() -> None:
    def asking() -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-c", ASKED],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    with ThreadPoolExecutor() as together:
        askers = [together.submit(asking) for _ in range(8)]
    processes = [asker.result() for asker in askers]
    given = [int(line_of(process)) for process in processes]
    for process in processes:
        process.communicate("", timeout=60)
    assert len({port // free_ports.SIZE for port in given}) == 8


@pytest.mark.parametrize("taken", range(free_ports.SIZE))
def test_a_block_of_ports_with_one_in_use_is_not_handed_out(first: int, taken: int) -> None:
    with closing(socket.create_server(("127.0.0.1", first + taken))):
        assert not free_ports.hold(first)
    assert free_ports.hold(first)
    assert not free_ports.hold(first)
    os.close(free_ports.locks.pop())


def test_the_ports_lie_below_those_that_the_system_gives_out() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        assert free_ports.reserve() + free_ports.SIZE <= free_ports.first_ephemeral()
        assert listener.getsockname()[1] >= free_ports.first_ephemeral()
    os.close(free_ports.locks.pop())


@pytest.mark.process
def test_a_stack_that_could_not_start_is_reported_at_once_with_its_output(
    first: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(free_ports, "reserve", lambda: first)
    with (
        socket.create_server(("127.0.0.1", first + 1)),
        running_stack(tmp_path, "http://127.0.0.1:1/oasisapi") as stack,
        pytest.raises(AssertionError, match=rf"(?s)ended with 1 .*Port {first + 1} \(for Valkey\)"),
    ):
        wait_until(lambda: stack.get("/api/current"), 3600, "first prices")
