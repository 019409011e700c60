"""kill -9 of each process under polling: history ends complete, and nothing is doubled.

The simulator shows a little more of the last hours at each request, so that there is something
new to poll all the time.
"""

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import redis

from market.intervals import floor, intervals_between, iso
from market.markets import Market
from simulator.publication import Timetable
from simulator.server import Running, running
from simulator.stand_in import StandIn
from tests.prepared import Prepared
from tests.stack.revealed import SlowlyRevealed
from tests.stack.running import Stack, running_stack, wait_until

HOURS = 6
# Intervals that polls no longer reach by the time the stack is up, where a boundary lies between.
FALLEN_OUT = 2
pytestmark = pytest.mark.xdist_group("stack")


def reveal(board: SlowlyRevealed, start: datetime, intervals: int) -> None:
    """Publish that many intervals from `start` on."""
    board.until[0] = (start + intervals * Market.RTM.interval).timestamp()


def test_history_is_complete_and_nothing_doubled_after_each_process_was_killed(
    tmp_path: Path, prepared: Prepared
) -> None:
    prepared.give_database(tmp_path)
    start = floor(datetime.now(UTC), Market.RTM) - timedelta(hours=HOURS)
    board = SlowlyRevealed(timetable=Timetable(missing_rate=0, revision_rate=0))
    reveal(board, start, 6)
    with running(StandIn(board=board)) as oasis, polled_stack(tmp_path, oasis) as stack:
        wait_until(lambda: held(stack) >= 3, 60, "first prices")
        for number, name in enumerate(("poller", "beat", "valkey", "web"), start=2):
            reveal(board, start, 6 * number)
            old = stack.kill(name)
            if name == "poller":
                stack.kill("worker")
            wait_until(lambda n=name, o=old: stack.is_back(n, o), 40, f"{name} started again")
            wanted = 3 * (6 * number - FALLEN_OUT)
            wait_until(lambda w=wanted: held(stack) >= w, 90, f"prices after {name} was killed")
        wait_until(lambda: stack.get("/api/current") is not None, 20, "the web process answers")
        assert_complete(stack, start, 30)


def polled_stack(tmp_path: Path, oasis: Running) -> Any:
    """A stack that polls every second or so."""
    return running_stack(
        tmp_path,
        oasis.url,
        OASIS_SECONDS_BETWEEN_REQUESTS="0",
        POLL_SECONDS="1",
        POLL_SECONDS_NIGHT="1",
        HISTORY_HOURS=str(HOURS),
    )


def rows(stack: Stack, query: str) -> list[tuple[Any, ...]]:
    """What the database says, read beside the stack."""
    with sqlite3.connect(f"file:{stack.database}?mode=ro", uri=True, timeout=10) as connection:
        found = connection.execute(query).fetchall()
    connection.close()
    return found


def held(stack: Stack) -> int:
    """How many real-time prices are held."""
    try:
        return int(rows(stack, "SELECT count(*) FROM prices_price WHERE market = 'RTM'")[0][0])
    except sqlite3.OperationalError:
        return 0


def assert_complete(stack: Stack, start: datetime, intervals: int) -> None:
    """Every interval once in history, feed, stream and sorted set; sequence numbers whole."""
    end = start + intervals * Market.RTM.interval
    expected = [iso(moment) for moment in intervals_between(start, end, Market.RTM)]
    history = stack.get(f"/api/history/{HOURS + 1}?hub=SP15")
    got = [price["interval_start"] for price in history["prices"]]
    assert got[-len(expected) + FALLEN_OUT :] == expected[FALLEN_OUT:]
    for node, head in rows(stack, "SELECT node_id, head FROM prices_feed"):
        numbers = rows(stack, f"SELECT seq FROM prices_feedevent WHERE node_id = {node}")
        assert sorted(number for (number,) in numbers) == list(range(1, head + 1))
    announced = rows(
        stack,
        "SELECT node_id, json_extract(body, '$.market'), json_extract(body, '$.interval_start')"
        " FROM prices_feedevent WHERE kind = 'price'",
    )
    assert len(announced) == len(set(announced))
    client = redis.Redis(port=stack.port + 1, decode_responses=True)
    head = rows(stack, "SELECT head FROM prices_feed JOIN prices_node n ON n.id = node_id"
                       " WHERE n.slug = 'sp15'")[0][0]  # fmt: skip
    wait_until(lambda: int(client.hget("caiso:sp15:current", "seq") or 0) == head, 20, "Redis")
    assert [entry for entry, _ in client.xrange("caiso:sp15:stream")] == [
        f"{seq}-0" for seq in range(1, head + 1)
    ]
    scores = [score for _, score in client.zrange("caiso:sp15:rt:5min", 0, -1, withscores=True)]
    assert len(scores) == len(set(scores)) == len(got)
    client.close()
