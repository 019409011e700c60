"""Kills a worker's process at every step between a price and its delivery, and counts what arrived.

`python -m tests.stack.delivery_kills --runs 200`: each run a database of its own, a crossing and
its end, one kill -9 at a step, and another process that goes on from there. Every nine runs have
each step, in an order and at a time that chance draws. With `--together` three rules open and clear
at the same intervals, and a room gets one message of each.
Everything is real but the prices: SQLite, Valkey, the channel layer, HTTP over loopback.
"""

import argparse
import json
import os
import random
import select
import shutil
import signal
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

from tests import real_services

LONGEST_S = 120  # of one process, which takes a tenth of a second
PRICES = ("90", "150", "160", "80")
# Each step, and how often a run without a kill passes it.
STEPS = {
    "prices committed": 4,
    "projected": 6,
    "announced": 6,
    "rules claimed": 4,
    "alerts written": 2,
    "alerts committed": 4,
    "delivery claimed": 2,
    "delivery sent": 2,
    "delivery put down": 2,
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--together", action="store_true")
    options = parser.parse_args()
    chance = random.Random(options.seed)
    with tempfile.TemporaryDirectory(prefix="caiso-live-kills-") as folder:
        found = all_runs(options.runs, chance, Path(folder), together=options.together)
    print(json.dumps(found))
    return 1 if found["violations"] else 0


def all_runs(
    count: int, chance: random.Random, folder: Path, *, together: bool = False
) -> dict[str, Any]:
    """Every run's outcome, added up."""
    server = real_services.start_valkey(real_services.PORT, folder / "valkey")
    letters = folder / "letters"
    receiver, port = start_receiver(letters)
    try:
        template = prepared(folder / "template.sqlite3", port, together=together)
        totals: Counter[str] = Counter()
        violations: list[str] = []
        for number, step in enumerate(steps(count, chance)):
            letters.write_text("")
            database = Path(shutil.copy(template, folder / f"run{number}.sqlite3"))
            outcome, wrong = one_run(database, step, letters, together=together)
            totals += outcome
            violations += [f"run {number}, {step}: {what}" for what in wrong]
    finally:
        os.kill(receiver, signal.SIGKILL)
        os.waitpid(receiver, 0)
        server.terminate()
        server.wait()
    return {"runs": count, **totals, "violations": violations}


def steps(count: int, chance: random.Random) -> Iterator[str]:
    """Where each run is killed: a step, and which time it is passed."""
    names: list[str] = []
    for _ in range(count):
        names = names or chance.sample(list(STEPS), len(STEPS))
        name = names.pop()
        yield f"{name}:{chance.randint(1, STEPS[name])}"


def start_receiver(letters: Path) -> tuple[int, int]:
    """A receiver of webhooks in a process of its own: its process id and port."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            with letters.open("a") as file:
                said = body.get("kind") or body["text"]
                file.write(json.dumps([self.headers["Idempotency-Key"], said]) + "\n")
            self.send_response(204)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    pid = os.fork()
    if pid == 0:
        server.serve_forever()
    server.server_close()
    return pid, server.server_port


def prepared(database: Path, port: int, *, together: bool) -> Path:
    """A database with one rule, or three, that notify the receiver: a program, or a room."""
    os.environ["DATABASE_URL"] = f"sqlite:///{database}"
    os.environ["WEBHOOK_HOSTS_ALLOWED"] = f"127.0.0.1:{port}"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "caisoproject.settings")
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from alerts.models import Method, Rule
    from tests.stack.kill_story import NOON

    call_command("migrate", interactive=False, verbosity=0)
    kind = "slack" if together else "webhook"
    hook = Method.objects.create(
        name="hook", kind=kind, address=f"http://127.0.0.1:{port}/", secret="s"
    )
    Rule.objects.exclude(limit=100).delete()
    for limit in (110, 120) if together else ():
        Rule.objects.create(node=Rule.objects.earliest("pk").node, limit=limit)
    Rule.objects.update(judges_from=NOON - timedelta(hours=1))
    for rule in Rule.objects.all():
        rule.methods.add(hook)
    connection.close()
    return database


def one_run(
    database: Path, step: str, letters: Path, *, together: bool
) -> tuple[Counter[str], list[str]]:
    """One story with a kill in it, carried on by another process."""
    from tests.stack import kill_story

    status = in_a_child(database, lambda: kill_story.publish_and_deliver(PRICES), step)
    in_a_child(database, lambda: kill_story.go_on(PRICES))
    came = [tuple(json.loads(line)) for line in letters.read_text().splitlines()]
    rows = json.loads(in_a_child(database, kill_story.rows, reading=True))
    outcome = Counter(
        killed=os.WIFSIGNALED(status), deliveries=len(came), twice=len(came) - len(set(came))
    )
    wrong = kill_story.wrong_together if together else kill_story.wrong
    return outcome, wrong(rows, came)


def in_a_child(
    database: Path, work: Callable[[], object], step: str = "", *, reading: bool = False
) -> Any:
    """Do `work` in a process of its own: its exit status, or with `reading` what it answers."""
    receive, send = os.pipe()
    pid = os.fork()
    if pid == 0:
        child(database, work, step, send)
    os.close(send)
    with os.fdopen(receive) as pipe:
        if not select.select([pipe], [], [], LONGEST_S)[0]:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            raise RuntimeError(f"a process has not ended in {LONGEST_S} s, to be killed at {step}")
        said = pipe.read()
    _, status = os.waitpid(pid, 0)
    if not step and status:
        raise RuntimeError(f"a process that nobody killed ended with {status}")
    return said if reading else status


def child(database: Path, work: Callable[[], object], step: str, send: int) -> None:
    """The life of a child; it never returns."""
    from django.db import connection

    connection.settings_dict["NAME"] = str(database)
    if step:
        os.environ["FAULT_POINT"] = step
    try:
        os.write(send, json.dumps(work()).encode())
        code = 0
    except BaseException:  # noqa: BLE001 - printed, and then this process ends
        sys.excepthook(*sys.exc_info())
        code = 1
    os._exit(code)


if __name__ == "__main__":
    sys.exit(main())
