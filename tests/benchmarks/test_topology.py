"""The topology: a short run of it for real, and its arithmetic."""

import os
import re
import subprocess
import sys
from dataclasses import replace

import pytest

from benchmarks.feed_check import Verdict
from benchmarks.topology.__main__ import figures
from benchmarks.topology.run import Killed, Messages, Run
from benchmarks.topology.source import EVERY_S, HIGH_EVERY, HIGH_FOR
from deploy.paths import ROOT

WELL = Verdict(given=900, lost=0, doubled=0, out_of_order=0, snapshots=0, differing=0)
TOLD = Messages(alerts=4, wanted=4, sent=8)
SHORT = ["--readers", "24", "--kill", "web", "--watch", "4", "--copies", "1"]


def run(verdict: Verdict = WELL, messages: Messages = TOLD, ended: tuple[str, ...] = ()) -> Run:
    killed = [Killed("a web process", 2.5, 8, list(ended), verdict)]
    return Run(24, kills=killed, messages=messages, spread=[8, 8, 8])


def missed(done: Run) -> list[str]:
    return [figure.what for figure in figures(done) if figure.met is False]


def test_a_run_in_which_nothing_was_lost_misses_nothing() -> None:
    assert missed(run()) == []


@pytest.mark.parametrize("count", ["lost", "doubled", "out_of_order", "snapshots", "differing"])
def test_one_event_that_is_not_right_is_said(count: str) -> None:
    (said,) = missed(run(replace(WELL, **{count: 1})))
    assert count.replace("_", " ") in said


@pytest.mark.parametrize(
    "messages",
    [
        Messages(alerts=3, wanted=4, sent=6),
        Messages(alerts=4, wanted=4, sent=8, lost=1),
        Messages(alerts=4, wanted=4, sent=8, again=1),
        Messages(alerts=4, wanted=4, sent=7, unsent=1),
    ],
)
def test_an_alert_or_a_message_that_is_missing_or_too_many_is_said(messages: Messages) -> None:
    assert len(missed(run(messages=messages))) == 1


def test_a_process_that_ended_though_nobody_killed_it_is_said() -> None:
    assert missed(run(ended=("beat-2",))) == ["processes that ended by themselves"]


def test_its_messages_are_too_few_to_be_gathered() -> None:
    assert HIGH_FOR < HIGH_EVERY
    assert 2 * 60 / (HIGH_EVERY * EVERY_S) < 10


@pytest.mark.process
@pytest.mark.long
@pytest.mark.xdist_group("stack")
def test_behind_the_proxy_a_killed_web_process_costs_its_readers_nothing() -> None:
    environ = {name: text for name, text in os.environ.items() if not name.startswith("PYTEST")}
    command = [sys.executable, "-m", "benchmarks.topology", *SHORT]
    done = subprocess.run(
        command, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=800
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert re.search(r"feed: lost +0 +0 +met", done.stdout)
    came_again = re.search(r"killed: a web process .* (\d+) readers came again", done.stdout)
    assert came_again
    assert int(came_again[1]) > 0
