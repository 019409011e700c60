"""The feed's client over a pretended socket, with a clock that the test moves."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.page.modules import in_a_browser, opened

pytestmark = in_a_browser

SOCKET = """() => {
  window.sockets = [];
  window.WebSocket = class {
    static OPEN = 1;
    constructor(url) { Object.assign(this, { url, readyState: 1, sent: [] }); sockets.push(this); }
    send(text) { this.sent.push(JSON.parse(text)); }
    close() { this.readyState = 3; }
  };
}"""
START = """async () => {
  const { Feed } = await import("/feed.js");
  window.held = null;
  window.taken = [];
  const onFrame = (frame) => {
    taken.push(frame.type);
    if (frame.seq !== undefined) held = { epoch: frame.epoch, seq: frame.seq };
  };
  window.feed = new Feed({ place: () => held, onFrame, onChange() {} });
  feed.follow("SP15", 24);
}"""


class Line:
    """The page's end is real, the server's end is the test."""

    def __init__(self, page: Page) -> None:
        self.page = page
        page.reload()
        page.evaluate(SOCKET)
        page.evaluate(START)

    def say(self, **frame: Any) -> None:
        """A frame from the server, on the newest socket."""
        text = json.dumps(frame)
        self.page.evaluate("(data) => sockets.at(-1).onmessage({ data })", text)

    def hello(self, head: int, epoch: str = "a") -> None:
        self.say(type="hello", protocol=1, feeds={"SP15": {"epoch": epoch, "head": head}})

    def snapshot(self, seq: int, epoch: str = "a") -> None:
        self.say(type="snapshot", hub="SP15", epoch=epoch, seq=seq)

    def events(self, prev: int, seq: int) -> None:
        self.say(type="events", hub="SP15", epoch="a", prev=prev, seq=seq, events=[])

    def heartbeat(self, head: int) -> None:
        self.say(type="heartbeat", feeds={"SP15": head})

    def close(self, code: int) -> None:
        self.page.evaluate("(code) => sockets.at(-1).onclose({ code })", code)

    def wait(self, seconds: float) -> None:
        """Let time pass, and the page look at its feed once a second."""
        for _ in range(int(seconds)):
            self.page.clock.run_for(1000)
            self.page.evaluate("() => feed.watch()")

    @property
    def state(self) -> Any:
        return self.page.evaluate("() => feed.state")

    @property
    def sockets(self) -> list[str]:
        """What each socket was asked for."""
        return list(self.page.evaluate("() => sockets.map((s) => s.url.split('?')[1])"))

    @property
    def sent(self) -> Any:
        """What the page said on the newest socket."""
        return self.page.evaluate("() => sockets.at(-1).sent")

    @property
    def taken(self) -> Any:
        return self.page.evaluate("() => taken.filter((type) => type === 'events').length")


@pytest.fixture(scope="module")
def blank() -> Iterator[Page]:
    """A browser whose clock moves when told."""
    with opened() as page:
        page.clock.install()
        yield page


@pytest.fixture
def line(blank: Page) -> Line:
    """A page that was greeted by the server and holds SP15 up to 10."""
    line = Line(blank)
    line.hello(10)
    line.snapshot(10)
    return line


NEW = "hubs=SP15&hours=24"
AFTER_10 = "hubs=SP15&hours=24&after=a%3A10"
RESUME = {"type": "resume", "feeds": {"SP15": {"epoch": "a", "seq": 10}}}


def test_a_new_page_asks_for_a_snapshot_and_is_live(line: Line) -> None:
    assert line.sockets == [NEW]
    assert line.state == "live"


def test_after_a_loss_the_page_carries_on_within_two_seconds(line: Line) -> None:
    line.close(1006)
    assert line.state == "down"
    line.wait(2)
    assert line.sockets == [NEW, AFTER_10]
    line.hello(12)
    assert line.page.evaluate("() => feed.catchingUp.until.head") == 12
    line.events(10, 12)
    line.wait(2)
    assert line.page.evaluate("() => feed.catchingUp") is None
    assert line.state == "live"


def test_what_is_told_twice_is_taken_once(line: Line) -> None:
    line.events(10, 11)
    line.events(10, 11)
    line.events(9, 10)
    assert line.taken == 1
    assert line.sent == []


def test_a_gap_is_asked_for_on_the_same_socket_and_once(line: Line) -> None:
    line.events(11, 12)
    line.events(12, 13)
    assert line.taken == 0
    assert line.sent == [RESUME]
    line.events(10, 13)
    assert line.taken == 1


def test_a_head_that_stays_ahead_for_a_heartbeat_is_asked_for(line: Line) -> None:
    line.heartbeat(11)
    assert line.sent == []
    line.wait(5)
    line.heartbeat(11)
    assert line.sent == [RESUME]


def test_a_head_that_was_only_on_its_way_is_not_asked_for(line: Line) -> None:
    line.heartbeat(11)
    line.events(10, 11)
    line.wait(5)
    line.heartbeat(12)
    assert line.sent == []


def test_a_server_that_will_not_resume_gets_a_new_socket(line: Line) -> None:
    line.events(11, 12)
    line.say(type="error", code="bad_resume", message="no")
    line.wait(2)
    assert line.sockets == [NEW, AFTER_10]


def test_a_server_that_says_bye_is_left_alone_as_long_as_it_asks(line: Line) -> None:
    line.say(type="bye", retry_ms=7000)
    line.close(1012)
    line.wait(6)
    assert len(line.sockets) == 1
    line.wait(2)
    assert line.sockets[1:] == [AFTER_10]


def test_too_many_sockets_are_not_made_more(line: Line) -> None:
    line.close(4429)
    line.wait(29)
    assert len(line.sockets) == 1
    assert "as many readers" in line.page.evaluate("() => feed.refusal")
    line.wait(32)
    assert line.sockets[1] == AFTER_10


def test_a_slow_reader_that_was_cut_comes_back_at_once(line: Line) -> None:
    line.close(4408)
    line.wait(1)
    assert line.sockets == [NEW, AFTER_10]


def test_fifteen_silent_seconds_are_stale_and_another_socket_is_tried(line: Line) -> None:
    line.wait(14)
    assert line.state == "live"
    line.wait(2)
    assert line.state == "stale"
    assert line.sockets == [NEW, AFTER_10]
    line.hello(10)
    assert line.state == "live"


def test_events_alone_do_not_keep_a_feed_from_being_stale(line: Line) -> None:
    line.wait(10)
    line.events(10, 11)
    line.wait(6)
    assert line.state == "stale"


def test_a_page_that_wakes_tries_at_once(line: Line) -> None:
    line.close(4429)
    line.page.evaluate("() => feed.wake()")
    assert line.sockets == [NEW, AFTER_10]


def test_a_live_feed_that_is_silent_at_waking_must_answer_in_two_seconds(line: Line) -> None:
    line.wait(8)
    line.page.evaluate("() => feed.wake()")
    assert line.sent == [{"type": "ping", "id": "awake"}]
    line.wait(3)
    assert line.sockets == [NEW, AFTER_10]
    assert line.state == "live"


def test_more_hours_are_asked_for_without_a_place_and_without_a_flash(line: Line) -> None:
    line.page.evaluate("() => { held = null; feed.follow('SP15', 168); }")
    assert line.sockets == [NEW, "hubs=SP15&hours=168"]
    assert line.state == "live"


def test_another_epoch_is_asked_about(line: Line) -> None:
    line.say(type="events", hub="SP15", epoch="b", prev=0, seq=1, events=[])
    assert line.sent == [RESUME]
    line.snapshot(1, epoch="b")
    assert line.page.evaluate("() => held") == {"epoch": "b", "seq": 1}
