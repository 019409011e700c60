"""A look that hangs is left alone: nobody waits for it, and it holds one thread."""

import threading
from collections.abc import Iterable

import pytest
from django.db import OperationalError

from alerts.operations.conditions import Condition
from alerts.rules.rule import Stance
from caisoproject.looks import Look, look_at
from tests.stack.running import join


def well() -> Iterable[Condition]:
    yield Condition("disk", Stance.BACK, "There is room.")


@pytest.mark.long
async def test_what_hangs_is_said_to_hang_while_the_others_are_heard() -> None:
    begun, goes_on = [], threading.Event()

    def hangs() -> Iterable[Condition]:
        begun.append(threading.current_thread())
        goes_on.wait(60)
        yield Condition("redis", Stance.BACK, "Redis answers.")

    looks = [Look("redis", hangs, "It hangs."), Look("disk", well, "")]
    found = await look_at(looks, 2)  # on a busy machine a thread takes its time
    assert [one.reason for one in found] == ["It hangs.", "There is room."]
    [again] = await look_at(looks[:1], 0.01)
    assert again.reason == "It hangs."
    assert len(begun) == 1, "a second thread was begun for what hangs"
    goes_on.set()
    join(begun[0])
    assert [one.reason for one in await look_at(looks, 5)] == ["Redis answers.", "There is room."]


async def test_a_look_that_fails_is_said_to_have_failed() -> None:
    def fails() -> Iterable[Condition]:
        raise OperationalError("no such table: prices_feed")

    [found] = await look_at([Look("database", fails, "The database can't be read.")], 5)
    assert (found.stance, found.reason) == (Stance.BEYOND, "The database can't be read.")
