"""The page on networks that let no WebSocket through, on a real stack: it is fed another way."""

import logging
import time

import pytest
from playwright.sync_api import Browser

from tests.stack.desk import Desk
from tests.stack.network import Blocking
from tests.stack.screen import Screen, a_screen, expect, on_a_screen

pytestmark = on_a_screen
log = logging.getLogger(__name__)
SOCKET, STREAM = b"GET /ws", b"GET /api/v1/stream"
HTML = b"<html>Blocked</html>"


def refusal(status: bytes) -> bytes:
    """What a proxy says to a request that it does not pass on."""
    head = b"HTTP/1.1 " + status + b"\r\nContent-Type: text/html\r\nConnection: close\r\n"
    return head + b"Content-Length: %d\r\n\r\n%b" % (len(HTML), HTML)


def fed_by(screen: Screen, way: str, within_s: float = 60) -> None:
    """Wait until the page is fed that way."""
    fed = screen.page.locator(f"body[data-connection=live][data-fed-by={way}]")
    expect(fed).to_be_attached(timeout=within_s * 1000)


def forgive(screen: Screen) -> None:
    """What the browser itself remarks on connections that the network refused."""
    marks = ("WebSocket", "ERR_", "Failed to load resource", "MIME type")
    screen.errors[:] = [e for e in screen.errors if not any(mark in e for mark in marks)]


def lamp(screen: Screen) -> str:
    return screen.page.locator("#lamp-connection-text").inner_text()


@pytest.mark.parametrize(
    "answer",
    [refusal(b"200 OK"), refusal(b"502 Bad Gateway"), None],
    ids=["200", "502", "silent"],
)
def test_however_a_network_blocks_sockets_the_page_is_fed_by_event_stream(
    answer: bytes | None, desk: Desk, browser: Browser
) -> None:
    with Blocking(desk.stack.port, SOCKET, refusal=answer) as network, a_screen(browser) as screen:
        opened = time.time()
        screen.open(network.port, within_s=45)
        fed_by(screen, "stream")
        log.info("fed by event stream after %.1f s", time.time() - opened)
        assert network.refused == 2
        forgive(screen)


def test_where_sockets_are_blocked_prices_come_by_event_stream(
    desk: Desk, browser: Browser
) -> None:
    blocked = Blocking(desk.stack.port, SOCKET, refusal=refusal(b"403 Forbidden"))
    with blocked as network, a_screen(browser) as screen:
        screen.open(network.port, within_s=45)
        fed_by(screen, "stream")
        assert lamp(screen) == "live by event stream"
        desk.publish("52.52")
        expect(screen.feed_lines("52.52")).to_have_count(1, timeout=60_000)
        assert screen.doubled() == []
        forgive(screen)


def test_where_streams_are_blocked_too_the_page_asks_and_misses_nothing_when_it_is_let_through(
    desk: Desk, browser: Browser
) -> None:
    blocked = Blocking(desk.stack.port, SOCKET, STREAM, refusal=refusal(b"403 Forbidden"))
    with blocked as network, a_screen(browser) as screen:
        screen.open(network.port, within_s=45)
        fed_by(screen, "poll")
        assert lamp(screen) == "asking every 10 s"
        desk.publish("53.53")
        expect(screen.feed_lines("53.53")).to_have_count(1, timeout=75_000)
        network.blocked = ()
        screen.page.evaluate("() => dispatchEvent(new Event('online'))")
        fed_by(screen, "socket")
        assert lamp(screen) == "live"
        expect(screen.feed_lines("53.53")).to_have_count(1)
        assert screen.doubled() == []
        forgive(screen)


def test_the_page_of_alerts_is_fed_another_way_too(desk: Desk, browser: Browser) -> None:
    blocked = Blocking(desk.stack.port, SOCKET, refusal=refusal(b"403 Forbidden"))
    with blocked as network, a_screen(browser) as screen:
        screen.page.goto(f"http://127.0.0.1:{network.port}/alerts/")
        text = screen.page.locator("#lamp-connection-text")
        expect(text).to_have_text("live by event stream", timeout=45_000)
        forgive(screen)


def test_the_page_of_alerts_asks_where_streams_are_blocked_too(
    desk: Desk, browser: Browser
) -> None:
    blocked = Blocking(desk.stack.port, SOCKET, STREAM, refusal=refusal(b"403 Forbidden"))
    with blocked as network, a_screen(browser) as screen:
        screen.page.goto(f"http://127.0.0.1:{network.port}/alerts/")
        text = screen.page.locator("#lamp-connection-text")
        expect(text).to_have_text("asking every 10 s", timeout=60_000)
        desk.publish("51.51")  # whatever was open is over
        desk.publish("2015.37")
        expect(screen.page.locator("#open-card")).to_contain_text("2,015.37", timeout=75_000)
        forgive(screen)
