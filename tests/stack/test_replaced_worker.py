"""A worker's child that is replaced while it sends: the message comes once."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
import redis
from django.db import connection
from django.utils import timezone

from alerts.delivery.deliver import write_test
from alerts.models import Delivery, Method
from caisoproject.celery import app
from tests.stack.mailbox import mailbox
from tests.stack.running import ROOT, Program, wait_until, watched

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)
WORKER = [
    *("-m", "celery", "-q", "--skip-checks", "-A", "caisoproject", "worker"),
    *("-Q", "alerts", "--concurrency", "1", "--max-tasks-per-child", "1"),
    *("--without-gossip", "--without-mingle"),
]


@contextmanager
def a_worker(folder: Path, mail_port: int) -> Iterator[Callable[[], set[int]]]:
    """A prefork worker on the test's database, each of whose children does one task.

    Yields a function that lists the process ids of its children.
    """
    mail = {"EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": str(mail_port), "EMAIL_TIMEOUT": "50"}
    database = {"DATABASE_URL": f"sqlite:///{connection.settings_dict['NAME']}"}
    with (folder / "worker.txt").open("wb") as said:
        worker = subprocess.Popen(
            [sys.executable, *WORKER],
            cwd=ROOT,
            env=os.environ | database | mail,
            stdout=said,
            stderr=said,
        )
    children = psutil.Process(worker.pid).children
    try:
        with watched(Program(worker, folder / "worker.txt")):
            yield lambda: {child.pid for child in children()}
    finally:
        worker.terminate()
        worker.wait(timeout=20)


def tick() -> None:
    """What beat sends every two seconds."""
    with app.connection_for_write() as broker:
        app.send_task("alerts.tasks.deliver", queue="alerts", connection=broker)


def are_sent(count: int) -> Callable[[], bool]:
    return lambda: Delivery.objects.filter(state=Delivery.SENT).count() == count


def test_a_worker_that_is_replaced_while_it_sends_sends_once(
    tmp_path: Path, valkey: redis.Redis
) -> None:
    """The mail server has the letter, and says so only when the task that sends it is over."""
    method = Method.objects.create(name="desk", kind="email", address="desk@example.org")
    write_test(method, now=timezone.now())
    with mailbox() as (letters, port), a_worker(tmp_path, port) as children:
        letters.says_so.clear()
        tick()
        wait_until(lambda: letters.letters, 40, "the letter came")
        sending = children()
        wait_until(lambda: not valkey.exists("alerts", "unacked"), 20, "the task is over")
        letters.says_so.set()
        wait_until(lambda: sending.isdisjoint(children()), 20, "the child is replaced")
        # As it is when whoever claimed it is dead, and the lease is over.
        Delivery.objects.filter(state=Delivery.WAITING).update(due_at=timezone.now())
        write_test(method, now=timezone.now())
        tick()
        wait_until(are_sent(2), 20, "the next letter is sent")
    assert len(letters.letters) == 2
