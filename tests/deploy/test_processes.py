"""What the Procfile starts, and when what died is started again."""

from pathlib import Path

import pytest

from deploy.paths import ROOT
from deploy.processes import Child, Command, delay_s, how_it_ended, of_procfile


def test_the_procfile_names_the_five_processes_of_the_stack():
    commands = of_procfile(ROOT / "Procfile", {"PORT": "8000"})
    assert [command.name for command in commands] == ["web", "poller", "worker", "beat", "analyst"]
    assert all(command.cwd == ROOT for command in commands)
    assert all(command.environ == {"PORT": "8000"} for command in commands)


def test_a_process_that_keeps_dying_is_restarted_more_slowly_but_never_given_up():
    assert [delay_s(failures) for failures in range(1, 8)] == [1, 2, 4, 8, 16, 30, 30]
    assert delay_s(10_000) == 30


@pytest.mark.parametrize(("lived_s", "waits_s"), [(5, 8), (59, 8), (61, 1), (86_400, 1)])
def test_a_process_that_lived_a_minute_starts_again_soon(monkeypatch, lived_s, waits_s):
    monkeypatch.setattr("deploy.processes.time.monotonic", lambda: 100_000.0)
    child = Child(Command("worker", "true", Path(), {}), colour="")
    child.failures, child.started_at = 3, 100_000.0 - lived_s
    assert child.plan_next_start() == waits_s


def test_the_end_of_a_process_is_put_into_words():
    assert how_it_ended(1) == "ended with exit code 1"
    assert how_it_ended(-9) == "was killed by SIGKILL"
