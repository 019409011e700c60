"""Posting to an address that a user typed: over real sockets, to receivers that mean ill."""

import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from http import HTTPStatus

import pytest
from pytest_django import Settings

from oasis import public_network
from outbound import guarded_http
from outbound.errors import ForbiddenTarget, Unreachable
from outbound.guarded_http import MOST_BYTES, post
from outbound.receiver_answer import ReceiverAnswer
from tests.outbound.certificates import Authority
from tests.outbound.proxy import proxying
from tests.outbound.receiver import Handler, Receiver, dripping, endless, receiving, status
from tests.stack.running import join

HEAD = b"HTTP/1.1 200 OK\r\n"


def here(host: str, port: int) -> list[str]:
    """A resolver by which every name is here."""
    return ["127.0.0.1"]


def send(receiver: Receiver, scheme: str = "http", host: str = "127.0.0.1") -> ReceiverAnswer:
    """Post two bytes to the receiver."""
    return post(f"{scheme}://{host}:{receiver.port}/hook?x=1", b"{}", {"X-Y": "z"}, resolve=here)


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """A tenth of the time, so that the tests need not wait for it."""
    assert guarded_http.SECONDS == 5.0
    monkeypatch.setattr(guarded_http, "SECONDS", 0.5)


@pytest.fixture
def nothing_is_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine's resolver says nothing: what connects by a name fails."""

    def refuse(*args: object, **kwargs: object) -> None:
        raise AssertionError(f"looked up {args}")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)


def test_a_post_arrives_whole_and_its_answer_comes_back(receiver: Receiver) -> None:
    receiver.answer = status(201, b"thanks", Retry_After="7")
    answer = send(receiver)
    assert (answer.status, answer.body, answer.headers["retry-after"]) == (201, b"thanks", "7")
    [received] = receiver.received
    assert (received.path, received.body) == ("/hook?x=1", b"{}")
    assert received.headers["host"] == f"127.0.0.1:{receiver.port}"
    assert received.headers["x-y"] == "z"


@pytest.mark.usefixtures("nothing_is_looked_up")
@pytest.mark.parametrize("host", ["hooks.example.com", "127.0.0.1"])
def test_tls_is_verified_by_the_name_while_the_connection_goes_to_the_address(
    secure: Receiver, host: str
) -> None:
    assert send(secure, "https", host).status == 200
    assert secure.received[0].headers["host"] == f"{host}:{secure.port}"


def test_a_certificate_for_another_name_is_rejected(secure: Receiver, settings: Settings) -> None:
    settings.WEBHOOK_HOSTS_ALLOWED = [f"other.example.com:{secure.port}"]
    with pytest.raises(Unreachable, match="certificate is not valid for"):
        send(secure, "https", "other.example.com")
    assert secure.received == []


def test_an_unknown_authority_is_not_believed(secure: Receiver, settings: Settings) -> None:
    settings.WEBHOOK_CA_FILE = ""
    with pytest.raises(Unreachable, match="certificate verify failed"):
        send(secure, "https")
    assert secure.received == []


@pytest.mark.parametrize("inner", ["127.0.0.1", "::1", "10.0.0.1", "169.254.169.254"])
def test_a_name_with_a_private_address_is_refused_before_anything_is_sent(
    secure: Receiver, settings: Settings, inner: str
) -> None:
    settings.WEBHOOK_HOSTS_ALLOWED = []
    url = f"https://hooks.example.com:{secure.port}/"
    with pytest.raises(ForbiddenTarget, match="not public"):
        post(url, b"{}", {}, resolve=lambda host, port: ["8.8.8.8", inner])
    assert secure.received == []


def test_an_address_that_leads_inside_is_refused_by_the_machines_own_resolver() -> None:
    for host in ("127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "[64:ff9b::7f00:1]"):
        with pytest.raises(ForbiddenTarget, match="not public"):
            post(f"https://{host}/", b"{}", {})


@pytest.mark.usefixtures("nothing_is_looked_up")
def test_a_name_that_changes_its_address_after_the_check_changes_nothing(
    secure: Receiver, authority: Authority, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """127.0.0.2 stands for a public address here, and 127.0.0.1 for what is inside."""
    settings.WEBHOOK_HOSTS_ALLOWED = []
    inner = [net for net in public_network.NOT_PUBLIC_V4 if str(net) != "127.0.0.0/8"]
    monkeypatch.setattr(public_network, "NOT_PUBLIC_V4", inner)
    answers = iter([["127.0.0.2"], ["127.0.0.1"], ["127.0.0.1"]])
    context = authority.server("rebinding.example.com", "127.0.0.2")
    with receiving("127.0.0.2", context) as outside:
        url = f"https://rebinding.example.com:{outside.port}/"
        assert post(url, b"{}", {}, resolve=lambda host, port: next(answers)).status == 200
        assert len(outside.received) == 1
    assert next(answers) == ["127.0.0.1"], "the name was asked for more than once"


def test_the_next_address_is_taken_where_one_does_not_answer(receiver: Receiver) -> None:
    url = f"http://127.0.0.1:{receiver.port}/"
    found = ["127.0.0.2", "127.0.0.1"]
    assert post(url, b"{}", {}, resolve=lambda host, port: found).status == 200


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_no_redirect_is_followed(receiver: Receiver, code: int) -> None:
    receiver.answer = status(code, Location=f"http://127.0.0.1:{receiver.port}/inside")
    assert send(receiver).status == code
    assert [received.path for received in receiver.received] == ["/hook?x=1"]


def test_no_proxy_of_the_environment_is_used(
    secure: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    with receiving() as proxy:
        for name in ("http_proxy", "https_proxy", "HTTPS_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        assert send(secure, "https").status == 200
        assert proxy.received == []


@pytest.fixture
def outside(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, int], list[str]]:
    """A resolver by which every name is at 127.0.0.2, which stands for a public address here."""
    inner = [net for net in public_network.NOT_PUBLIC_V4 if str(net) != "127.0.0.0/8"]
    monkeypatch.setattr(public_network, "NOT_PUBLIC_V4", inner)
    return lambda host, port: ["127.0.0.2"]


def test_the_proxy_is_given_the_checked_address_and_tls_verifies_the_name(
    secure: Receiver, settings: Settings, outside: Callable[[str, int], list[str]]
) -> None:
    settings.WEBHOOK_HOSTS_ALLOWED = []
    with proxying(secure.port) as proxy:
        settings.WEBHOOK_PROXY = proxy.url.replace("//", "//desk:hunter%232@")
        url = f"https://hooks.example.com:{secure.port}/hook"
        assert post(url, b"{}", {}, resolve=outside).status == 200
        other = f"https://other.example.com:{secure.port}/hook"
        with pytest.raises(Unreachable, match="certificate is not valid for"):
            post(other, b"{}", {}, resolve=outside)
        assert proxy.asked == [f"CONNECT 127.0.0.2:{secure.port}"] * 2
        assert proxy.credentials[0] == "Basic ZGVzazpodW50ZXIjMg=="
    assert [received.path for received in secure.received] == ["/hook"]
    assert "proxy-authorization" not in secure.received[0].headers


def test_an_inside_address_is_refused_before_the_proxy_is_asked(
    secure: Receiver, settings: Settings
) -> None:
    settings.WEBHOOK_HOSTS_ALLOWED = []
    with proxying(secure.port) as proxy:
        settings.WEBHOOK_PROXY = proxy.url
        with pytest.raises(ForbiddenTarget, match="not public"):
            post(f"https://hooks.example.com:{secure.port}/", b"{}", {}, resolve=here)
        assert proxy.asked == []


def test_a_receiver_inside_that_an_operator_named_is_reached_without_the_proxy(
    secure: Receiver, settings: Settings
) -> None:
    settings.WEBHOOK_PROXY = "http://127.0.0.1:1"
    assert send(secure, "https").status == 200


def test_a_proxy_that_refuses_or_is_away_is_named_without_its_password(
    secure: Receiver, settings: Settings, outside: Callable[[str, int], list[str]]
) -> None:
    settings.WEBHOOK_HOSTS_ALLOWED = []
    url = f"https://hooks.example.com:{secure.port}/"
    with proxying(secure.port) as proxy:
        settings.WEBHOOK_PROXY = proxy.url.replace("//", "//desk:hunter2@")
        proxy.refuses_with = HTTPStatus.FORBIDDEN
        with pytest.raises(Unreachable, match="the proxy answered 403 Forbidden") as raised:
            post(url, b"{}", {}, resolve=outside)
        assert "hunter2" not in str(raised.value)
    settings.WEBHOOK_PROXY = "http://desk:hunter2@127.0.0.1:1"
    with pytest.raises(Unreachable, match="Connection refused") as raised:
        post(url, b"{}", {}, resolve=outside)
    assert "hunter2" not in str(raised.value)
    assert secure.received == []


@pytest.mark.long
@pytest.mark.usefixtures("hurried")
@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 200 OK\r\nX: "])
def test_a_proxy_that_takes_too_long_is_given_up(
    settings: Settings, outside: Callable[[str, int], list[str]], answer: bytes
) -> None:
    settings.WEBHOOK_HOSTS_ALLOWED = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        settings.WEBHOOK_PROXY = f"http://127.0.0.1:{listener.getsockname()[1]}"

        def drip() -> None:
            connection, _ = listener.accept()
            with connection, suppress(OSError):
                connection.sendall(answer)
                while connection.send(b"x"):
                    time.sleep(0.05)

        dripping_proxy = threading.Thread(target=drip, daemon=True)
        dripping_proxy.start()
        with pytest.raises(Unreachable, match=r"took too long|timed out"):
            post("https://hooks.example.com/", b"{}", {}, resolve=outside)
        join(dripping_proxy)


@pytest.mark.long
@pytest.mark.usefixtures("hurried")
@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize(
    "answer",
    [
        dripping(b""),
        dripping(b"HTTP/1.1 "),
        dripping(HEAD + b"X-Slow: "),
        dripping(HEAD + b"Content-Length: 1000\r\n\r\n"),
        dripping(HEAD + b"\r\n"),
        endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        lambda handler: handler.server.over.wait() and None,
    ],
)
def test_a_receiver_that_takes_too_long_is_given_up_for_this_try(
    scheme: str, answer: Callable[[Handler], None], request: pytest.FixtureRequest
) -> None:
    receiver = request.getfixturevalue("secure" if scheme == "https" else "receiver")
    receiver.answer = answer
    with pytest.raises(Unreachable, match=r"no answer from 127\.0\.0\.1"):
        send(receiver, scheme)


@pytest.mark.long
@pytest.mark.usefixtures("hurried")
def test_a_handshake_that_takes_too_long_is_given_up(settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        settings.WEBHOOK_HOSTS_ALLOWED = [f"127.0.0.1:{port}"]
        with pytest.raises(Unreachable, match="no answer"):
            post(f"https://127.0.0.1:{port}/", b"{}", {})


@pytest.mark.long
@pytest.mark.usefixtures("hurried")
def test_a_name_service_that_takes_too_long_is_given_up() -> None:
    over, began = threading.Event(), time.monotonic()
    with pytest.raises(Unreachable, match=r"no answer from hooks\.example\.com"):
        post("https://hooks.example.com/", b"", {}, resolve=lambda *_: [str(over.wait(10))])
    assert time.monotonic() - began < 5
    over.set()


def test_a_name_that_the_name_service_does_not_know_is_tried_again() -> None:
    def unknown(host: str, port: int) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    with pytest.raises(Unreachable, match="Name or service not known"):
        post("https://hooks.example.com/", b"", {}, resolve=unknown)


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize(
    ("begin", "piece"),
    [
        (HEAD + b"\r\n", b"x" * 1000),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"3e8\r\n" + b"x" * 1000 + b"\r\n"),
        (HEAD + b"Content-Length: 10000000\r\n\r\n", b"x" * 1000),
    ],
)
def test_an_endless_answer_is_cut(
    scheme: str, begin: bytes, piece: bytes, request: pytest.FixtureRequest
) -> None:
    receiver = request.getfixturevalue("secure" if scheme == "https" else "receiver")
    receiver.answer = endless(begin, piece)
    answer = send(receiver, scheme)
    assert answer.status == 200
    assert len(answer.body) <= MOST_BYTES


@pytest.mark.parametrize("piece", [b"X-More: " + b"x" * 1000 + b"\r\n", b"x" * 1000])
def test_endless_headers_are_cut(receiver: Receiver, piece: bytes) -> None:
    receiver.answer = endless(HEAD, piece)
    answer = send(receiver)
    assert (answer.status, answer.body) == (200, b"")
    assert sum(map(len, answer.headers.values())) <= MOST_BYTES


@pytest.mark.parametrize(
    "nonsense",
    [b"", b"\r\n", b"SSH-2.0-OpenSSH\r\n", b"HTTP/1.1 9\r\n\r\n", HEAD + b"A: b\r\n" * 101],
)
def test_an_answer_that_is_not_http_does_not_count(receiver: Receiver, nonsense: bytes) -> None:
    def answer(handler: Handler) -> None:
        handler.wfile.write(nonsense)

    receiver.answer = answer
    with pytest.raises(Unreachable):
        send(receiver)
