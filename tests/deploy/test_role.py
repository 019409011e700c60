"""One process by itself, as systemd and containers start it, and whether it answers."""

import os
import signal
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from deploy import free_ports, healthy, redis_users, role
from deploy.paths import ROOT
from deploy.processes import of_procfile
from deploy.refusal import Refused
from tests.deploy.known import LOGS_IN_AS
from tests.stack.running import wait_until


def test_each_line_of_the_procfile_can_be_started_by_its_name():
    for command in of_procfile(ROOT / "Procfile", {}):
        assert role.line_of([command.name]) == command.line


@pytest.mark.parametrize("arguments", [[], ["wbe"], ["web", "worker"]])
def test_anything_else_is_refused_with_what_there_is(arguments):
    with pytest.raises(Refused, match="Name one of web, poller, worker, beat, analyst"):
        role.line_of(arguments)


def test_a_process_gets_what_the_launcher_would_give_it():
    environ = role.environment({"BIND": "::", "PORT": "8002", "PATH": "/bin", "LANG": "C"})
    assert environ["WEB_INTERFACE"] == r"\:\:"
    assert environ["PATH"] == f"{os.path.dirname(sys.executable)}:/bin"
    assert (environ["PORT"], environ["LANG"], environ["MALLOC_ARENA_MAX"]) == ("8002", "C", "2")


def test_what_was_tuned_by_hand_stays():
    assert role.environment({"OMP_NUM_THREADS": "4"})["OMP_NUM_THREADS"] == "4"


HANDED = {
    "REDIS_URL_FILE": "/secrets/by_hand",
    **{name: f"/secrets/{user}" for user, name in redis_users.ONE_EACH.items()},
}


@pytest.mark.parametrize(("process", "user"), LOGS_IN_AS.items())
def test_of_an_environment_that_is_for_all_each_process_takes_its_own_user_of_redis(process, user):
    own = "by_hand" if process == "deploy.prepare" else user
    told = redis_users.environment(process, HANDED)
    assert told == {"REDIS_URL_FILE": f"/secrets/{own}"}


def test_where_one_address_is_for_all_it_stays():
    for environ in ({"REDIS_URL": "redis://h"}, {"REDIS_URL_FILE": "/one"}, {}):
        assert redis_users.environment("web", environ) == environ


def test_the_launcher_gives_each_process_its_own():
    given = {one.name: one.environ for one in of_procfile(ROOT / "Procfile", HANDED)}
    assert {name: environ["REDIS_URL_FILE"] for name, environ in given.items()} == {
        name: f"/secrets/{user}" for name, user in LOGS_IN_AS.items() if name in given
    }


@pytest.mark.process
def test_it_becomes_the_process_so_that_signals_reach_it(tmp_path):
    environ = os.environ | {"VAR_DIR": str(tmp_path), "SOURCE": "simulator"}
    with subprocess.Popen(
        [sys.executable, "-m", "deploy.role", "analyst"],
        cwd=ROOT,
        env=environ,
        stderr=subprocess.DEVNULL,
    ) as process:
        command = Path(f"/proc/{process.pid}/cmdline")
        try:
            wait_until(lambda: b"caisoproject.analyst" in command.read_bytes(), 20, "an analyst")
        finally:
            process.terminate()
        assert process.wait(10) == -signal.SIGTERM


class Answering(BaseHTTPRequestHandler):
    status = 200

    def do_GET(self):
        self.send_response(self.status if self.path == "/healthz" else 404)
        self.end_headers()

    def log_message(self, *words):
        """Say nothing."""


@pytest.mark.parametrize(("status", "said"), [(200, None), (503, "port {port} answers with 503")])
def test_a_container_is_healthy_while_its_web_process_says_so(monkeypatch, status, said):
    port = free_ports.reserve()
    monkeypatch.setenv("PORT", str(port))
    monkeypatch.setattr(Answering, "status", status)
    with HTTPServer(("127.0.0.1", port), Answering) as server:
        Thread(target=server.handle_request, daemon=True).start()
        assert healthy.main() == (said and said.format(port=port))


def test_a_web_process_that_is_away_is_not_healthy(monkeypatch):
    port = free_ports.reserve()
    monkeypatch.setenv("PORT", str(port))
    assert f"no answer on port {port}" in healthy.main()
