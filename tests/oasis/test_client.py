"""How long the client waits for a turn and for an answer, and when it gives up."""

from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import Mock

import pytest

from caisoproject import tasks
from oasis import client
from oasis.client import Oasis
from oasis.errors import ServerTrouble
from oasis.turns import UNDER_WAY_SECONDS, NoTurn, Priority, Turn
from simulator.server import Running
from simulator.stand_in import StandIn

PARAMETERS = {"queryname": "PRC_LMP"}


class Clock:
    """A monotonic clock that only a test moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


class Waiting:
    """Gives a turn after so many seconds: one number for each turn."""

    def __init__(self, clock: Clock, *seconds: float) -> None:
        self.clock = clock
        self.seconds = iter(seconds)
        self.given = Mock(spec=Turn)

    @contextmanager
    def turn(self, priority: Priority) -> Iterator[Turn]:
        self.clock.now += next(self.seconds)
        yield self.given


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(client, "time", clock)
    return clock


def asking(oasis: Running, clock: Clock, *waits: float) -> Oasis:
    return Oasis(oasis.url, Waiting(clock, *waits))  # type: ignore[arg-type]


def test_waiting_for_a_turn_does_not_shorten_the_time_for_the_answer(
    oasis: Running, clock: Clock
) -> None:
    download = asking(oasis, clock, 49.9).download("SingleZip", PARAMETERS, Priority.LAST)
    assert (download.status, len(oasis.requests)) == (200, 1)


def test_an_answer_that_takes_longer_than_40_s_of_its_own_is_given_up(
    oasis: Running, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = StandIn.reply

    def later(stand_in: StandIn, request: object) -> object:
        clock.now += 41
        return slow(stand_in, request)  # type: ignore[arg-type]

    monkeypatch.setattr(StandIn, "reply", later)
    with pytest.raises(ServerTrouble, match="the answer took longer than 40 s"):
        asking(oasis, clock, 10, 10).download("SingleZip", PARAMETERS, Priority.FIRST)
    assert len(oasis.requests) == 1


def test_no_request_begins_without_time_for_its_answer(oasis: Running, clock: Clock) -> None:
    oasis.fault("http_503", count=3)
    with pytest.raises(ServerTrouble, match="HTTP 503"):
        asking(oasis, clock, 40, 40).download("SingleZip", PARAMETERS, Priority.LAST)
    assert len(oasis.requests) == 1
    with pytest.raises(NoTurn, match="too late"):
        asking(oasis, clock, 51).download("SingleZip", PARAMETERS, Priority.LAST)


def test_each_try_has_the_full_time_for_an_answer(oasis: Running, clock: Clock) -> None:
    oasis.fault("http_503", count=2)
    download = asking(oasis, clock, 9, 9, 9).download("SingleZip", PARAMETERS, Priority.LAST)
    assert (download.status, len(oasis.requests)) == (200, 3)


def test_a_turn_lasts_longer_than_its_request_and_a_task_longer_than_all_its_tries() -> None:
    longest = client.DEADLINE_SECONDS + client.READ_SECONDS
    assert longest < UNDER_WAY_SECONDS
    assert max(priority.value for priority in Priority) < client.LAST_BEGIN_SECONDS
    for task in (tasks.poll, tasks.close_gaps, tasks.sweep_corrections):
        assert client.LAST_BEGIN_SECONDS + longest < task.soft_time_limit
