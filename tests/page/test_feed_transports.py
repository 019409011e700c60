"""The feed's client where the network lets no socket through, or no stream either."""

from typing import Any

import pytest
from playwright.sync_api import Page

from tests.page.line import AFTER_10, NEW, Line, blank, line
from tests.page.modules import in_a_browser

__all__ = ["blank", "line"]
pytestmark = in_a_browser
STREAM = "/api/v1/stream?hubs=SP15&hours=24&after=a%3A"
HELLO_12: dict[str, Any] = {"type": "hello", "feeds": {"SP15": {"epoch": "a", "head": 12}}}


def events_frame(prev: int, seq: int) -> dict[str, Any]:
    """Events that follow on prev."""
    return {"type": "events", "hub": "SP15", "epoch": "a", "prev": prev, "seq": seq, "events": []}


def test_where_no_socket_gets_through_the_page_is_fed_by_event_stream_from_where_it_stood(
    line: Line,
) -> None:
    line.block_sockets()
    assert line.streams == [f"{STREAM}10"]
    line.stream(**HELLO_12)
    line.stream(**events_frame(10, 12))
    assert (line.state, line.taken, line.transports) == ("live", 1, ["socket", "stream"])


def test_a_server_that_is_away_is_no_reason_for_another_transport(line: Line) -> None:
    for _ in range(6):
        line.close(1006)
        line.settled()
        line.wait(3)
    assert line.streams == []
    assert len(line.sockets) > 4


def test_a_stream_that_ends_is_opened_again_by_the_page_itself_after_a_while(line: Line) -> None:
    line.block_sockets()
    line.stream(**HELLO_12)
    line.answers.clear()
    line.page.evaluate("() => streams.at(-1).onerror({})")
    assert line.state == "down"
    assert line.page.evaluate("() => streams.at(-1).isOpen") is False
    assert len(line.streams) == 1
    line.settled()
    line.wait(2)
    assert line.streams == [f"{STREAM}10"] * 2


def test_an_error_that_the_server_reports_in_a_stream_is_no_end_of_it(line: Line) -> None:
    line.block_sockets()
    line.stream(**HELLO_12)
    line.stream(type="error", code="gone", message="SP15 is no longer tracked.")
    assert line.page.evaluate("() => streams.at(-1).isOpen") is True
    assert (line.state, line.page.evaluate("() => taken.at(-1)")) == ("live", "error")


@pytest.mark.parametrize("code", ["too_many_sockets", "not_ready"])
def test_a_stream_that_the_server_ends_says_nothing_against_the_network(
    line: Line, code: str
) -> None:
    line.block_sockets()
    for count in (2, 3, 4):
        line.stream(type="error", code=code, message="Come back later.")
        line.page.evaluate("() => streams.at(-1).onerror({})")
        line.settled()
        line.page.evaluate("() => feed.wake()")
        assert line.streams == [f"{STREAM}10"] * count


def test_who_ends_a_feed_while_its_network_is_judged_has_ended_it(line: Line) -> None:
    line.answers["/healthz"] = "ok\n"
    line.close(1006)
    line.settled()
    line.wait(2)
    line.page.evaluate("() => { sockets.at(-1).onclose({ code: 1006 }); feed.end(); }")
    line.settled()
    line.wait(2)
    assert (line.streams, line.sockets) == ([], [NEW, AFTER_10])


def test_a_socket_is_tried_again_beside_the_stream_and_takes_over_without_loss(line: Line) -> None:
    line.block_sockets()
    line.stream(**HELLO_12)
    before = len(line.sockets)
    for _ in range(62):
        line.wait(1)
        line.stream(type="heartbeat", feeds={"SP15": 10})
    assert line.sockets[before:] == [AFTER_10]
    line.stream(**events_frame(10, 12))
    line.hello(12)  # the socket stands where the page stood as it was opened
    assert line.page.evaluate("() => streams.at(-1).isOpen") is False
    line.events(10, 12)
    line.events(12, 13)
    assert (line.state, line.taken) == ("live", 2)
    assert line.transports == ["socket", "stream", "socket"]


def test_a_socket_that_is_tried_in_vain_leaves_the_stream_alone(line: Line) -> None:
    line.block_sockets()
    line.stream(**HELLO_12)
    tried = len(line.sockets)
    for _ in range(75):
        line.wait(1)
        line.stream(type="heartbeat", feeds={"SP15": 10})
    assert len(line.sockets) == tried + 1
    assert line.page.evaluate("() => sockets.at(-1).readyState") == 3
    assert line.state == "live"
    assert line.page.evaluate("() => streams.at(-1).isOpen") is True


def test_a_slow_first_connection_is_waited_for(blank: Page) -> None:
    line = Line(blank)
    line.answers["/healthz"] = "ok\n"
    line.wait(9)
    line.settled()
    line.wait(3)
    assert line.sockets == [NEW] * 2
    line.hello(10)
    line.wait(9)
    assert (line.streams, line.transports) == ([], ["socket"])


def asked(seq: int) -> dict[str, Any]:
    """What the server answers while no feed gets through."""
    current = {"hub": "SP15", "epoch": "a", "seq": seq, "source": "oasis"}
    current["server_time"] = "2026-07-14T19:37:14Z"
    source = {"source": "oasis", "server_time": current["server_time"]}
    source |= {"source_age_s": 4.0, "source_trouble": None}
    history: dict[str, Any] = {"prices": []}
    return {"/api/current": current, "/api/v1/source": source, "/api/history": history}


def test_where_no_stream_gets_through_either_the_page_asks_every_ten_seconds(line: Line) -> None:
    line.block_sockets()
    line.answers |= asked(14)
    for _ in range(2):
        line.page.evaluate("() => streams.at(-1).onerror({})")
        line.settled()
        line.wait(2)
    line.settled()
    assert (line.state, line.transports) == ("live", ["socket", "poll"])
    frames = "() => taken.filter((type) => type === 'polled').length"
    once = line.page.evaluate(frames)
    assert once >= 1
    line.wait(11)
    line.settled()
    assert line.page.evaluate(frames) == once + 1
    assert line.page.evaluate("() => held") == {"epoch": "a", "seq": 10}  # the feed goes on there
