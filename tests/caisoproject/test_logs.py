"""What repeats itself is said once a minute; what Redis says, in one line."""

import logging
from itertools import product

import pytest
import redis
from django.core.exceptions import PermissionDenied

from caisoproject import logs
from caisoproject.logs import OnceAMinute


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Seconds, to be moved on."""
    now = [1000.0]
    monkeypatch.setattr("caisoproject.logs.time.monotonic", lambda: now[0])
    return now


def record(
    msg: object, *arguments: object, level: int = logging.WARNING, fault: Exception | None = None
) -> logging.LogRecord:
    raised = (type(fault), fault, None) if fault else None
    return logging.LogRecord("x", level, "x.py", 1, msg, arguments, raised)  # type: ignore[arg-type]


def test_a_warning_is_said_once_a_minute_with_how_often_it_came(clock: list[float]) -> None:
    once = OnceAMinute()
    assert once.filter(record("lost, trying again in %d s", 1))
    assert [once.filter(record("lost, trying again in %d s", number)) for number in range(5)] == [
        False
    ] * 5
    assert once.filter(record("something else"))
    clock[0] += logs.QUIET_SECONDS
    later = record("lost, trying again in %d s", 9)
    assert once.filter(later)
    assert later.getMessage() == "lost, trying again in 9 s times_more=5"


def test_structured_records_are_the_same_but_for_their_numbers_and_time(clock: list[float]) -> None:
    once = OnceAMinute()
    assert once.filter(record({"event": "not announced", "slug": "sp", "seq": 7, "timestamp": "a"}))
    assert not once.filter(
        record({"event": "not announced", "slug": "sp", "seq": 8, "timestamp": "b"})
    )
    assert once.filter(record({"event": "not announced", "slug": "np", "seq": 8}))
    clock[0] += logs.QUIET_SECONDS
    later = record({"event": "not announced", "slug": "sp", "seq": 9})
    assert once.filter(later)
    assert isinstance(later.msg, dict)
    assert later.msg["times_more"] == 1


def test_what_is_no_warning_is_always_said(clock: list[float]) -> None:
    once = OnceAMinute()
    assert all(once.filter(record("pruned", level=logging.INFO)) for _ in range(3))


def test_what_redis_refuses_is_one_line_and_a_fault_of_ours_keeps_its_traceback(
    clock: list[float],
) -> None:
    once = OnceAMinute()
    refused = record("Message Error", fault=redis.ResponseError("NOREPLICAS\nNot enough 100%"))
    ours = record("Message Error", fault=ValueError("no price"))
    assert once.filter(refused)
    assert once.filter(ours), "another fault is another thing to say"
    assert refused.getMessage() == "Message Error why=NOREPLICAS Not enough 100%"
    assert refused.exc_info is None
    assert ours.exc_info


def test_a_trouble_that_redis_makes_is_one_line_too(clock: list[float]) -> None:
    away = redis.ConnectionError("Connection refused.")
    trouble = record({"event": "trouble", "why": "ConnectionError: refused", "exc_info": away})
    ours = record({"event": "trouble", "why": "no price", "exc_info": ValueError("no price")})
    assert OnceAMinute().filter(trouble)
    assert OnceAMinute().filter(ours)
    assert trouble.msg == {"event": "trouble", "why": "ConnectionError: refused"}
    assert isinstance(ours.msg, dict)
    assert "exc_info" in ours.msg


def test_what_somebody_may_not_do_is_one_line_with_the_reason(clock: list[float]) -> None:
    kept = record("Forbidden: %s", "/admin/", fault=PermissionDenied("SP15 has prices."))
    assert OnceAMinute().filter(kept)
    assert kept.getMessage() == "Forbidden: /admin/ why=SP15 has prices."
    assert kept.exc_info is None


def test_what_never_ends_saying_new_things_fills_no_memory(clock: list[float]) -> None:
    once = OnceAMinute()
    for letters in product("ghijklmnop", repeat=3):
        assert once.filter(record("".join(letters)))
    assert len(once.logged) <= logs.MOST_KINDS
