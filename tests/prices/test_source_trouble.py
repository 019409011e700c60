"""Why the source does not answer: over real sockets, and from the record of its last run."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path

import pytest
import requests
from pytest_django import Settings
from urllib3.connection import HTTPSConnection
from urllib3.exceptions import MaxRetryError, NameResolutionError

from market.markets import Market
from oasis import client
from oasis.errors import OasisTrouble
from oasis.query import PriceQuery
from oasis.turns import Priority
from oasis.unreachable import why_unreachable
from prices import ingest
from prices.models import FetchRun
from prices.source_trouble import Failure, Record, explain, trouble
from tests.conftest import utc
from tests.outbound.certificates import Authority
from tests.published import SP15
from tests.stack.running import join

NOW = utc("2026-07-14 19:05")
HOUR = PriceQuery(Market.RTM, (SP15,), NOW - timedelta(hours=2), NOW - timedelta(hours=1))
REDIRECT = (
    b"HTTP/1.1 301 Moved Permanently\r\nContent-Length: 0\r\n"
    b"Location: https://user:secret@oasis.example/oasisapi/SingleZip?token=1\r\n\r\n"
)
PAGE = b"<!DOCTYPE html>\n<html><head><title>Sign in\n  to go on</title></head></html>"
LOG_IN = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n%b" % (
    len(PAGE),
    PAGE,
)


def refusal(status: bytes) -> bytes:
    """An answer that is its status alone."""
    return b"HTTP/1.1 " + status + b"\r\nContent-Length: 0\r\n\r\n"


@contextmanager
def listener(answer: bytes | None, context: ssl.SSLContext | None = None) -> Iterator[int]:
    """Says the same to everybody once they have spoken, or nothing at all. Gives its port."""
    kept: list[socket.socket] = []

    def serve() -> None:
        with suppress(OSError):
            while True:
                connection, _ = server.accept()
                kept.append(connection)
                with suppress(OSError):
                    wrapped = context.wrap_socket(connection, True) if context else connection
                    kept.append(wrapped)
                    if wrapped.recv(65536) and answer is not None:
                        wrapped.sendall(answer)

    server = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield int(server.getsockname()[1])
    finally:
        server.shutdown(socket.SHUT_RDWR)
        server.close()
        join(thread)
        for connection in kept:
            connection.close()


@pytest.fixture(autouse=True)
def once(monkeypatch: pytest.MonkeyPatch) -> None:
    """One try and a short wait for the answer; no proxy from this machine's environment."""
    monkeypatch.setattr(Priority, "tries", 1)
    monkeypatch.setattr(client, "READ_SECONDS", 1)
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture
def asked(settings: Settings, valkey: object) -> Iterator[None]:
    """A new client for each address."""
    yield
    ingest.oasis.cache_clear()


def sentence_for(settings: Settings, address: str) -> str:
    """What the page says after a request to an address."""
    settings.OASIS_URL = address
    ingest.oasis.cache_clear()
    with pytest.raises(OasisTrouble):
        ingest.ingest(HOUR, Priority.FIRST, FetchRun.POLL)
    run = FetchRun.objects.get()
    return explain(Failure(run.started_at, run.outcome, run.status, run.detail), "CAISO")


@pytest.mark.django_db
@pytest.mark.usefixtures("asked")
@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (
            REDIRECT,
            "CAISO redirects to https://oasis.example/oasisapi/SingleZip (HTTP 301)"
            " instead of answering: is OASIS_URL right?",
        ),
        (
            LOG_IN,
            'CAISO sends no price report: an HTML page came instead, "Sign in to go on".'
            " Is OASIS_URL right, and no proxy in the way?",
        ),
        (
            refusal(b"403 Forbidden"),
            "CAISO refuses us (HTTP 403 Forbidden): is OASIS_URL right, and no proxy in the way?",
        ),
        (
            refusal(b"404 Not Found"),
            "CAISO refuses us (HTTP 404 Not Found): is OASIS_URL right, and no proxy in the way?",
        ),
        (
            refusal(b"407 Proxy Authentication Required"),
            "The proxy needs a user name and password (HTTP 407): add them to HTTPS_PROXY.",
        ),
        (
            refusal(b"429 Too Many Requests"),
            "CAISO refuses us (429, asked too often): who else asks it from here?",
        ),
        (
            refusal(b"503 Service Unavailable"),
            "CAISO is out of order (HTTP 503 Service Unavailable). It is asked again by itself.",
        ),
        (b"", "CAISO can't be reached: 127.0.0.1:PORT accepts the connection but does not answer"),
        (None, "CAISO can't be reached: 127.0.0.1:PORT accepts the connection but does not answer"),
    ],
)
def test_an_answer_without_prices_is_explained_in_a_sentence(
    answer: bytes | None, sentence: str, settings: Settings
) -> None:
    with listener(answer) as port:
        found = sentence_for(settings, f"http://127.0.0.1:{port}/oasisapi")
    assert found == sentence.replace("PORT", str(port))


@pytest.mark.django_db
@pytest.mark.usefixtures("asked")
def test_a_port_without_a_server(settings: Settings) -> None:
    assert sentence_for(settings, "http://127.0.0.1:1/oasisapi") == (
        "CAISO can't be reached: 127.0.0.1:1 refuses the connection: nothing listens there"
    )


@pytest.mark.django_db
@pytest.mark.usefixtures("asked")
def test_a_certificate_that_is_not_trusted(settings: Settings, tmp_path: Path) -> None:
    context = Authority(tmp_path).server("oasis.example", "127.0.0.1")
    with listener(b"", context) as port:
        found = sentence_for(settings, f"https://127.0.0.1:{port}/oasisapi")
    begins = f"CAISO can't be reached: the certificate of 127.0.0.1:{port} is not trusted: "
    assert found.startswith(begins)
    assert "local issuer" in found


@pytest.mark.django_db
@pytest.mark.usefixtures("asked")
def test_https_asked_of_a_server_that_speaks_http(settings: Settings) -> None:
    with listener(refusal(b"400 Bad Request")) as port:
        found = sentence_for(settings, f"https://127.0.0.1:{port}/oasisapi")
    assert found == (
        f"CAISO can't be reached: 127.0.0.1:{port} does not speak TLS: should OASIS_URL begin"
        " with http://?"
    )


@pytest.mark.django_db
@pytest.mark.usefixtures("asked")
def test_a_proxy_that_refuses(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    with listener(refusal(b"403 Forbidden")) as port:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{port}")
        found = sentence_for(settings, "https://oasis.example/oasisapi")
    assert found == (
        "CAISO can't be reached: the proxy (HTTPS_PROXY) refuses to pass the request on:"
        " 403 Forbidden"
    )


@pytest.mark.django_db
@pytest.mark.usefixtures("asked")
def test_a_proxy_that_is_not_there(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    assert sentence_for(settings, "https://oasis.example/oasisapi") == (
        "CAISO can't be reached: the proxy (HTTPS_PROXY) refuses the connection:"
        " nothing listens there"
    )


def test_a_name_that_is_not_known() -> None:
    """With the exception that urllib3 raises: tests resolve no names."""
    unknown = NameResolutionError(
        "oasis.exmaple.com", HTTPSConnection("oasis.exmaple.com"), socket.gaierror(-2, "unknown")
    )
    address = "https://user:secret@oasis.exmaple.com/oasisapi"
    request = requests.Request("GET", address).prepare()
    pool = None
    fault = requests.ConnectionError(MaxRetryError(pool, address, unknown), request=request)  # type: ignore[arg-type]
    assert why_unreachable(fault) == (
        "the name oasis.exmaple.com can't be found: is OASIS_URL right, and does DNS work here?"
    )


def failure(seconds: int, outcome: str = "server_trouble", detail: str = "no way") -> Failure:
    return Failure(NOW - timedelta(seconds=seconds), outcome, None, detail)


def record(
    *,
    answered: int | None = None,
    failing: int | None = None,
    newest: Failure | None = None,
    watched: int = 3600,
    has_prices: bool = False,
) -> Record:
    """A record; all times as seconds ago."""
    ago = {name: NOW - timedelta(seconds=s) for name, s in
           {"a": answered, "f": failing, "w": watched}.items() if s is not None}  # fmt: skip
    return Record(ago.get("a"), ago.get("f"), newest, ago["w"], has_prices)


@pytest.mark.parametrize(
    ("known", "said"),
    [
        (record(watched=30), None),
        (record(watched=61), "has not been asked yet"),
        (record(failing=29, newest=failure(3), watched=70), None),
        (record(failing=30, newest=failure(3)), "can't be reached since 12:04: no way"),
        (record(answered=40, failing=29, newest=failure(3), has_prices=True), None),
        (record(answered=40, failing=31, newest=failure(3), has_prices=True), "can't be reached"),
        (record(failing=43_560, newest=failure(3)), "since Mon, Jul 13, 23:59: no way"),
        (record(answered=800, has_prices=True), None),
        (record(answered=1000, has_prices=True), "has not been asked for 17 minutes"),
        (record(answered=9000, failing=8000, newest=failure(960)), "not been asked for 16 minutes"),
        (record(answered=9, has_prices=True), None),
        (record(answered=9, watched=800), None),
        (record(answered=9, watched=901), "answers, but has not sent a single price"),
    ],
)
def test_trouble_is_shown_only_after_a_while(known: Record, said: str | None) -> None:
    found = trouble(known, "oasis", now=NOW)
    assert (found is None) if said is None else (found is not None and said in found)


def test_the_simulator_is_called_the_simulator() -> None:
    known = record(failing=90, newest=failure(3))
    assert (
        trouble(known, "simulator", now=NOW)
        == "The simulator can't be reached since 12:03: no way."
    )


@pytest.mark.parametrize(
    ("outcome", "detail", "said"),
    [
        (
            "our_mistake",
            "OASIS error 1011: Invalid node",
            "CAISO refuses the query: OASIS error 1011: Invalid node."
            " Are the names of the tracked nodes right?",
        ),
        (
            "server_trouble",
            "http://user:secret@host\u202e/\x1b[2J went\taway.\nTraceback",
            "CAISO can't be reached: http://host / [2J went away",
        ),
        ("bad_answer", "OASIS error 77: odd", "CAISO sends no prices: OASIS error 77: odd"),
        ("broke_off", "OSError: full", "An error in this program has ended each request to CAISO"),
        ("asked_too_much", "OASIS error 1003: slow", "CAISO sends no prices: OASIS error 1003"),
    ],
)
def test_the_detail_is_cut_to_one_line_without_passwords(
    outcome: str, detail: str, said: str
) -> None:
    assert explain(failure(3, outcome, detail), "CAISO").startswith(said)


def test_a_long_detail_is_cut() -> None:
    assert len(explain(failure(3, "bad_answer", "x" * 9000), "CAISO")) < 300
