"""A query that a test left behind has ended before the next test."""

import threading

from asgiref.sync import SyncToAsync

from tests.left_running import waited_for


def test_what_was_left_running_is_waited_for() -> None:
    go_on = threading.Event()
    with waited_for():
        left = SyncToAsync.single_thread_executor.submit(go_on.wait, 30)
        threading.Timer(0.05, go_on.set).start()
    assert left.done()
