"""The process that waits for something to calculate, with real children and a real Valkey."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
import redis

from battery import asking
from caisoproject import analyst, bare_log
from caisoproject.analyst import Child, Lane
from deploy import free_ports
from deploy.paths import ROOT
from tests.real_services import start_valkey
from tests.stack.running import wait_until

pytestmark = pytest.mark.process
# Writes what it was handed, and by which child, into its folder; the words say what it does then.
PROGRAM = """
import os, sys, time
folder, lane = sys.argv[1:]
for line in sys.stdin:
    word, *more = line.split()
    with open(f"{folder}/{lane}", "a") as file:
        file.write(f"{os.getpid()} {word}\\n")
    if word == "dies" or word == "dies-once" and not os.path.exists(f"{folder}/died"):
        open(f"{folder}/died", "w").close()
        os.kill(os.getpid(), 9)
    while word == "waits" and not os.path.exists(f"{folder}/go"):
        time.sleep(0.01)
    os.write(1, b"done\\n")
    if word == "last":
        sys.exit()
"""


@pytest.fixture
def program(tmp_path: Path) -> tuple[str, ...]:
    return sys.executable, "-S", "-c", PROGRAM, str(tmp_path)


@pytest.fixture
def lane(program: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> Iterator[Lane]:
    monkeypatch.setattr(analyst, "PAUSES_S", (0, 0, 0))
    monkeypatch.setattr(bare_log, "written", {})
    lane = Lane("quick", "redis://127.0.0.1:1/0", program)
    yield lane
    if lane.child:
        lane.bury()


def done(folder: Path, lane: str = "quick") -> list[tuple[str, str]]:
    """(process id, word) of each line that was handed to a child, in order."""
    file = folder / lane
    lines = file.read_text().splitlines() if file.exists() else []
    return [(pid, word) for pid, word in (line.split() for line in lines)]


def words(folder: Path, lane: str = "quick") -> list[str]:
    return [word for _, word in done(folder, lane)]


def test_one_child_does_what_comes_while_it_lives(lane: Lane, tmp_path: Path) -> None:
    lane.hand(b"one")
    lane.hand(b"two\nand no third")
    assert words(tmp_path) == ["one", "two"]
    assert len({pid for pid, _ in done(tmp_path)}) == 1


def test_a_line_for_a_child_that_has_just_ended_is_done_by_another(
    lane: Lane, tmp_path: Path
) -> None:
    lane.hand(b"last")
    assert lane.child
    wait_until(lambda: lane.child and lane.child.has_spoken(), 10, "its end")
    lane.hand(b"one")
    assert words(tmp_path) == ["last", "one"]
    assert len({pid for pid, _ in done(tmp_path)}) == 2


def test_a_line_that_a_child_died_of_is_handed_to_another(lane: Lane, tmp_path: Path) -> None:
    lane.hand(b"dies-once")
    lane.hand(b"one")
    assert words(tmp_path) == ["dies-once", "dies-once", "one"]


def test_a_line_that_every_child_dies_of_is_given_up_and_said(
    lane: Lane, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lane.hand(b"dies")
    lane.hand(b"one")
    assert words(tmp_path) == ["dies"] * 3 + ["one"]
    assert '[warning] given up line=dies child="signal 9"' in capsys.readouterr().err


def test_a_child_that_takes_too_long_is_killed(
    lane: Lane, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(analyst, "LIMITS_S", {"quick": 0.3})
    monkeypatch.setattr(analyst, "PAUSES_S", (0,))
    lane.hand(b"waits")
    assert words(tmp_path) == ["waits"]
    assert lane.child is None
    assert not psutil.pid_exists(int(done(tmp_path)[0][0]))


def test_a_child_holds_no_pipe_of_another(program: tuple[str, ...]) -> None:
    first, second = Child((*program, "quick")), Child((*program, "slow"))
    os.close(first.lines)
    wait_until(first.has_spoken, 10, "its end")
    first.lines = os.open(os.devnull, os.O_WRONLY)
    assert first.bury() == "exit code 0"
    second.bury()


@contextmanager
def running(
    url: str, program: tuple[str, ...], **settings: str
) -> Iterator["subprocess.Popen[str]"]:
    """The analyst as a process, with children of the program."""
    start = f"import sys; from caisoproject import analyst; sys.exit(analyst.main({program!r}))"
    process = subprocess.Popen(
        [sys.executable, "-c", start],
        env={**os.environ, "REDIS_URL": url, **settings},
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        assert process.stderr
        process.stderr.close()


def test_a_back_test_holds_up_no_advice(
    valkey: redis.Redis, program: tuple[str, ...], tmp_path: Path
) -> None:
    with running(os.environ["REDIS_URL"], program):
        valkey.rpush(asking.SLOW, "waits", "two")
        wait_until(lambda: words(tmp_path, "slow"), 20, "the slow lane at work")
        valkey.rpush(asking.QUICK, "one", "two")
        wait_until(lambda: words(tmp_path) == ["one", "two"], 20, "the quick lane's work")
        assert words(tmp_path, "slow") == ["waits"]
        assert valkey.llen(asking.SLOW) == 1  # what waits for a child waits in Redis
        (tmp_path / "go").touch()
        wait_until(lambda: words(tmp_path, "slow") == ["waits", "two"], 20, "the rest")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_its_children_end_when_it_does_whatever_they_are_at(
    valkey: redis.Redis, tmp_path: Path, number: signal.Signals
) -> None:
    hangs = f"""
import sys, time, django; django.setup()
from caisoproject import calculating, calculations
calculations.HANDLERS["advise"] = lambda item: [open({str(tmp_path / "on")!r}, "w"), time.sleep(99)]
calculating.main(sys.argv[1])
"""
    with running(
        os.environ["REDIS_URL"],
        (sys.executable, "-W", "ignore", "-c", hangs),
        DJANGO_SETTINGS_MODULE="caisoproject.settings",
    ) as process:
        asking.wake()
        wait_until((tmp_path / "on").exists, 20, "a child at work")
        [child] = psutil.Process(process.pid).children()
        process.send_signal(number)
        assert process.wait(10) == -number
        assert psutil.wait_procs([child], timeout=10)[1] == []


@pytest.mark.long
def test_a_redis_that_was_away_and_lost_everything_is_waited_at_again(
    program: tuple[str, ...], tmp_path: Path
) -> None:
    port = free_ports.reserve()
    url = f"redis://127.0.0.1:{port}/2"
    with running(url, program) as process:
        for word in ("one", "two"):
            server = start_valkey(port, tmp_path / word)
            try:
                with redis.Redis.from_url(url) as client:
                    client.rpush(asking.QUICK, word)
                wait_until(lambda: word in words(tmp_path), 30, word)  # noqa: B023
            finally:
                server.terminate()
                server.wait(10)
        process.terminate()
        assert process.stderr
        said = process.stderr.read()
    assert said.count("\n") <= 2, said
    assert "no Redis to take work from" in said


def test_it_waits_at_the_lists_that_are_written_to() -> None:
    assert {"quick": asking.QUICK, "slow": asking.SLOW} == analyst.LISTS


def test_the_waiting_process_holds_nothing_of_what_calculates() -> None:
    ask = "import sys; import caisoproject.analyst; print(*sys.modules)"
    loaded = subprocess.check_output(
        [sys.executable, "-c", ask], cwd=ROOT, text=True, timeout=120
    ).split()
    assert not {"django", "redis", "structlog", "logging", "json", "ssl", "numpy"} & set(loaded)


def test_without_a_redis_of_the_launcher_it_takes_the_one_of_the_settings(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("REDIS_URL", "unix:///run/redis.sock")
    assert analyst.redis_url() == "unix:///run/redis.sock"
    monkeypatch.delenv("REDIS_URL")
    monkeypatch.setattr("caisoproject.settings.REDIS_URL", "redis://there:1/0")
    assert analyst.redis_url() == "redis://there:1/0"


def test_a_warning_is_written_once_a_minute_with_how_often_it_came(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    clock: list[float] = [1000.0]
    monkeypatch.setattr(bare_log, "written", {})
    monkeypatch.setattr("caisoproject.bare_log.time.monotonic", lambda: clock[0])
    for clock[0] in (1000.0, 1001.0, 1059.0, 1061.0):
        bare_log.warn("no Redis", why="it's away")
    first, second = capsys.readouterr().err.splitlines()
    assert first.endswith('Z [warning] no Redis why="it\'s away"')
    assert second.endswith("times_more=2")


def test_a_collector_gets_json(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bare_log, "written", {})
    monkeypatch.setenv("LOG_JSON", "1")
    bare_log.warn("no Redis", why="away")
    said: dict[str, str] = json.loads(capsys.readouterr().err)
    assert said.pop("timestamp").endswith("Z")
    assert said == {
        "event": "no Redis",
        "level": "warning",
        "logger": "caisoproject.analyst",
        "why": "away",
    }
