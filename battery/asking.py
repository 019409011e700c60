"""Asking the process that calculates, by lists in Redis. What they say is a hint, and may be lost:
what is due is in the database (`battery/due.py`), and is asked for again.

- caiso:analyst:quick        list of JSON: {"do": "advise"}, {"do": "prepare"}, or a what-if, which
                             somebody waits for
- caiso:analyst:slow         list of JSON: {"do": "settle"}, or {"do": "backtest", "id": 7}
- caiso:analyst:reply:<id>   list of one: the reply to a what-if, for 30 s
- caiso:analyst:settling     for ten minutes after settling was asked for
"""

import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import redis
import structlog
from structlog.contextvars import get_contextvars

from battery.asset import Impossible
from prices.redis_client import redis_client

log = structlog.get_logger(__name__)
QUICK, SLOW = "caiso:analyst:quick", "caiso:analyst:slow"
REPLY, SETTLING = "caiso:analyst:reply:{}", "caiso:analyst:settling"
REPLY_KEPT_S = 30
SETTLING_EVERY_S = 600
MOST_WAITING = 100
NOBODY = "The process that calculates did not answer within {:g} s; try again in a moment."
AWAY = "The process that calculates can't be asked: Redis does not answer."


class NoAnswer(Exception):
    """No answer to a what-if; the text is a sentence."""


def wake() -> None:
    """Have advice given where it is due, before anything else."""
    with logged("advise"):
        put(QUICK, {"do": "advise"}, first=True)


def prepare() -> None:
    """Have what advice needs in memory before the price comes that it waits for."""
    with logged("prepare"):
        put(QUICK, {"do": "prepare"})


def ask_to_settle() -> None:
    """Have the paper desk settle what is due, at most every ten minutes."""
    with logged("settle"):
        if redis_client().set(SETTLING, 1, nx=True, ex=SETTLING_EVERY_S):
            put(SLOW, {"do": "settle"}, first=True)


def ask_backtest(backtest_id: int) -> None:
    """Have a back-test begun, after those that wait already."""
    with logged("backtest"):
        put(SLOW, {"do": "backtest", "id": backtest_id})


def ask_what_if(battery_id: int, change: dict[str, Any], *, timeout: float = 3.0) -> dict[str, Any]:
    """What another battery in place of this one would have earned.

    `timeout` is in seconds, and below the client's own (REDIS_OPTIONS). Raises Impossible if there
    can't be such a battery, NoAnswer if nobody answers or the calculation fails.
    """
    name = secrets.token_hex(8)
    asked = {"do": "what-if", "id": name, "battery": battery_id, "change": change}
    if request_id := get_contextvars().get("request_id"):
        asked["request_id"] = request_id
    try:
        put(QUICK, asked)
        came = redis_client().blpop([REPLY.format(name)], timeout=timeout)
        if came is None:
            take_back(QUICK, asked)
            raise NoAnswer(NOBODY.format(timeout))
    except redis.RedisError as fault:
        raise NoAnswer(AWAY) from fault
    return checked_reply(json.loads(came[1]))  # type: ignore[index]


def checked_reply(answer: dict[str, Any]) -> dict[str, Any]:
    """The answer; raises what it says where it is none."""
    if why := answer.get("impossible"):
        raise Impossible(why)
    if why := answer.get("failed"):
        raise NoAnswer(why)
    return answer


def reply(name: str, answer: dict[str, Any]) -> None:
    """Answer a what-if. Raises a redis.RedisError."""
    key = REPLY.format(name)
    with redis_client().pipeline() as pipeline:
        pipeline.rpush(key, json.dumps(answer))
        pipeline.expire(key, REPLY_KEPT_S)
        pipeline.execute()


def put(key: str, item: dict[str, Any], *, first: bool = False) -> None:
    """Put something into a list, in which it is then once. What is beyond a hundred is dropped."""
    line = json.dumps(item)
    with redis_client().pipeline() as pipeline:
        pipeline.lrem(key, 0, line)
        (pipeline.lpush if first else pipeline.rpush)(key, line)
        pipeline.ltrim(key, 0, MOST_WAITING - 1)
        pipeline.execute()


def take_back(key: str, item: dict[str, Any]) -> None:
    redis_client().lrem(key, 0, json.dumps(item))


@contextmanager
def logged(what: str) -> Iterator[None]:
    """Log a Redis that can't be asked: whatever is due is asked for again in ten seconds."""
    try:
        yield
    except redis.RedisError as fault:
        log.warning("the analyst was not asked", what=what, why=str(fault))
