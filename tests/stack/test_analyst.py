"""The process that calculates in a whole stack: there when it is wanted, and gone afterwards."""

from pathlib import Path

import psutil
import pytest
import redis

from battery import asking
from tests.prepared import Prepared
from tests.stack.running import Stack, running_stack, wait_until

pytestmark = pytest.mark.xdist_group("stack")
NO_OASIS = "http://127.0.0.1:1/oasisapi"
KEPT_S = 2


def test_a_child_comes_with_work_ends_without_and_ends_with_the_stack(
    tmp_path: Path, prepared: Prepared
) -> None:
    prepared.give_static_files(tmp_path)
    prepared.give_database(tmp_path)
    with running_stack(tmp_path, NO_OASIS, ANALYST_KEEP_S=str(KEPT_S)) as stack:
        wait_until(lambda: stack.is_back("analyst", 0), 60, "the analyst")
        analyst = stack.child("analyst")
        first = woken(stack)
        wait_until(lambda: "nothing to calculate" in stack.output.read_text(), 20, "its work")
        wait_until(lambda: first not in analyst.children(), 30, "its end")
        assert stack.child("analyst") == analyst
        last = woken(stack)
    assert psutil.wait_procs([last, analyst], timeout=5)[1] == []


def woken(stack: Stack) -> psutil.Process:
    """The child that lives once there was something to do."""
    with redis.Redis(port=stack.port + 1) as client:
        client.rpush(asking.QUICK, '{"do": "nothing"}')
    analyst = stack.child("analyst")
    wait_until(analyst.children, 20, "a child")
    return analyst.children()[0]
