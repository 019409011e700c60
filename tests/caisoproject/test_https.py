"""A site whose address is https, behind a proxy with TLS: redirects, cookies, headers, forms.

The web process is real; the proxy is who writes its headers.
"""

import json
import re
from collections.abc import Iterator
from contextlib import AsyncExitStack

import pytest
from websockets.asyncio.client import connect

from tests.live.real_web import Web, running_web
from tests.prepared import Prepared

pytestmark = [pytest.mark.process, pytest.mark.xdist_group("stack")]
HOST = "prices.example.com"
OF_AN_ADDRESS = 2
READERS = 5  # together they have more connections than an address may have
SECURE = ("X-Forwarded-For: 203.0.113.5", "X-Forwarded-Proto: https")
PLAIN = ("X-Forwarded-For: 203.0.113.5", "X-Forwarded-Proto: http")
# Of the environment of tests the key is too short for production: one is made.
SETTINGS = {"PRODUCTION": "1", "SITE_URL": f"https://{HOST}", "SECRET_KEY": ""}


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory, prepared: Prepared) -> Iterator[Web]:
    folder = tmp_path_factory.mktemp("https")
    believed = {"TRUSTED_PROXIES": "127.0.0.1", "SOCKETS_PER_ADDRESS": str(OF_AN_ADDRESS)}
    with running_web(folder, prepared, **SETTINGS, **believed) as web:
        yield web


def ask(web: Web, path: str, *headers: str, method: str = "GET", body: bytes = b"") -> str:
    """An answer's head and body, of a request to the site's own name."""
    return web.ask(path, *headers, method=method, body=body, host=HOST).decode()


def test_a_page_over_http_is_a_redirect_and_over_https_is_itself(web: Web) -> None:
    head = ask(web, "/status/?a=b", *PLAIN)
    assert head.startswith("HTTP/1.1 301")
    assert f"location: https://{HOST}/status/?a=b\r\n" in head.lower()
    head = ask(web, "/status/", *SECURE)
    assert head.startswith("HTTP/1.1 200")
    assert "Strict-Transport-Security: max-age=31536000\r\n" in head


@pytest.mark.parametrize("path", ["/healthz", "/metrics", "/api/v1/source"])
def test_probes_and_programs_are_not_sent_elsewhere(web: Web, path: str) -> None:
    assert ask(web, path, *PLAIN).startswith("HTTP/1.1 200")
    assert ask(web, path).startswith("HTTP/1.1 200")


def test_a_probe_of_the_proxys_own_gets_the_page(web: Web) -> None:
    assert ask(web, "/status/").startswith("HTTP/1.1 200")


def test_cookies_are_the_sites_own_and_never_go_over_http(web: Web) -> None:
    page = ask(web, "/accounts/log-in/", *SECURE)
    [cookie] = re.findall(r"Set-Cookie: (.*)\r\n", page)
    name, *attributes = cookie.split("; ")
    assert name.startswith("__Host-csrf=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(attributes)
    assert "Domain" not in cookie


@pytest.mark.parametrize(
    ("origin", "status"),
    [(f"https://{HOST}", 200), (f"http://{HOST}", 403), ("https://evil.example", 403)],
)
def test_a_form_is_taken_from_the_https_page_alone(web: Web, origin: str, status: int) -> None:
    token = "c" * 32
    body = f"username=ada&password=wrong&csrfmiddlewaretoken={token}".encode()
    headers = (
        f"Origin: {origin}",
        f"Cookie: __Host-csrf={token}",
        "Content-Type: application/x-www-form-urlencoded",
        f"Content-Length: {len(body)}",
    )
    answer = ask(web, "/accounts/log-in/", *SECURE, *headers, method="POST", body=body)
    assert answer.startswith(f"HTTP/1.1 {status}")


def test_every_page_tells_the_browser_what_it_may_not_do(web: Web) -> None:
    head = ask(web, "/alerts/", *SECURE).partition("\r\n\r\n")[0]
    for header in (
        "Referrer-Policy: same-origin",
        "Cross-Origin-Opener-Policy: same-origin",
        "X-Content-Type-Options: nosniff",
        "X-Frame-Options: DENY",
        "Permissions-Policy: ",
    ):
        assert f"\r\n{header}" in head


@pytest.mark.parametrize("scheme", ["https", "http"])
def test_the_feed_opens_for_the_page_of_the_readers_own_scheme(web: Web, scheme: str) -> None:
    upgrade = (
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
    )
    with web.connect() as client:
        client.sendall(
            request_of(web, "/ws?hubs=SP15", *upgrade, *SECURE, f"Origin: {scheme}://{HOST}")
        )
        answered = client.recv(4096).split(b" ")[1]
    assert answered == (b"101" if scheme == "https" else b"403")


def request_of(web: Web, path: str, *headers: str) -> bytes:
    lines = [f"GET {path} HTTP/1.1", f"Host: {HOST}", *headers]
    return "\r\n".join([*lines, "", ""]).encode()


async def test_each_reader_counts_for_himself_and_the_proxy_for_nobody(web: Web) -> None:
    async with AsyncExitStack() as readers:
        for number in range(READERS):
            of_one = [await greeting(web, readers, number) for _ in range(OF_AN_ADDRESS)]
            assert of_one == ["hello"] * OF_AN_ADDRESS
        assert await greeting(web, readers, 0) == "error"


async def greeting(web: Web, readers: AsyncExitStack, number: int) -> str:
    """How a reader is greeted who comes through the proxy."""
    page = connect(
        f"ws://127.0.0.1:{web.port}/ws",
        additional_headers={
            "X-Forwarded-For": f"10.9.9.9, 203.0.113.{number}",
            "X-Forwarded-Proto": "https",
            "Authorization": "Bearer of-the-tests",
        },
        proxy=None,
    )
    opened = await readers.enter_async_context(page)
    return str(json.loads(await opened.recv())["type"])


def test_a_proxy_that_was_forgotten_is_named_instead_of_redirecting_for_ever(
    tmp_path_factory: pytest.TempPathFactory, prepared: Prepared
) -> None:
    with running_web(tmp_path_factory.mktemp("untrusted"), prepared, **SETTINGS) as web:
        answer = ask(web, "/status/", *SECURE)
        assert answer.startswith("HTTP/1.1 400")
        assert "TRUSTED_PROXIES" in answer
        assert ask(web, "/status/").startswith("HTTP/1.1 301")
        assert ask(web, "/healthz", *SECURE).startswith("HTTP/1.1 200")
