"""Counts of many processes, put together in a real Redis."""

import os
import select
import signal
from collections.abc import Sequence
from threading import Thread
from typing import Any

import pytest
import redis

from telemetry import tallies
from telemetry.catalog.family import OTHER, counter, histogram, names, one_of
from telemetry.redis_pipe import through
from telemetry.redis_words import Command
from telemetry.tallies import KEY, Tallies

CATALOG = {
    "frames": counter("Frames."),
    "requests": counter("Requests.", outcome=one_of("outcomes", "ok", "late")),
    "work": histogram("Work.", 0.5, 1, task=names("our code", 2)),
}


@pytest.fixture
def here() -> Tallies:
    return Tallies(CATALOG)


def total(valkey: redis.Redis) -> dict[tuple[str, ...], float]:
    return {(name, *values): sum_ for name, values, sum_ in tallies.read(through(valkey))}


def away(commands: Sequence[Command]) -> Sequence[Any]:
    raise OSError("away")


def test_the_counts_of_all_processes_are_added(valkey: redis.Redis, here: Tallies) -> None:
    other = Tallies(CATALOG)
    here.count("frames", 3)
    other.count("frames")
    other.count("requests", outcome="ok")
    for one in (here, other, here):
        one.flush(through(valkey))
    assert total(valkey) == {("frames",): 4, ("requests", "ok"): 1}


def test_durations_fall_into_the_smallest_bucket_that_holds_them(
    valkey: redis.Redis, here: Tallies
) -> None:
    for seconds in (0.1, 0.5, 0.6, 7.25):
        here.observe("work", seconds, task="poll")
    here.flush(through(valkey))
    assert total(valkey) == {
        ("work:bucket", "poll", "0.5"): 2,
        ("work:bucket", "poll", "1.0"): 1,
        ("work:bucket", "poll", "+Inf"): 1,
        ("work:sum", "poll"): 8.45,
    }


def test_what_redis_did_not_take_is_added_later(valkey: redis.Redis, here: Tallies) -> None:
    here.count("frames", 3)
    here.observe("work", 0.25, task="poll")
    with pytest.raises(OSError, match="away"):
        here.flush(away)
    here.count("frames")
    here.flush(through(valkey))
    assert total(valkey)["frames",] == 4
    assert total(valkey)["work:sum", "poll"] == 0.25


def test_a_redis_that_refuses_writes_keeps_nothing_from_being_counted(
    valkey: redis.Redis, here: Tallies
) -> None:
    valkey.set(KEY, "of somebody else")
    here.count("frames")
    with pytest.raises(OSError, match="WRONGTYPE"):
        here.flush(through(valkey))
    valkey.delete(KEY)
    here.flush(through(valkey))
    assert total(valkey) == {("frames",): 1}


def test_nothing_counted_is_nothing_sent(here: Tallies) -> None:
    here.flush(away)


@pytest.mark.parametrize(
    ("name", "labels"),
    [("unknown", {}), ("frames", {"way": "x"}), ("requests", {}), ("requests", {"way": "ok"})],
)
def test_what_is_not_in_the_catalog_cannot_be_counted(
    name: str, labels: dict[str, str], here: Tallies
) -> None:
    with pytest.raises(LookupError):
        here.count(name, **labels)


def test_a_label_takes_no_more_values_than_its_bound(valkey: redis.Redis, here: Tallies) -> None:
    for task in ("a", "b", "c", "d", "a", "x|y", "line\nbreak"):
        here.observe("work", 9, task=task)
    for outcome in ("ok", "made up"):
        here.count("requests", outcome=outcome)
    here.flush(through(valkey))
    found = total(valkey)
    assert {key[1]: count for key, count in found.items() if key[0] == "work:bucket"} == {
        "a": 2,
        "b": 1,
        OTHER: 4,
    }
    assert found["requests", OTHER] == 1


def test_threads_lose_no_count(valkey: redis.Redis, here: Tallies) -> None:
    def work() -> None:
        for _ in range(2_000):
            here.count("frames")

    threads = [Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        here.flush(through(valkey))
    here.flush(through(valkey))
    assert total(valkey) == {("frames",): 8_000}


@pytest.mark.process
def test_a_forked_process_does_not_add_what_its_parent_counted() -> None:
    tallies.count("caiso_tasks", task="fork", state="done")
    lines, out = os.pipe()
    if not (child := os.fork()):
        os.write(out, str(len(tallies.TALLIES_HERE.counts)).encode())
        os._exit(0)
    os.close(out)
    if not select.select([lines], [], [], 20)[0]:
        os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    assert os.read(lines, 10) == b"0", "the forked process said nothing"
    assert tallies.TALLIES_HERE.taken()[0]
    os.close(lines)
