"""The web process while PostgreSQL is gone: sentences, and streams that say when to come back."""

import json
from pathlib import Path

import pytest

from tests.live.real_web import Web, request, running_web
from tests.postgresql import postgresql
from tests.prepared import Prepared


def status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


def begun(web: Web, until: bytes) -> bytes:
    """The stream, until that came of it or it ended."""
    with web.connect() as client:
        client.sendall(request("/api/v1/stream", web.port, f"Origin: http://127.0.0.1:{web.port}"))
        read = b""
        while until not in read and (piece := client.recv(65536)):
            read += piece
    return read


@pytest.mark.process
@pytest.mark.xdist_group("postgresql")
def test_without_postgresql_there_are_sentences_and_streams_that_come_back(
    tmp_path: Path, prepared: Prepared
) -> None:
    with (
        postgresql() as server,
        running_web(tmp_path, prepared, DATABASE_URL=server.get_uri()) as web,
    ):
        assert status(web.ask("/api/current")) == 200
        server.cleanup()
        for path in ("/api/current", "/api/history/24"):
            head, _, body = web.ask(path).partition(b"\r\n\r\n")
            assert (status(head), b"Retry-After: 10" in head) == (503, True)
            assert json.loads(body[body.index(b"{") :])["detail"].startswith("The database")
        figures = web.ask("/metrics")
        assert (status(figures), b"\ncaiso_database_up 0.0\n" in figures) == (200, True)
        for path in ("/", "/alerts/"):
            page = web.ask(path)
            assert (status(page), b"be reached at the moment" in page) == (503, True)
        stream = begun(web, b"data: ")
        assert (status(stream), b"event: error\nretry: " in stream) == (200, True)
        assert "Traceback" not in web.said
