"""Asking the process that calculates: what stands in the lists, and who hears of it."""

import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import redis
from structlog.testing import capture_logs

from battery import asking
from battery.asking import NoAnswer, ask_backtest, ask_to_settle, ask_what_if, wake
from battery.asset import Impossible
from prices.redis_client import redis_client
from tests.stack.running import join


@pytest.fixture
def nobody_there(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A Redis that is away."""
    client = redis.Redis(host="127.0.0.1", port=9, socket_connect_timeout=1)
    monkeypatch.setattr("battery.asking.redis_client", lambda: client)
    yield
    client.close()


def waiting(valkey: redis.Redis, key: str) -> list[Any]:
    return [json.loads(line) for line in valkey.lrange(key, 0, -1)]  # type: ignore[union-attr]


def test_advice_is_asked_for_once_and_before_anything_else(valkey: redis.Redis) -> None:
    asking.put(asking.QUICK, {"do": "what-if"})
    wake()
    wake()
    assert waiting(valkey, asking.QUICK) == [{"do": "advise"}, {"do": "what-if"}]


def test_settling_is_asked_for_every_ten_minutes_and_comes_before_back_tests(
    valkey: redis.Redis,
) -> None:
    ask_backtest(3)
    ask_to_settle()
    assert waiting(valkey, asking.SLOW) == [{"do": "settle"}, {"do": "backtest", "id": 3}]
    valkey.delete(asking.SLOW)
    ask_to_settle()
    assert waiting(valkey, asking.SLOW) == []
    assert 590 < valkey.ttl(asking.SETTLING) <= 600
    valkey.flushall()
    ask_to_settle()
    assert waiting(valkey, asking.SLOW) == [{"do": "settle"}]


def test_back_tests_wait_in_turn_each_of_them_once(valkey: redis.Redis) -> None:
    for _ in range(3):
        for number in (1, 2, 3):
            ask_backtest(number)
    assert [item["id"] for item in waiting(valkey, asking.SLOW)] == [1, 2, 3]


def test_a_list_that_nobody_reads_does_not_grow_without_end(valkey: redis.Redis) -> None:
    for number in range(110):
        ask_backtest(number)
    wake()
    assert [item["id"] for item in waiting(valkey, asking.SLOW)] == list(range(100))


def analyst(answer: dict[str, Any], asked: list[Any]) -> threading.Thread:
    """Somebody who answers one what-if."""

    def take_one() -> None:
        taken = redis_client().blpop([asking.QUICK], timeout=4)
        asked.append(json.loads(taken[1]))  # type: ignore[index]
        asking.reply(asked[0]["id"], answer)

    thread = threading.Thread(target=take_one, daemon=True)
    thread.start()
    return thread


def test_a_what_if_is_answered_to_whoever_asked(valkey: redis.Redis) -> None:
    asked: list[Any] = []
    somebody = analyst({"as_is": {"net_usd": 12.5}}, asked)
    assert ask_what_if(7, {"energy_mwh": 8}) == {"as_is": {"net_usd": 12.5}}
    join(somebody)
    assert asked[0] | {"id": ""} == {
        "do": "what-if",
        "id": "",
        "battery": 7,
        "change": {"energy_mwh": 8},
    }
    assert valkey.keys("caiso:*") == []


@pytest.mark.parametrize(
    ("answer", "error", "sentence"),
    [
        ({"impossible": "The energy must be above 0."}, Impossible, "The energy must be above 0."),
        ({"failed": "The calculation failed."}, NoAnswer, "The calculation failed."),
    ],
)
def test_a_what_if_that_has_no_answer_says_why(
    valkey: redis.Redis, answer: dict[str, Any], error: type[Exception], sentence: str
) -> None:
    somebody = analyst(answer, [])
    with pytest.raises(error, match=sentence):
        ask_what_if(7, {})
    join(somebody)


def test_a_what_if_that_nobody_answers_in_time_is_taken_back(valkey: redis.Redis) -> None:
    with pytest.raises(NoAnswer, match=r"did not answer within 0\.05 s; try again"):
        ask_what_if(7, {}, timeout=0.05)
    assert waiting(valkey, asking.QUICK) == []


def test_without_redis_nobody_fails_but_who_waits_for_an_answer(nobody_there: None) -> None:
    with capture_logs() as logs:
        wake()
        ask_to_settle()
        ask_backtest(3)
    assert [entry["what"] for entry in logs] == ["advise", "settle", "backtest"]
    with pytest.raises(NoAnswer, match="Redis does not answer"):
        ask_what_if(7, {})


def test_a_node_called_analyst_has_other_keys_than_these(valkey: redis.Redis) -> None:
    from prices.projection import OUR_KEY, Keys

    ours = {asking.QUICK, asking.SLOW, asking.SETTLING, asking.REPLY.format("0a")}
    assert not any(OUR_KEY.fullmatch(key) for key in ours)
    assert not ours & {*Keys("analyst").written(), Keys("analyst")["updates"]}
