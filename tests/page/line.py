"""The feed's client over a pretended socket, with a clock that the test moves."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Route

from tests.page.modules import opened

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
  window.asked = new Set(); // what was asked for over HTTP and is not read to its end
  const ask = window.fetch;
  const read = async (answer) => (await answer).clone().arrayBuffer();
  window.fetch = (...about) => {
    const answer = ask(...about);
    const whole = read(answer).catch(() => null).then(() => asked.delete(whole));
    asked.add(whole);
    return answer;
  };
}"""
# Messages are what the pretended clock leaves alone.
SETTLED = """async () => {
  const { port1, port2 } = new MessageChannel();
  const turn = () => new Promise((next) => { port1.onmessage = next; port2.postMessage(null); });
  await import("/live/fallback_transports.js");
  for (let quiet = 0; quiet < 20; quiet += 1) {
    if (asked.size > 0) quiet = 0;
    await Promise.all(asked);
    await turn();
  }
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
        """Let what was asked for over HTTP come back, and the page draw its conclusions."""
        self.page.evaluate(SETTLED)

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
def blank(browser: Browser) -> Iterator[Page]:
    """A browser whose clock moves when asked to."""
    with opened(browser) as page:
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
