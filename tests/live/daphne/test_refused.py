"""What Daphne refuses, or can't answer, by itself."""

import json
from types import SimpleNamespace
from typing import Any

import pytest

from live.daphne.channel import Request


def refused(path: bytes, status: int, body: str) -> tuple[dict[bytes, bytes], str]:
    """The headers and the body of what is answered."""
    sent: list[dict[str, Any]] = []
    request: Any = SimpleNamespace(path=path, handle_reply=sent.append)
    Request.basic_error(request, status, b"", body)
    start, content = sent
    assert start["status"] == status
    return dict(start["headers"]), content["body"].decode()


@pytest.mark.parametrize(
    ("status", "body", "sentence"),
    [
        (400, "Invalid header name", "Invalid header name."),
        (503, "Application failed to respond within time limit.", "Application failed to respond"),
        (500, "Exception inside application.", "The server could not answer"),
    ],
)
def test_under_api_it_is_a_problem_document(status: int, body: str, sentence: str) -> None:
    headers, text = refused(b"/api/current", status, body)
    assert headers[b"Content-Type"] == b"application/problem+json"
    assert (headers.get(b"Retry-After") == b"10") is (status == 503)
    document = json.loads(text)
    assert (document["status"], document["detail"].startswith(sentence)) == (status, True)


def test_elsewhere_it_is_a_page() -> None:
    headers, text = refused(b"/alerts/", 500, "Exception inside application.")
    assert headers[b"Content-Type"].startswith(b"text/html")
    assert "The server could not answer" in text
