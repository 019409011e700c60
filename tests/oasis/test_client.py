"""How long the client waits for a turn and for an answer, and when it gives up."""

from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import Mock

import pytest

from caisoproject import tasks
from caisoproject.celery import app as workers
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
    """Gives a turn after these many seconds, one number a turn; None is no turn."""

    def __init__(self, clock: Clock, *seconds: float | None) -> None:
        self.clock = clock
        self.seconds = iter(seconds)
        self.given = Mock(spec=Turn)

    @contextmanager
    def turn(self, priority: Priority) -> Iterator[Turn]:
        waited = next(self.seconds)
        if waited is None:
            raise NoTurn("taken")
        self.clock.now += waited
        yield self.given


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(client, "time", clock)
    return clock


def asking(oasis: Running, clock: Clock, *waits: float | None) -> Oasis:
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


@pytest.mark.parametrize("priority", [Priority.FIRST, Priority.IF_FREE, Priority.SPARE])
def test_what_a_worker_asks_is_asked_once_and_nothing_is_slept_away(
    priority: Priority, oasis: Running, clock: Clock
) -> None:
    oasis.fault("http_503", count=3)
    began = clock.now
    with pytest.raises(ServerTrouble, match="HTTP 503"):
        asking(oasis, clock, 0).download("SingleZip", PARAMETERS, priority)
    assert (len(oasis.requests), clock.now) == (1, began)


def test_a_further_try_without_a_turn_ends_in_what_went_wrong_before(
    oasis: Running, clock: Clock
) -> None:
    oasis.fault("http_503", count=3)
    with pytest.raises(ServerTrouble, match="HTTP 503"):
        asking(oasis, clock, 0, None).download("SingleZip", PARAMETERS, Priority.LAST)
    with pytest.raises(NoTurn):
        asking(oasis, clock, None).download("SingleZip", PARAMETERS, Priority.LAST)


def test_each_try_has_the_full_time_for_an_answer(oasis: Running, clock: Clock) -> None:
    oasis.fault("http_503", count=2)
    download = asking(oasis, clock, 9, 9, 9).download("SingleZip", PARAMETERS, Priority.LAST)
    assert (download.status, len(oasis.requests)) == (200, 3)


def test_a_turn_outlives_its_request_and_a_task_its_wait_and_its_request() -> None:
    longest = client.DEADLINE_SECONDS + client.READ_SECONDS
    assert longest < UNDER_WAY_SECONDS
    for task in (tasks.poll, tasks.close_gaps, tasks.sweep_corrections):
        assert Priority.FIRST.wait_seconds + longest < task.soft_time_limit
        assert task.soft_time_limit < workers.conf.task_time_limit
