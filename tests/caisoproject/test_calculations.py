"""What the process that calculates does with the lines that it is handed."""

import json
import queue
import sys
from types import SimpleNamespace
from typing import Any

import pytest
import redis
from pytest_django import Settings
from structlog.testing import capture_logs

from battery import asking
from battery.asset import Impossible
from caisoproject import calculations
from caisoproject.calculations import do, work_off
from prices.models import Trouble

pytestmark = pytest.mark.django_db
WHAT_IF = {"do": "what-if", "id": "a1", "battery": 7, "change": {"energy_mwh": 8}}


def line(**item: Any) -> bytes:
    return json.dumps(item).encode()


def stand_in(monkeypatch: pytest.MonkeyPatch, module: str, **functions: Any) -> None:
    """In place of a module that calculates."""
    monkeypatch.setitem(sys.modules, f"battery.{module}", SimpleNamespace(**functions))


def test_what_fails_is_a_trouble_until_it_works_and_stops_nothing_else() -> None:
    done: list[str] = []

    def fails(item: Any) -> None:
        raise ZeroDivisionError("no hours")

    handlers = {"backtest": fails, "advise": lambda item: done.append("advised")}
    with capture_logs() as logs:
        do(line(do="backtest", id=3), handlers)
        do(line(do="advise"), handlers)
    assert done == ["advised"]
    assert [entry["event"] for entry in logs] == ["trouble"]
    [trouble] = Trouble.objects.all()
    assert (trouble.part, trouble.subject) == ("calculating", "backtest 3")
    assert trouble.text == "ZeroDivisionError: no hours"
    do(line(do="backtest", id=3), {"backtest": lambda item: None})
    assert not Trouble.objects.exists()


@pytest.mark.parametrize(
    "nonsense", [b"", b"nonsense", b"[]", b"7", b"{}", b'{"do": "dance"}', b'{"do": []}', b"\xff"]
)
def test_a_line_that_asks_for_nothing_is_logged(nonsense: bytes) -> None:
    with capture_logs() as logs:
        do(nonsense)
    assert [entry["event"] for entry in logs] == ["nothing to calculate"]


def test_each_line_is_said_to_be_done_and_without_any_the_work_ends(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.ANALYST_KEEP_S = 0.01
    lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    story: list[str] = []
    lines.put(line(do="one"))
    lines.put(line(do="two"))
    monkeypatch.setattr(calculations, "close_old_connections", lambda: story.append("close"))
    handlers = {name: lambda item: story.append(item["do"]) for name in ("one", "two")}
    work_off(lines, lambda: story.append("done"), handlers)
    assert " ".join(story) == "close one close done close two close done"


def replied(valkey: redis.Redis) -> Any:
    assert 0 < valkey.ttl("caiso:analyst:reply:a1") <= 30
    return json.loads(valkey.lpop("caiso:analyst:reply:a1"))  # type: ignore[arg-type]


def test_a_what_if_is_answered(valkey: redis.Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(monkeypatch, "what_ifs.answer", answer=lambda *asked, now: {"asked": asked})
    do(line(**WHAT_IF))
    assert replied(valkey) == {"asked": [7, {"energy_mwh": 8}]}


def test_whoever_asks_what_can_not_be_is_told_why(
    valkey: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    def answer(*asked: Any, now: Any) -> Any:
        raise Impossible("The energy must be above 0.")

    stand_in(monkeypatch, "what_ifs.answer", answer=answer)
    do(line(**WHAT_IF))
    assert replied(valkey) == {"impossible": "The energy must be above 0."}
    assert not Trouble.objects.exists()


def test_a_what_if_that_fails_is_answered_too_and_a_trouble(
    valkey: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in(monkeypatch, "what_ifs.answer", answer=lambda *asked, now: {}["days"])
    do(line(**WHAT_IF))
    assert replied(valkey) == {"failed": calculations.FAILED}
    assert Trouble.objects.get().subject == "what-if"


def test_advice_is_published_and_a_back_test_is_worked_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    published: list[Any] = []
    monkeypatch.setattr(calculations, "publish", published.append)
    story: list[str] = []
    stand_in(monkeypatch, "advice.advising", advise_all=lambda now: iter(["advice", "another"]))
    stand_in(monkeypatch, "advice.schedules", schedule_all=lambda now: story.append(*published[1]))
    worked_on: list[int] = []
    stand_in(monkeypatch, "backtests.work", run=worked_on.append)
    do(line(do="advise"))
    do(line(do="backtest", id=3))
    assert (published, worked_on) == ([["advice"], ["another"]], [3])
    assert story == ["another"]
    assert not Trouble.objects.exists()


def test_advice_is_prepared_for_and_none_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    story: list[str] = []
    stand_in(monkeypatch, "advice.advising", prepare_all=lambda now: story.append("prepared"))
    do(line(do="prepare"))
    assert story == ["prepared"]


def test_settling_is_the_paper_desk_s(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    stand_in(monkeypatch, "advice.learning", keep_up=lambda now: done.append("learned"))
    stand_in(monkeypatch, "paper.desk", settle_all=lambda now: [done.append("settled")][:0])
    do(line(do="settle"))
    assert done == ["learned", "settled"]


def test_everything_that_is_asked_for_is_done_by_somebody(valkey: redis.Redis) -> None:
    asking.wake()
    asking.prepare()
    asking.ask_to_settle()
    asking.ask_backtest(3)
    with pytest.raises(asking.NoAnswer):
        asking.ask_what_if(7, {}, timeout=0.01)
    lines = valkey.lrange(asking.QUICK, 0, -1) + valkey.lrange(asking.SLOW, 0, -1)
    asked = {json.loads(line)["do"] for line in lines} | {"what-if"}
    assert asked == calculations.HANDLERS.keys()
