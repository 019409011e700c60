"""SOURCE=auto: whoever answers over HTTP at OASIS's address is OASIS; silence is the simulator."""

import socket
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from deploy import source
from deploy.refusal import Refused


class NotHere(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_error(404)

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def answering_url():
    with HTTPServer(("127.0.0.1", 0), NotHere) as server:
        serving = threading.Thread(target=server.serve_forever, args=(0.01,))
        serving.start()
        yield f"http://127.0.0.1:{server.server_port}/oasisapi"
        server.shutdown()
        serving.join()


@pytest.fixture
def closed_url():
    with socket.socket() as bound_and_not_listening:
        bound_and_not_listening.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{bound_and_not_listening.getsockname()[1]}/oasisapi"


def test_any_answer_at_all_makes_the_prices_live(answering_url, capsys):
    settled, _ = source.settle("auto", {"OASIS_URL": answering_url})
    assert settled == "live"
    assert "answers, so prices are live." in capsys.readouterr().out


def test_without_an_answer_prices_are_simulated_and_the_reason_is_said(closed_url, capsys):
    settled, environ = source.settle("auto", {"OASIS_URL": closed_url, "PORT": "8300"})
    assert settled == "simulator"
    assert environ == {"PORT": "8300"}
    assert "can't be reached (no connection), so prices come from the simulator." in (
        capsys.readouterr().out
    )


def test_a_source_that_was_named_is_not_asked_for(closed_url):
    assert source.settle("live", {"OASIS_URL": closed_url})[0] == "live"


def test_simulated_prices_never_go_into_a_database_that_was_named(closed_url):
    with pytest.raises(Refused, match="choose SOURCE=live or SOURCE=simulator"):
        source.settle("auto", {"OASIS_URL": closed_url, "DATABASE_URL": "postgres://x/live"})
