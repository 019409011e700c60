"""What a real web process logs of requests: their ids, a line each, nothing that was forged."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.live.real_web import Web, running_web
from tests.prepared import Prepared

pytestmark = pytest.mark.process
FORGED = "2026-11-30T22:00:00Z [error] forged"
PATHS = (
    "/nothing%0A2026-11-30T22:00:00Z%20[error]%20forged",
    "/nothing%0D%0A%1B[31mred%1B]0;title%07",
    "/nothing%E2%80%A8separated%C2%85next%E2%80%AEleft",
    "/nothing%00%FF%FE",
    "/" + "x" * 7000,
    "/nothing?token=geheimnis&access_token=geheimnis#password=geheimnis",
    '/nothing"%20level=critical%20x="',
)
HEADERS = (
    "Host: evil.example%0A",
    "Host: a\tb",
    "Host: redis://user:geheimnis@evil.example",
    "X-Request-ID: chosen-by-me-12345",
    "Cookie: sessionid=geheimnis",
    "Authorization: Bearer geheimnis",
    "Referer: http://x/\x1b[31m",
)
LINE = re.compile(r"\d{4}-\d\d-\d\dT\S+Z \[(debug|info|warning|error|critical)\] |    \| ")
ID = re.compile(rb"\r\nx-request-id: ([0-9a-f]{32})\r\n", re.IGNORECASE)


def hostile(web: Web) -> None:
    """Everything that a client can put somewhere."""
    for path in PATHS:
        web.ask(path)
    for header in HEADERS:
        with web.connect() as client:
            lines = ["GET /nothing HTTP/1.1", header, "Connection: close"]
            if not header.startswith("Host"):
                lines.insert(1, f"Host: 127.0.0.1:{web.port}")
            client.sendall("\r\n".join([*lines, "", ""]).encode("latin-1"))
            while client.recv(65536):
                pass


def test_no_client_forges_a_line_or_has_a_secret_written_in_readable_logs(
    tmp_path: Path, prepared: Prepared
) -> None:
    with running_web(tmp_path, prepared, LOG_LEVEL="INFO") as web:
        hostile(web)
    lines = web.said.split("\n")[:-1]
    assert len(lines) > len(PATHS)
    assert [line for line in lines if not (LINE.match(line) and line.isprintable())] == []
    assert not any(line.startswith(FORGED) for line in lines)
    assert "geheimnis" not in web.said


def logged(web: Web) -> list[dict[str, Any]]:
    return [json.loads(line) for line in web.said.splitlines()]


def test_each_request_is_one_line_of_json_with_the_id_of_its_answer(
    tmp_path: Path, prepared: Prepared, valkey: object
) -> None:
    with running_web(tmp_path, prepared, LOG_LEVEL="INFO", LOG_JSON="1") as web:
        hostile(web)
        answer = web.ask(
            "/api/current?hub=SP15&token=geheimnis", "X-Request-ID: chosen-by-me-12345"
        )
        for path in ("/healthz", "/readyz", "/static/ui/none.js"):
            web.ask(path)
    assert "geheimnis" not in web.said
    known = ID.search(answer)
    assert known, "an id that a client made up is not taken over"
    found = logged(web)
    assert all({"timestamp", "level", "event", "logger"} <= one.keys() for one in found)
    requests = [one for one in found if one["event"] == "request"]
    [current] = [one for one in requests if one["path"].startswith("/api/current")]
    assert current["request_id"] == known[1].decode()
    assert (current["method"], current["status"]) == ("GET", 200)
    assert current["path"] == "/api/current?hub=SP15&token=***"
    assert (current["address"], current["user"]) == ("127.0.0.1", None)
    assert current["ms"] >= 0
    assert {
        one["path"] for one in requests if one["path"].startswith(("/static", "/he", "/re"))
    } == set()
    [not_found] = [one for one in found if one["event"].startswith('Not Found: /nothing" level=')]
    assert not_found["request_id"] in {one["request_id"] for one in requests}
