"""SOURCE=auto: whoever answers as OASIS does is OASIS; for all else the simulator stands in."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from deploy import plan, source_choice
from deploy.refusal import Refused
from simulator.server import running
from tests.stack.running import join

pytestmark = pytest.mark.process

ZIP = b"PK\x03\x04 and so on"
THROTTLED = b"<html>CAISO Acceptable Use Policy Violation. Please retry ...</html>"
PAGE = b"<!DOCTYPE html><HTML><title>Log in to the guests' network</title></HTML>"


@contextmanager
def answering(status: int, body: bytes, **headers: str) -> Iterator[str]:
    """An address that gives this answer to whatever is asked."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        serving = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        serving.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/oasisapi"
        finally:
            server.shutdown()
            join(serving)


@pytest.fixture
def closed_url():
    with socket.socket() as bound_and_not_listening:
        bound_and_not_listening.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{bound_and_not_listening.getsockname()[1]}/oasisapi"


@pytest.mark.parametrize(("status", "body"), [(200, ZIP), (200, THROTTLED), (429, THROTTLED)])
def test_any_answer_of_oasis_makes_the_prices_live(status, body, capsys):
    with answering(status, body) as url:
        chosen, environ = source_choice.choose("auto", {"OASIS_URL": url})
    assert chosen == "live"
    assert "answers, so prices are live." in capsys.readouterr().out
    assert plan.decide(environ, source="live", port=8000, var_dir=Path("/v")).oasis_was_asked


def test_the_simulator_itself_is_an_oasis(capsys):
    with running() as stand_in:
        assert source_choice.choose("auto", {"OASIS_URL": stand_in.url})[0] == "live"


@pytest.mark.parametrize(
    ("status", "body", "location", "problem"),
    [
        (
            301,
            b"",
            "https://oasis.example.com/x",
            "it only redirects, to https://oasis.example.com",
        ),
        (302, PAGE, "/login", "it only redirects, to itself"),
        (200, PAGE, "", "HTTP 200 with a web page that is not from OASIS"),
        (503, PAGE, "", "HTTP 503 with a web page that is not from OASIS"),
        (200, b"", "", "HTTP 200 with something that is not from OASIS"),
        (404, b"Not Found", "", "HTTP 404 with something that is not from OASIS"),
    ],
)
def test_a_server_with_other_answers_is_not_oasis(status, body, location, problem, capsys):
    headers = {"Location": location} if location else {}
    with answering(status, body, **headers) as url:
        assert source_choice.choose("auto", {"OASIS_URL": url})[0] == "simulator"
    assert f"gives no prices ({problem}), so prices come from the simulator." in (
        capsys.readouterr().out
    )


def test_oasis_on_this_machine_is_asked_past_any_proxy(monkeypatch):
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    with running() as stand_in:
        assert source_choice.choose("auto", {"OASIS_URL": stand_in.url})[0] == "live"


def test_a_proxy_that_cannot_be_used_is_reported(monkeypatch, capsys):
    monkeypatch.setenv("HTTPS_PROXY", "socks5://me:hunter2@proxy.example:1080")
    assert (
        source_choice.choose("auto", {"OASIS_URL": "https://oasis.example.com"})[0] == "simulator"
    )
    said = capsys.readouterr().out
    assert "(HTTPS_PROXY is not an address like http://proxy.example:3128" in said
    assert "hunter2" not in said


def test_without_an_answer_prices_are_simulated_and_the_reason_is_printed(closed_url, capsys):
    chosen, environ = source_choice.choose("auto", {"OASIS_URL": closed_url, "PORT": "8300"})
    assert chosen == "simulator"
    assert environ == {"PORT": "8300"}
    assert "gives no prices (no connection), so prices come from the simulator." in (
        capsys.readouterr().out
    )


def test_a_source_that_was_named_is_not_asked_for(closed_url):
    assert source_choice.choose("live", {"OASIS_URL": closed_url})[0] == "live"


def test_simulated_prices_never_go_into_the_database_of_database_url(closed_url):
    with pytest.raises(Refused, match="choose SOURCE=live or SOURCE=simulator"):
        source_choice.choose("auto", {"OASIS_URL": closed_url, "DATABASE_URL": "postgres://x/live"})
