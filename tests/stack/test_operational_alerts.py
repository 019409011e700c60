"""Workers without a supervisor and without beat: what falls silent or fills up comes by mail.

Nobody sends deliveries here but those who watch, as it is beat that has them sent.
"""

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import redis

from deploy import free_ports
from deploy.processes import Command, of_procfile
from telemetry import signs
from tests.prepared import Prepared
from tests.real_services import start_valkey
from tests.stack.mailbox import mailbox
from tests.stack.running import ROOT, wait_until

METHOD = """
INSERT INTO alerts_method (name, kind, address, secret, active, every_rule, operations)
    VALUES ('ops', 'email', 'ops@example.org', '', 1, 0, 1);
"""
RESULTS = "SELECT kind, opened_at IS NOT NULL FROM alerts_operationalalert ORDER BY kind"


@contextmanager
def running(command: Command) -> Iterator["subprocess.Popen[bytes]"]:
    """A process with its children, in a session of their own."""
    process = subprocess.Popen(
        ["/bin/sh", "-c", f"exec {command.line}"],
        cwd=ROOT,
        env=command.environ,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def fill(client: "redis.Redis", share: float) -> None:
    """Put so much into a Redis that it is so full."""
    number = 0
    while (memory := client.info("memory"))["used_memory"] < share * memory["maxmemory"]:
        client.set(f"filled:{number}", "x" * 50_000)
        number += 1


def test_a_killed_worker_a_missing_beat_a_full_redis_and_a_full_disk_come_by_mail(
    tmp_path: Path, prepared: Prepared
) -> None:
    prepared.give_database(tmp_path)
    with closing(sqlite3.connect(tmp_path / "simulator" / "db.sqlite3")) as database:
        database.executescript(METHOD)
    port = free_ports.reserve()
    server = start_valkey(port, tmp_path / "valkey", "--maxmemory", "8mb")
    client = redis.Redis(port=port, decode_responses=True)
    environ = os.environ | {
        "VAR_DIR": str(tmp_path),
        "REDIS_URL": f"redis://127.0.0.1:{port}/0",
        "EMAIL_HOST": "127.0.0.1",
        "SILENT_S": "15",
        "DISK_FREE_MB": "100000000",
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    }
    try:
        with mailbox() as (letters, mail_port), ExitStack() as stack:
            environ["EMAIL_PORT"] = str(mail_port)
            commands = {one.name: one for one in of_procfile(ROOT / "Procfile", environ)}
            fill(client, 0.88)
            stack.enter_context(running(commands["poller"]))
            worker = stack.enter_context(running(commands["worker"]))
            for kind in ("poller", "worker"):
                wait_until(lambda kind=kind: client.zcard(signs.key(kind)), 60, f"{kind} lives")
            os.killpg(worker.pid, signal.SIGKILL)
            for words in (
                "CRITICAL The disk is filling",
                "CRITICAL Redis is nearly full",
                "CRITICAL Beat is silent",
                "CRITICAL The worker is silent",
            ):
                wait_until(lambda words=words: letters.accepted(words), 120, words)
            assert letters.accepted("poller") is None
            subjects = [subject for subject, _ in letters.letters]
            assert len(subjects) == len(set(subjects)), "each is told once"
    finally:
        client.close()
        server.kill()
        server.wait()
