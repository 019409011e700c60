"""What a test leaves running in the thread of `sync_to_async`: who is cancelled does not end it."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from asgiref.sync import SyncToAsync


@contextmanager
def waited_for() -> Iterator[None]:
    """What is begun in that thread within it has ended afterwards."""
    yield
    SyncToAsync.single_thread_executor.submit(bool).result(timeout=60)


@pytest.fixture(autouse=True)
def nothing_left_running(_django_db_marker: None) -> Iterator[None]:
    """It ends before the database is closed to the test.

    A query that is just connecting then would leave a connection half made for the tests after
    this one: in a transaction that Django knows nothing of, which locks all others out.
    """
    with waited_for():
        yield
