"""Signs of life in a real Redis, through both of our clients."""

import time
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
import redis
from django.conf import settings

from caisoproject.bare_redis import Running
from telemetry import signs
from telemetry.pulse import AFTER_TROUBLE_S, Pulse
from telemetry.redis_pipe import through
from telemetry.redis_words import Command, Run

NOW = 1_800_000_000.0


@pytest.fixture(params=["redis-py", "redis-py in bytes", "bare"])
def run(request: pytest.FixtureRequest, valkey: redis.Redis) -> Iterator[Run]:
    if request.param == "redis-py":
        yield through(valkey)
        return
    bare, client = Running(settings.REDIS_URL), redis.Redis.from_url(settings.REDIS_URL)
    yield bare if request.param == "bare" else through(client)
    bare.close()
    client.close()


def say(run: Run, kind: str, who: str, *, now: float = NOW, **said: float) -> None:
    run(signs.saying(kind, who, said, now=now))


def test_all_processes_of_a_kind_are_known_with_what_they_said(run: Run) -> None:
    say(run, signs.WEB, "a.1", readers=3)
    say(run, signs.WEB, "b.1", now=NOW + 5, readers=4.5)
    found = signs.read(run)
    assert found["web"].alive == {
        "a.1": {"at": NOW, "readers": 3},
        "b.1": {"at": NOW + 5, "readers": 4.5},
    }
    assert found["web"].silent_s(NOW + 7) == 2
    assert found["beat"].alive == {}
    assert found["beat"].silent_s() is None


def test_a_silent_process_is_gone_but_when_it_was_heard_is_known(
    run: Run, valkey: redis.Redis
) -> None:
    say(run, signs.BEAT, "a.1")
    assert 0 < valkey.ttl("caiso:signs:beat:a.1") <= signs.LIVES_S
    valkey.delete("caiso:signs:beat:a.1")  # as if it had expired
    found = signs.read(run)["beat"]
    assert (found.alive, found.silent_s(NOW + 90)) == ({}, 90)


def test_a_process_that_says_goodbye_is_gone_at_once(run: Run) -> None:
    say(run, signs.WORKER, "worker@a")
    run(signs.ending(signs.WORKER, "worker@a"))
    assert signs.read(run)["worker"].alive == {}


def test_processes_of_long_ago_are_forgotten(run: Run, valkey: redis.Redis) -> None:
    for number in range(20):
        say(run, signs.WEB, f"a.{number}", now=NOW + 100 * number)
    assert valkey.zcard("caiso:signs:web") == signs.REMEMBERED_S / 100 + 1


def test_a_clock_that_is_behind_does_not_make_silence_negative(run: Run) -> None:
    say(run, signs.BEAT, "a.1")
    assert signs.read(run)["beat"].silent_s(NOW - 5) == 0


def test_a_pulse_flushes_and_says_what_there_is_to_say(run: Run) -> None:
    flushed: list[Run] = []
    Pulse(run, flushed.append, signs.POLLER, lambda: {"memory": 5}, who="poller@a").beat()
    assert flushed == [run]
    assert signs.read(run)["poller"].alive["poller@a"]["memory"] == 5


def test_a_pulse_beats_every_five_seconds_and_leaves_a_redis_that_is_away_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock, asked = [1000.0], []

    def refuse(commands: Sequence[Command]) -> Sequence[Any]:
        asked.append(clock[0])
        raise OSError("away")

    def take(commands: Sequence[Command]) -> Sequence[Any]:
        asked.append(clock[0])
        return []

    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    pulse = Pulse(take, kind=signs.ANALYST)
    for _ in range(12):
        pulse.beat_if_due()
        clock[0] += 1
    assert asked == [1000, 1005, 1010]
    asked.clear()
    pulse.run = refuse
    for _ in range(40):
        pulse.beat_if_due()
        clock[0] += 1
    assert asked == [1015, 1015 + AFTER_TROUBLE_S, 1015 + 2 * AFTER_TROUBLE_S]
    assert pulse.end() == "away"
