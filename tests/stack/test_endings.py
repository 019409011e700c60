"""SIGTERM to each process in the middle of its work: it ends in time, and the work is done once."""

import os
import socket
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from typing import Any

import psutil
import pytest
from django.utils import timezone

from alerts.delivery.deliver import write_test
from alerts.models import Method
from battery.models import Backtest, Battery
from battery.models.backtests import DEAD_AFTER, RUNNING
from deploy.supervisor import ASKED_TO_END_S
from market.intervals import floor
from market.markets import Market
from simulator.publication import Timetable
from simulator.server import Running, running
from simulator.stand_in import StandIn
from tests.battery.stored_past import stored_past
from tests.caisoproject.backups.places import Place
from tests.live.real_web import request
from tests.prepared import Prepared
from tests.stack.mailbox import Mailbox, mailbox
from tests.stack.revealed import SlowlyRevealed
from tests.stack.running import ROOT, Stack, running_stack, wait_until

pytestmark = pytest.mark.xdist_group("endings")
WITHIN_S = 10
A_MONTH = (date(2026, 5, 1), date(2026, 6, 20))
ASKED = "SELECT state, count(*) FROM alerts_delivery GROUP BY state"


@pytest.fixture(scope="module")
def letters() -> Iterator[tuple[Mailbox, int]]:
    with mailbox() as found:
        yield found


@pytest.fixture(scope="module")
def oasis() -> Iterator[Running]:
    """The newest hour is late, so that it is asked for all the time."""
    board = SlowlyRevealed(timetable=Timetable(missing_rate=0, revision_rate=0))
    board.until[0] = (floor(datetime.now(UTC), Market.RTM) - timedelta(hours=1)).timestamp()
    with running(StandIn(board=board)) as found:
        yield found


@pytest.fixture(scope="module")
def stack(
    tmp_path_factory: pytest.TempPathFactory,
    prepared: Prepared,
    letters: tuple[Mailbox, int],
    oasis: Running,
    django_db_blocker: Any,
) -> Iterator[Stack]:
    """One stack for all: what is ended is started again by the launcher."""
    folder = tmp_path_factory.mktemp("endings")
    prepared.give_static_files(folder)
    prepared.give_database(folder)
    pace = {"OASIS_SECONDS_BETWEEN_REQUESTS": "0", "POLL_SECONDS": "1", "POLL_SECONDS_NIGHT": "1"}
    mail = {"EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": str(letters[1])}
    with django_db_blocker.unblock(), running_stack(folder, oasis.url, **pace, **mail) as started:
        wait_until(lambda: (started.get("/api/current") or {}).get("rt_price"), 120, "prices")
        yield started


def place(stack: Stack) -> Place:
    return Place(stack.state)


def rows(stack: Stack, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(stack.database, timeout=20)) as opened:
        return opened.execute(query).fetchall()


def ends(stack: Stack, name: str) -> list[psutil.Process]:
    """Ask a process to end, and see it and all of its children gone in time, by themselves."""
    process = stack.child(name)
    family = [process, *process.children(recursive=True)]
    process.terminate()
    _, left = psutil.wait_procs(family, timeout=WITHIN_S)
    assert left == [], f"{name} has not ended"
    wait_until(lambda: stack.is_back(name, process.pid), 40, f"{name} is started again")
    return family


def test_a_poller_that_waits_for_oasis_ends_and_what_it_asked_for_is_asked_again(
    stack: Stack, oasis: Running
) -> None:
    oasis.stand_in.drip_seconds = 5
    oasis.fault("drip")
    wait_until(lambda: any(one.fault == "drip" for one in oasis.requests[-3:]), 60, "it waits")
    held = "SELECT count(*), count(DISTINCT interval_start) FROM prices_price WHERE market = 'RTM'"
    [(before, _)] = rows(stack, held)
    ends(stack, "poller")
    oasis.stand_in.drip_seconds = 0
    oasis.stand_in.board.until[0] += 1800
    wait_until(lambda: rows(stack, held)[0][0] >= before + 3 * 6, 60, "the prices are here")
    [(count, starts)] = rows(stack, held)
    assert count == 3 * starts


def test_a_worker_that_sends_finishes_it_and_the_letter_comes_once(
    stack: Stack, letters: tuple[Mailbox, int]
) -> None:
    box = letters[0]
    box.says_so.clear()
    with place(stack).used():
        method = Method.objects.create(name="desk", kind="email", address="desk@example.org")
        write_test(method, now=timezone.now())
    wait_until(lambda: box.letters, 40, "the letter comes")
    threading.Timer(1.0, box.says_so.set).start()
    ends(stack, "worker")
    wait_until(lambda: rows(stack, ASKED) == [("sent", 1)], 20, "it is put down as sent")
    assert len(box.letters) == 1


def test_a_web_process_says_bye_to_its_readers_and_ends(stack: Stack) -> None:
    token = (stack.state / "feed_token").read_text().strip()
    with socket.create_connection(("127.0.0.1", stack.port), timeout=20) as reader:
        reader.sendall(request("/api/v1/stream", stack.port, f"Authorization: Bearer {token}"))
        read = b""
        while b"event: snapshot" not in read:
            read += reader.recv(65536)
        ends(stack, "web")
        while piece := reader.recv(65536):
            read += piece
    assert b"event: bye" in read


def test_beat_ends_and_another_one_goes_on(stack: Stack, oasis: Running) -> None:
    ends(stack, "beat")
    asked = len(oasis.requests)
    wait_until(lambda: len(oasis.requests) > asked, 60, "polls go on")


def test_an_analyst_ends_with_its_children_and_the_back_test_is_begun_anew(stack: Stack) -> None:
    with place(stack).used():
        of = Battery.objects.get()
        Battery.objects.filter(pk=of.pk).update(market="RTPD")
        stored_past(of.node, *A_MONTH)
        asked = Backtest.objects.create(
            battery=of, start=A_MONTH[0] + timedelta(30), end=A_MONTH[1], market="RTPD",
            policies=["advice"],
        )  # fmt: skip
    state = f"SELECT state, progress FROM battery_backtest WHERE id = {asked.pk}"
    wait_until(lambda: rows(stack, state)[0][0] == RUNNING, 60, "it is begun")
    wait_until(lambda: rows(stack, state)[0][1] > 0, 60, "some of it is done")
    family = ends(stack, "analyst")
    assert len(family) > 1
    [(now_is, _)] = rows(stack, state)
    assert now_is == RUNNING  # and its worker is dead
    long_ago = timezone.now() - DEAD_AFTER - timedelta(seconds=1)
    with place(stack).used():
        Backtest.objects.filter(pk=asked.pk).update(alive_at=long_ago, progress=0)
    wait_until(lambda: rows(stack, state)[0][1] > 0, 60, "another one works on it")


def test_a_backfill_ends_and_the_same_command_goes_on(stack: Stack, oasis: Running) -> None:
    environ = os.environ | {"VAR_DIR": str(stack.state.parent), "SOURCE": "simulator"}
    for name in ("REDIS_URL", "OASIS_URL", "DATABASE_URL"):
        environ.pop(name, None)
    day = floor(datetime.now(UTC) - timedelta(days=9), Market.DAM).date()
    order = [sys.executable, "manage.py", "backfill", "--market", "DAM"]
    order += ["--start", f"{day}", "--end", f"{day + timedelta(days=1)}"]
    oasis.stand_in.drip_seconds = 5
    oasis.fault("drip", count=3)
    with subprocess.Popen(order, cwd=ROOT, env=environ, stderr=subprocess.PIPE) as first:
        wait_until(lambda: "DAM" in str(oasis.requests[-1]), 60, "it asks")
        first.terminate()
        assert first.wait(WITHIN_S) != 0
    oasis.stand_in.drip_seconds = 0
    again = subprocess.run(order, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=90)
    assert again.returncode == 0, again.stderr
    assert " new, 0 corrected" in again.stdout


def test_a_worker_breaks_off_before_the_launcher_would_kill_it() -> None:
    from caisoproject.celery import FINISHES_WITHIN_S

    assert FINISHES_WITHIN_S + 1 < ASKED_TO_END_S
