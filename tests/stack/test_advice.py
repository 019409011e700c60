"""Advice in a whole stack: after a price, on every way out, once, and by nobody but its process."""

import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psutil
import pytest
from websockets.sync.client import ClientConnection, connect

from market.intervals import floor, iso
from market.markets import Market
from simulator.publication import Timetable
from simulator.server import running
from simulator.stand_in import StandIn
from tests.prepared import Prepared
from tests.stack.revealed import SlowlyRevealed
from tests.stack.running import Stack, running_stack, wait_until

pytestmark = pytest.mark.xdist_group("stack")
FIVE = Market.RTM.interval
# Until the price that is waited for: history to begin with, not so old that nothing is done.
HELD = 2 * FIVE
CALCULATE = ("numpy", "highs")
ADVICE = "SELECT interval_start, json_extract(known, '$.real_time_of') FROM battery_advice"
MARKETS = "SELECT DISTINCT market FROM prices_price"
TOLD = (
    "SELECT json_extract(body, '$.battery_id'), json_extract(body, '$.interval_start')"
    " FROM prices_feedevent WHERE kind = 'advice'"
)


@contextmanager
def stack_before_a_price(
    folder: Path, prepared: Prepared
) -> Iterator[tuple[Stack, SlowlyRevealed]]:
    """Prices of the last hours, but not those of the interval that runs, and the next ones."""
    prepared.give_static_files(folder)
    prepared.give_database(folder)
    board = SlowlyRevealed(timetable=Timetable(missing_rate=0, revision_rate=0))
    board.until[0] = (floor(datetime.now(UTC), Market.RTM) - HELD).timestamp()
    pace = {"OASIS_SECONDS_BETWEEN_REQUESTS": "0", "POLL_SECONDS": "1", "POLL_SECONDS_NIGHT": "1"}
    with (
        running(StandIn(board=board)) as oasis,
        running_stack(folder, oasis.url, HISTORY_HOURS="6", **pace) as stack,
    ):
        wait_until(lambda: len(rows(stack, MARKETS)) == len(Market), 120, "first prices")
        wait_until(lambda: stack.get("/api/current"), 20, "the web process")
        yield stack, board


def rows(stack: Stack, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(stack.database, timeout=20)) as database:
        return database.execute(query).fetchall()


def reader(stack: Stack) -> ClientConnection:
    host = f"127.0.0.1:{stack.port}"
    return connect(f"ws://{host}/ws?hubs=SP15", origin=f"http://{host}", max_size=2**24)


def events_with_advice(client: ClientConnection) -> Iterator[dict[str, Any]]:
    """The advice that a reader gets."""
    while True:
        frame = json.loads(client.recv(timeout=60))
        for event in frame.get("events", ()):
            if event["kind"] == "advice":
                yield event


def test_a_price_is_followed_by_advice_by_one_process_and_by_no_other(
    tmp_path: Path, prepared: Prepared
) -> None:
    with stack_before_a_price(tmp_path, prepared) as (stack, board), reader(stack) as client:
        begun = floor(datetime.now(UTC), Market.RTM)
        board.until[0] = (begun + 4 * FIVE).timestamp()
        told = next(one for one in events_with_advice(client) if is_new(stack, one, begun))
        (battery,) = {one[0] for one in rows(stack, TOLD)}
        answer = stack.get(f"/api/v1/batteries/{battery}/advice")["advice"]
        assert answer["interval_start"] >= told["interval_start"]
        assert answer["reason"]
        if answer["interval_start"] == told["interval_start"]:
            assert answer.items() <= told.items()
        everybody = psutil.Process(stack.launcher.pid).children(recursive=True)
        child = stack.child("analyst").children()
        assert "numpy" in loaded(child)
        assert loaded([one for one in everybody if one not in child]) == set()

        kill_while_advice_is_due(stack)
        wait_until(lambda: advised(stack, "Second"), 60, "advice after the kill")
        events = rows(stack, TOLD)
        assert len(events) == len(set(events)) == len(rows(stack, ADVICE))


def is_new(stack: Stack, event: dict[str, Any], begun: datetime) -> bool:
    """Whether advice knows a price that was published just now."""
    start = event["interval_start"]
    known = dict(rows(stack, ADVICE)).get(start.replace("T", " ").removesuffix("Z"))
    return known is not None and known >= iso(begun)


def loaded(processes: list[psutil.Process]) -> set[str]:
    """Of what calculates, what is in the memory of these."""
    maps = "".join(Path(f"/proc/{one.pid}/maps").read_text() for one in processes)
    return {name for name in CALCULATE if name in maps}


def kill_while_advice_is_due(stack: Stack) -> None:
    """Nobody is there to give the advice that another battery wants, and then is killed."""
    waiter = stack.child("analyst")
    both = [waiter, *waiter.children()]
    for process in both:
        process.suspend()
    add_a_second(stack)
    until = time.monotonic() + timedelta(seconds=12).total_seconds()
    wait_until(lambda: time.monotonic() > until, 20, "a tick at which it is due")
    assert not advised(stack, "Second")
    for process in both:
        process.kill()
    psutil.wait_procs(both, timeout=10)


def add_a_second(stack: Stack) -> None:
    """Another battery like the example."""
    with closing(sqlite3.connect(stack.database, timeout=20)) as database, database:
        names = [row[1] for row in database.execute("PRAGMA table_info(battery_battery)")]
        columns = ", ".join(name for name in names if name not in ("id", "name"))
        database.execute(
            f"INSERT INTO battery_battery (name, {columns})"
            f" SELECT 'Second', {columns} FROM battery_battery"
        )


def advised(stack: Stack, name: str) -> bool:
    query = "SELECT name FROM battery_battery b JOIN battery_advice a ON a.battery_id = b.id"
    return (name,) in rows(stack, query)
