"""How much a request may be, in every way in, asked of the real server: a table.

What is too much is refused with a status, costs nobody else anything, and is no fault in the log.
"""

from collections.abc import Iterator

import pytest

from tests.live.real_web import Web, running_web
from tests.prepared import Prepared

pytestmark = [pytest.mark.process, pytest.mark.xdist_group("stack")]
KIB = 1024
TOKEN = "c" * 32
FORM, JSON = "application/x-www-form-urlencoded", "application/json"
PARTS = "multipart/form-data; boundary=part"
LOG_IN, PREVIEW = "/admin/login/", "/api/v1/rules/preview"


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory, prepared: Prepared) -> Iterator[Web]:
    with running_web(tmp_path_factory.mktemp("limits"), prepared) as web:
        yield web


def status(answer: bytes) -> int:
    return int(answer.split(b" ")[1]) if answer else 0


def part(name: str, content: str, file: str = "") -> str:
    """One part of a form."""
    named = f'; filename="{file}"' if file else ""
    return f'--part\r\nContent-Disposition: form-data; name="{name}"{named}\r\n\r\n{content}\r\n'


def parts(*each: str) -> bytes:
    return "".join([*each, "--part--\r\n"]).encode()


TOKEN_PART = part("csrfmiddlewaretoken", TOKEN)
ASKED = f"csrfmiddlewaretoken={TOKEN}&username=a&password=b"
READ = 302


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (f"/status/?{'x' * 8 * KIB}", 200),
        (f"/status/?{'x' * 20 * KIB}", 414),
        (f"/{'x' * 20 * KIB}", 414),
        ("/status/?" + "&".join(f"a{n}=1" for n in range(999)), 200),
        ("/alerts/?" + "&".join(f"a{n}=1" for n in range(1001)), 400),
        ("/api/current?" + "&".join(["hub=SP15"] * 1001), 400),
        (f"/api/v1/stream?hubs={'x' * 9000}", 400),
        ("/api/v1/stream?hubs=" + ",".join(f"x{n}" for n in range(60)), 400),
        ("/api/v1/prices?hub=SP15&market=RTM&start=2020-01-01&end=2026-01-01", 400),
        ("/api/history/99999999999999999999", 400),
        ("/api/v1/days?days=99999999999999999999", 400),
    ],
)
def test_an_address_is_as_long_as_anybody_needs(web: Web, path: str, expected: int) -> None:
    assert status(web.ask(path, "Authorization: Bearer of-the-tests")) == expected


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ([f"X-Long: {'x' * 8 * KIB}"], 200),
        ([f"X-Long: {'x' * 20 * KIB}"], 431),
        ([f"Cookie: a={'x' * 20 * KIB}"], 431),
        ([f"X-{n}: {'x' * KIB}" for n in range(20)], 400),
        ([f"X-{n}: 1" for n in range(400)], 200),
        ([f"X-{n}: 1" for n in range(600)], 400),
        (["X Y: 1"], 400),
        (["Content-Length: 500000"], 413),
        ([f"Content-Length: {'9' * 5000}"], 413),
        ([f"Content-Length: {'0' * 5000}"], 413),
        (["Content-Length: -1"], 400),
        (["Content-Length: 1", "Content-Length: 2"], 400),
        (["Content-Length: 1", "Transfer-Encoding: chunked"], 400),
        (["Transfer-Encoding: gzip"], 400),
    ],
)
def test_headers_are_as_many_and_as_long_as_browsers_send(
    web: Web, headers: list[str], expected: int
) -> None:
    assert status(web.ask("/status/", *headers)) == expected


@pytest.mark.parametrize(
    ("path", "kind", "body", "expected"),
    [
        # A form is read whole, and then there is no such user.
        (LOG_IN, FORM, f"{ASKED}".encode(), READ),
        (LOG_IN, FORM, (ASKED + "&a=1" * 900).encode(), READ),
        (LOG_IN, FORM, (ASKED + "&a=1" * 1001).encode(), 400),
        (LOG_IN, FORM, f"{ASKED}&a={'x' * 65 * KIB}".encode(), 413),
        (LOG_IN, f"{FORM}; charset=utf-7", ASKED.encode(), 400),
        (LOG_IN, f"{FORM}; charset=nonsense", ASKED.encode(), READ),
        (LOG_IN, PARTS, parts(TOKEN_PART, part("username", "a")), READ),
        # No form has a file: none is kept.
        (LOG_IN, PARTS, parts(TOKEN_PART, part("a", "x" * 60 * KIB, "file")), READ),
        (LOG_IN, PARTS, parts(TOKEN_PART, part("a", "x" * 65 * KIB, "file")), 413),
        (LOG_IN, PARTS, parts(TOKEN_PART, *(part("a", "x", "file") for _ in range(101))), 400),
        (LOG_IN, "multipart/form-data", b"x", 400),
        (LOG_IN, f"multipart/form-data; boundary={'x' * 5000}", b"x", 400),
        # JSON is read by what takes it alone.
        (LOG_IN, JSON, b'{"a": 1}', 403),
        (PREVIEW, JSON, b'{"hub": "SP15"}', 400),
        (PREVIEW, JSON, b'{"hub": "' + b"x" * 17 * KIB + b'"}', 413),
        (PREVIEW, JSON, b"[" * 15_000, 400),
        (PREVIEW, JSON, b"\x1f\x8b" * 100, 400),
        (PREVIEW, FORM, b"hub=SP15", 415),
        (PREVIEW, PARTS, parts(part("hub", "SP15")), 415),
    ],
)
def test_a_body_is_as_long_as_its_path_takes(
    web: Web, path: str, kind: str, body: bytes, expected: int
) -> None:
    headers = (
        f"Content-Type: {kind}",
        f"Content-Length: {len(body)}",
        f"Cookie: csrftoken={TOKEN}",
    )
    assert status(web.ask(path, *headers, method="POST", body=body)) == expected


def test_a_word_for_what_to_do_is_no_way_in(web: Web) -> None:
    assert status(web.ask("/status/", method="TRACE")) == 405
    assert status(web.ask("/status/", method="X" * 20 * KIB)) == 414


def test_none_of_it_was_a_fault_of_ours(web: Web) -> None:
    assert web.answers()
    assert "ExceptionGroup" not in web.said
    assert " 500 " not in web.said
