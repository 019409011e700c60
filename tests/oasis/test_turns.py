"""Turns at OASIS, on a real Redis."""

import time

import pytest
import redis

from oasis.turns import TURN, NoTurn, Priority, Turn, Turns


def polite(valkey: redis.Redis, pause: float = 0.3) -> Turns:
    return Turns(valkey, pause)


def free(turns: Turns, priority: Priority = Priority.IF_FREE) -> Turn | None:
    """A turn, if there is one now."""
    return turns.take(priority)


@pytest.fixture(autouse=True)
def redis_is_not_young(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Turns, "has_just_started", lambda self: False)


def test_there_is_one_turn_for_everybody(valkey: redis.Redis) -> None:
    assert free(polite(valkey))
    assert free(polite(valkey)) is None


def test_the_next_turn_comes_a_pause_after_the_answer_began(valkey: redis.Redis) -> None:
    turns = polite(valkey)
    with turns.turn(Priority.IF_FREE) as turn:
        turn.start_pause()
        answered = time.monotonic()
    with turns.turn(Priority.LAST):
        assert time.monotonic() - answered >= 0.29


def test_no_other_request_begins_while_one_is_under_way(
    valkey: redis.Redis,
) -> None:
    turns = polite(valkey, pause=0.01)
    assert free(turns)
    assert 30_000 < valkey.pttl(TURN) <= 60_000


def test_a_request_that_failed_is_followed_by_the_pause_too(valkey: redis.Redis) -> None:
    with pytest.raises(ValueError, match="broke off"), polite(valkey, 5).turn(Priority.IF_FREE):
        raise ValueError("broke off")
    assert 4_000 < valkey.pttl(TURN) <= 5_000


def test_only_the_holder_ends_a_turn(valkey: redis.Redis) -> None:
    turn = free(polite(valkey))
    assert turn is not None
    valkey.set(TURN, "taken over", ex=50)
    turn.start_pause()
    assert valkey.ttl(TURN) == 50


@pytest.mark.parametrize("priority", [Priority.IF_FREE, Priority.SPARE, Priority.LAST])
def test_whoever_is_not_first_steps_back_from_a_reserved_turn(
    valkey: redis.Redis, priority: Priority
) -> None:
    turns = polite(valkey)
    turns.reserve(5)
    assert free(turns, priority) is None
    assert free(turns, Priority.FIRST)


def test_the_five_minute_poll_keeps_its_place_while_it_waits(valkey: redis.Redis) -> None:
    turns = polite(valkey)
    valkey.set(TURN, "somebody", ex=30)
    assert free(turns, Priority.FIRST) is None
    valkey.delete(TURN)
    assert free(turns, Priority.LAST) is None
    assert free(turns, Priority.FIRST)
    valkey.delete(TURN)
    assert free(turns, Priority.LAST)


def test_gaps_keep_back_until_a_slower_poll_has_come_again_and_backfills_for_both(
    valkey: redis.Redis,
) -> None:
    turns = polite(valkey)
    valkey.set(TURN, "somebody", ex=30)
    assert free(turns, Priority.IF_FREE) is None
    valkey.delete(TURN)
    assert free(turns, Priority.SPARE) is None
    assert free(turns, Priority.IF_FREE)
    valkey.delete(TURN)
    assert free(turns, Priority.LAST) is None
    assert free(turns, Priority.SPARE)
    valkey.delete(TURN)
    assert free(turns, Priority.LAST)


@pytest.mark.parametrize("priority", [Priority.IF_FREE, Priority.SPARE])
def test_whoever_shares_a_process_with_the_polls_waits_for_no_turn(
    priority: Priority, valkey: redis.Redis
) -> None:
    valkey.set(TURN, "somebody", ex=30)
    began = time.monotonic()
    with pytest.raises(NoTurn), polite(valkey).turn(priority):
        pass
    assert time.monotonic() - began < 10  # of the 30 for which the turn is taken


def test_a_redis_that_has_just_started_may_have_forgotten_the_last_turn(
    valkey: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    assert free(polite(valkey, pause=10**9)) is None


@pytest.mark.long
def test_another_server_in_place_of_the_last_turns_begins_with_a_pause(
    valkey: redis.Redis,
) -> None:
    turns = polite(valkey, 5)
    assert not turns.is_another("the first of all")
    assert not turns.is_another("the first of all")
    assert not valkey.exists(TURN)
    assert turns.is_another("its replica")
    assert 4_000 < valkey.pttl(TURN) <= 5_000
    assert not turns.is_another("its replica")
    assert polite(valkey, 0).is_another("one in front of a stand-in, which needs no pause")


def test_without_redis_oasis_is_not_asked() -> None:
    away = redis.Redis(port=1, socket_connect_timeout=0.1)
    with pytest.raises(NoTurn, match="Redis can't be asked for a turn"):
        free(Turns(away, 6))


def test_two_workers_never_do_the_same_work_at_once(valkey: redis.Redis) -> None:
    turns = polite(valkey)
    one, another = turns.only_one("polling:RTM"), turns.only_one("polling:RTM")
    with one as first, another as second, turns.only_one("x") as other:
        assert (first, second, other) == (True, False, True)
    with turns.only_one("polling:RTM") as again:
        assert again


def test_a_turn_that_lasts_an_hour_after_a_clock_step_is_over(
    valkey: redis.Redis,
) -> None:
    valkey.set(TURN, "before the clock stepped back an hour", ex=3600)
    assert free(polite(valkey))


def test_a_worker_that_lost_its_place_does_not_end_the_next_ones(valkey: redis.Redis) -> None:
    turns = polite(valkey)
    with turns.only_one("x"):
        valkey.set("caiso:oasis:x", "another worker", ex=50)
    assert valkey.get("caiso:oasis:x") == "another worker"


def test_a_request_without_a_turn_is_followed_by_the_pause_too(valkey: redis.Redis) -> None:
    polite(valkey, pause=6).start_pause()
    assert free(polite(valkey)) is None
    assert 5000 < valkey.pttl(TURN) <= 6000
