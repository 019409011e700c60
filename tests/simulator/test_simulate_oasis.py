"""The command as a process: it says where it listens, and ends at a signal."""

import os
import signal
import socket
import subprocess
import sys
from argparse import ArgumentParser
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests

from simulator import options
from simulator.clocks import starting_at
from tests.stack.running import line_of

ROOT = Path(__file__).parents[2]
# Settings of its own, so that this test needs nothing but the stand-in.
START = """
import sys
from django.conf import settings
settings.configure(INSTALLED_APPS=["simulator"])
import django
django.setup()
from django.core.management import execute_from_command_line
execute_from_command_line(["manage.py", "simulate_oasis", *sys.argv[1:]])
"""


def start(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", START, *arguments],
        cwd=ROOT,
        env={key: os.environ[key] for key in ("PATH", "HOME") if key in os.environ},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def chosen(*arguments: str) -> dict[str, object]:
    parser = ArgumentParser()
    options.add_to(parser)
    return vars(parser.parse_args(arguments))


@pytest.mark.process
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_command_serves_and_ends_at_once_even_while_dripping(tmp_path, number):
    log = tmp_path / "log"
    with start(
        "--port", "0", "--fault", "drip", "--drip-seconds", "60", "--log", str(log)
    ) as serving:
        url = line_of(serving).split()[-1]
        with requests.get(f"{url}/SingleZip", timeout=5, stream=True) as dripping:
            assert dripping.status_code == 200
            serving.send_signal(number)
            _, complaints = serving.communicate(timeout=20)

    assert (serving.returncode, complaints) == (0, "")
    assert '"outcome": "error_1011"' in log.read_text()


@pytest.mark.process
def test_a_port_in_use_is_reported_in_one_sentence():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with start("--port", str(port)) as failed:
            _, complaint = failed.communicate(timeout=10)

    assert failed.returncode == 1
    assert complaint.strip() == (
        f"CommandError: Port {port} cannot be used: Address already in use."
    )


def test_the_options_make_the_stand_in_they_describe(tmp_path):
    found = options.stand_in(chosen(
        "--now", "2025-06-20T12:00:00-07:00", "--speed", "60", "--seed", "9",
        "--node", "NEW_1_N001", "--rtm-delay=-45", "--missing-rate", "0.5",
        "--revision-after", "1", "2", "--refused-restarts", "--refuse-with-200",
        "--cold-groups", "--fault", "nan:7", "--log", str(tmp_path / "log"),
    ))  # fmt: skip
    found.log.close()

    assert (
        timedelta(0) <= found.clock() - datetime(2025, 6, 20, 19, tzinfo=UTC) < timedelta(hours=1)
    )
    assert (found.board.seed, found.board.nodes[-1]) == (9, "NEW_1_N001")
    assert (found.board.timetable.rtm_delay, found.board.timetable.revision_after) == (-45, (1, 2))
    assert found.limiter is not None
    assert found.limiter.refused_restarts
    assert (found.refusal_status, found.warm_groups) == (200, set())
    assert found.faults.by_turn == {"nan": 7}


def test_without_options_it_limits_to_one_request_in_five_seconds_at_the_real_time():
    found = options.stand_in(chosen())

    assert found.limiter is not None
    assert found.limiter.seconds == 5
    assert abs(found.clock() - datetime.now(UTC)) < timedelta(seconds=5)
    assert options.stand_in(chosen("--no-limit", "--offset", "3600")).limiter is None


def test_a_clock_can_run_faster_than_time():
    times = iter([datetime(2025, 1, 1, tzinfo=UTC), datetime(2025, 1, 1, 0, 0, 10, tzinfo=UTC)])
    noon = datetime(2025, 6, 20, 12, tzinfo=UTC)

    clock = starting_at(noon, speed=6, real=lambda: next(times))

    assert clock() == noon + timedelta(minutes=1)


@pytest.mark.parametrize("wrong", [("--fault", "nothing"), ("--fault", "nan:x"), ("--now", "noon")])
def test_a_wrong_option_is_reported(wrong, capsys):
    with pytest.raises(SystemExit):
        chosen(*wrong)

    assert wrong[0] in capsys.readouterr().err
