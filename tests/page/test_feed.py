"""The feed's client over a pretended socket, with a clock that the test moves."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Route

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
  window.streams = [];
  window.EventSource = class {
    constructor(url) { Object.assign(this, { url, heard: {}, isOpen: true }); streams.push(this); }
    addEventListener(kind, hear) { this.heard[kind] = hear; }
    close() { this.isOpen = false; }
  };
}"""
START = """async () => {
  const { Feed } = await import("/live/feed.js");
  window.held = null;
  window.taken = [];
  const onFrame = (frame) => {
    taken.push(frame.type);
    if (frame.seq !== undefined) held = { epoch: frame.epoch, seq: frame.seq };
  };
  window.transports = [];
  const onTransport = () => transports.push(feed.transport);
  window.feed = new Feed({ cursor: () => held, onFrame, onChange() {}, onTransport });
  feed.follow("SP15", 24);
}"""


class Line:
    """The page's end is real, the server's end is the test."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.answers: dict[str, Any] = {}
        page.unroute("**/{healthz,api/**}")
        page.route("**/{healthz,api/**}", self.answer)
        page.reload()
        page.evaluate(SOCKET)
        page.evaluate(START)

    def answer(self, route: Route) -> None:
        """What the server answers over plain HTTP: by default nothing, as if it were away."""
        path = urlsplit(route.request.url).path
        found = next((a for start, a in self.answers.items() if path.startswith(start)), None)
        if found is None:
            route.abort()
        elif isinstance(found, str):
            route.fulfill(body=found)
        else:
            route.fulfill(json=found)

    def block_sockets(self) -> None:
        """The network lets HTTP through, and no WebSocket: two are tried."""
        self.answers["/healthz"] = "ok\n"
        for _ in range(2):
            self.close(1006)
            self.settled()
            self.wait(2)

    def settled(self) -> None:
        """Let what was asked for over HTTP come back."""
        self.page.wait_for_load_state("networkidle")
        self.page.evaluate(
            "async () => { for (let n = 0; n < 50; n++) await fetch('/live/feed.js'); }"
        )

    def opening(self) -> None:
        """Let a stream be opened that has begun to be: its module is fetched before."""
        self.page.evaluate("async () => { await import('/live/fallback_transports.js'); }")

    def stream(self, **frame: Any) -> None:
        """A frame from the server, on the newest event stream."""
        self.opening()
        script = """(f) => {
          const stream = streams.at(-1);
          const hears = f.type === "error" ? stream.onerror : stream.heard[f.type];
          hears({ data: JSON.stringify(f) });
        }"""
        self.page.evaluate(script, frame)

    def send(self, **frame: Any) -> None:
        """A frame from the server, on the newest socket."""
        text = json.dumps(frame)
        self.page.evaluate("(data) => sockets.at(-1).onmessage({ data })", text)

    def hello(self, head: int, epoch: str = "a") -> None:
        self.send(type="hello", protocol=1, feeds={"SP15": {"epoch": epoch, "head": head}})

    def snapshot(self, seq: int, epoch: str = "a") -> None:
        self.send(type="snapshot", hub="SP15", epoch=epoch, seq=seq)

    def events(self, prev: int, seq: int) -> None:
        self.send(type="events", hub="SP15", epoch="a", prev=prev, seq=seq, events=[])

    def heartbeat(self, head: int) -> None:
        self.send(type="heartbeat", feeds={"SP15": head})

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
    def streams(self) -> list[str]:
        """What each event stream was asked for."""
        self.opening()
        return list(self.page.evaluate("() => streams.map((s) => s.url)"))

    @property
    def transports(self) -> list[str]:
        """Which transports fed the page, one after another."""
        return list(self.page.evaluate("() => transports"))

    @property
    def sent(self) -> Any:
        """What the page said on the newest socket."""
        return self.page.evaluate("() => sockets.at(-1).sent")

    @property
    def taken(self) -> Any:
        return self.page.evaluate("() => taken.filter((type) => type === 'events').length")


@pytest.fixture(scope="module")
def blank() -> Iterator[Page]:
    """A browser whose clock moves when asked to."""
    with opened() as page:
        page.clock.install(time=0)
        page.clock.pause_at(1000)  # else it goes on by itself too
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


def test_what_comes_twice_is_taken_once(line: Line) -> None:
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
    line.send(type="error", code="bad_resume", message="no")
    line.wait(2)
    assert line.sockets == [NEW, AFTER_10]


def test_a_server_that_says_bye_is_left_alone_as_long_as_it_asks(line: Line) -> None:
    line.send(type="bye", retry_ms=7000)
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


def test_more_hours_are_asked_for_without_a_cursor_and_without_a_flash(line: Line) -> None:
    line.page.evaluate("() => { held = null; feed.follow('SP15', 168); }")
    assert line.sockets == [NEW, "hubs=SP15&hours=168"]
    assert line.state == "live"


def test_another_epoch_is_asked_about(line: Line) -> None:
    line.send(type="events", hub="SP15", epoch="b", prev=0, seq=1, events=[])
    assert line.sent == [RESUME]
    line.snapshot(1, epoch="b")
    assert line.page.evaluate("() => held") == {"epoch": "b", "seq": 1}


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
    line.close(1006)
    line.page.evaluate("() => feed.end()")
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
