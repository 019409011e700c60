"""The whole page in a browser, as the server renders it, while the test plays the live feed.

The market's clock is the server's: a page greeted on the first of November shows that day.
"""

import json
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from playwright.sync_api import Browser, ConsoleMessage, Error, Page, WebSocketRoute, expect

from dashboard.content_security import POLICY
from dashboard.first_paint.held import Source
from dashboard.first_paint.page import prices_of
from dashboard.page_snapshot import PageSnapshot
from dashboard.views import prices_now
from market.intervals import from_iso, iso, midnight, operating_date
from simulator.reports import Market
from tests.browser import CHROMIUM
from tests.page.market_day import FIVE, SP15, Body, curve, day_ahead, fifteen_minute, real_time
from tests.page.modules import reached
from tests.page.page_server import BLANK, Answer, PageServer

AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
WIDE, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
OBSERVED = {"rt_quality": "observed"}
NODES = {"SP15": SP15, "NP15": "TH_NP15_GEN-APND", "ZP26": "TH_ZP26_GEN-APND"}
# An answer that a test gives is whole at once, and a browser's own stream would end with it.
# Playwright's clock goes on over navigations, and catches up after this script: a page that asked
# it would be as old as all tests before it.
FROM_ZERO = """
{
  const now = performance.now.bind(performance);
  let first = null;
  performance.now = () => now() - (first ??= now());
}
"""
STREAM = """
window.EventSource = class {
  constructor(url) {
    Object.assign(this, { url, heard: {} });
    this.read(() => true);
    this.timer = setInterval(() => this.read((kind) => kind === "heartbeat"), 5000);
  }
  addEventListener(kind, hear) { this.heard[kind] = hear; }
  async read(isTold) {
    const answer = await fetch(this.url).catch(() => null);
    if (!answer) { this.onerror({}); return; }
    for (const [, kind, data] of (await answer.text()).matchAll(/event: (.*)\\ndata: (.*)/g)) {
      if (isTold(kind) && this.timer) this.heard[kind]({ data });
    }
  }
  close() { clearInterval(this.timer); this.timer = 0; }
};"""
on_the_stage = [
    pytest.mark.xdist_group("page-states"),
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
]
BATTERY = {"id": 1, "name": "Example 1 MW / 4 MWh", "energy_mwh": 4.0}
LIMITS = [
    {"direction": "above", "limit": 100.0, "market": "RTM"},
    {"direction": "below", "limit": 0.0, "market": "RTM"},
]


@dataclass
class Day:
    """What the server knows, and what it says when the page connects."""

    now: datetime
    rt: list[Body] = field(default_factory=list)
    da: list[Body] = field(default_factory=list)
    fmm: list[Body] = field(default_factory=list)
    alerts: list[Body] = field(default_factory=list)
    batteries: list[Body] = field(default_factory=lambda: [dict(BATTERY)])
    battery: int | None = None  # that the address asks for
    advice: list[Body] = field(default_factory=list)
    current: Body | None = field(default_factory=lambda: dict(OBSERVED))
    source: str = "oasis"
    source_age_s: float | None = 12.0
    source_trouble: str | None = None
    answered: dict[str, str] | None = None  # by market; None: all of them at this moment
    nodes: dict[str, str] = field(default_factory=lambda: dict(NODES))
    seq: int = 100
    speaks: bool = True
    has_more: bool = False  # events that it does not send yet
    is_followed: bool = True  # so that the page comes with prices

    @property
    def hub(self) -> str:
        """The first of the nodes is the one shown."""
        return next(iter(self.nodes))

    def html(self) -> str:
        """The page as the view renders it."""
        hubs = [{"slug": hub.lower(), "hub": hub, "node": node} for hub, node in self.nodes.items()]
        shown = {"hub": self.hub, "hubs": hubs, "source": self.source}
        page = shown | {"thresholds": {self.hub: LIMITS}, "source_trouble": self.source_trouble}
        page |= {"source_answered": self.source_answered}
        page |= {"batteries": {self.hub: self.batteries}}
        held = (page, self.known_source(), self.page_snapshot())
        first = prices_now(*held, battery=self.battery, now=self.now)
        return render_to_string("dashboard/index.html", shown | first | {"page": page})

    @property
    def source_answered(self) -> dict[str, str]:
        """When the source last answered a poll, by market."""
        now = {market: iso(self.now) for market in ("RTM", "RTPD", "DAM")}
        return now if self.answered is None else self.answered

    def known_source(self) -> Source:
        """The same as the server knows it."""
        answered = {market: from_iso(at) for market, at in self.source_answered.items()}
        return Source(self.source, self.source_trouble, answered)

    def page_snapshot(self) -> PageSnapshot | None:
        """What the page comes with."""
        if not self.is_followed:
            return None
        return PageSnapshot(
            SafeString(json.dumps(self.snapshot())), prices_of(self.snapshot()), self.answer()
        )

    def snapshot(self) -> Body:
        """The hub as it is now."""
        snapshot = {"type": "snapshot", "hub": self.hub, "epoch": "a", "seq": self.seq}
        return snapshot | {
            "current": self.answer(),
            "rt": self.rt,
            "fmm": self.fmm,
            "da": self.da,
            "alerts": self.alerts,
            "advice": self.advice,
        }

    def answer(self) -> Body:
        """What `/api/current` answers at this moment."""
        about = {
            "hub": self.hub,
            "epoch": "a",
            "seq": self.seq,
            "rt_timestamp": None,
            "rt_price": None,
        }
        about |= {"source": self.source, "server_time": iso(self.now)}
        return about | (self.current or {})

    def hubs_now(self) -> Body:
        """What `/api/v1/hubs` answers: each hub has the same price, a dollar apart."""
        newest = self.rt[-1] if self.rt else {"lmp": None, "interval_start": None}
        quality = "observed" if self.rt else None
        prices = [newest["lmp"] and newest["lmp"] + n for n in range(len(self.nodes))]
        hubs = [
            {
                "hub": hub,
                "node": node,
                "rt_price": price,
                "rt_timestamp": newest["interval_start"],
                "rt_quality": quality,
                "stale": not self.rt,
                "fmm_price": price,
                "da_price": price,
                "spread": price and 0.0,
                "basis": price and float(n),
                "basis_da": None,
            }
            for n, ((hub, node), price) in enumerate(zip(self.nodes.items(), prices, strict=True))
        ]
        open_ = sum(1 if alert["state"] == "open" else -1 for alert in self.alerts)
        return {"hubs": hubs, "open_alerts": max(0, open_)}

    def days(self) -> Body:
        """What `/api/v1/days` answers: today and tomorrow."""
        today = operating_date(self.now)
        figures = {"average": 41.33, "on_peak": 48.2, "off_peak": -1027.59, "tb4": 1305.0}
        days = [
            {"date": str(today), "rt": figures, "da": figures},
            {"date": str(today + timedelta(days=1)), "rt": None, "da": figures},
        ]
        rank = {"rt_average": {"rank": 3, "of": 30}, "da_average": {"rank": 12, "of": 30}}
        rank |= {"da_tb4": {"rank": 1, "of": 30}}
        held = days if self.rt else []
        empty = dict.fromkeys(rank)
        return {"hub": self.hub, "today": str(today), "days": held, "rank": rank if held else empty}

    def frames(self) -> list[Body]:
        """What a new page is sent."""
        feeds = {self.hub: {"epoch": "a", "head": self.seq}}
        hello = {"type": "hello", "protocol": 1, "server_time": iso(self.now), "feeds": feeds}
        sent = [] if self.has_more else [self.snapshot() | {"current": self.current}]
        return [hello | {"source": self.source}, *sent, self.heartbeat()]

    def heartbeat(self) -> Body:
        """That the server lives."""
        sent = {"server_time": iso(self.now), "feeds": {self.hub: self.seq}}
        sent |= {"source_age_s": self.source_age_s, "source_trouble": self.source_trouble}
        sent |= {"source_answered": self.source_answered}
        return {"type": "heartbeat"} | sent


def ordinary(now: datetime, hours: int = 24) -> Day:
    """A day on which everything came as it should."""
    newest = now - timedelta(seconds=now.timestamp() % 300)
    start, soon = newest - timedelta(hours=hours), now + timedelta(minutes=30)
    rt, fmm = real_time(start, newest + FIVE), fifteen_minute(start, soon)
    return Day(now, rt, day_ahead(now, 8), fmm)


class Stage:
    """A page, and the server's end of its live feed.

    The page is lent: one test after another uses it.
    """

    def __init__(self, page: Page, server: PageServer) -> None:
        self.page = self.lent = page
        self.server = server
        self.day = Day(datetime.now(UTC))
        self.sockets: list[WebSocketRoute] = []
        self.alert_sockets: list[WebSocketRoute] = []  # of the alerts of every hub
        self.blocked: set[str] = (
            set()
        )  # of "socket" and "stream", what the network lets not through
        self.asked: list[str] = []  # what else than files
        self.alerts_page = ""
        self.complaints: list[str] = []
        server.answer = self.answer
        self.listen()

    def listen(self) -> None:
        """To what the page's browser says, and to its sockets."""
        self.page.on("pageerror", self.overhear_fault)
        self.page.on("console", self.overhear)
        self.page.route_web_socket("**/ws?*", self.greet)

    def ignore(self) -> None:
        """What the page's browser says from now on."""
        self.page.remove_listener("pageerror", self.overhear_fault)
        self.page.remove_listener("console", self.overhear)

    def run_first(self, script: str) -> None:
        """A script before the page's own: in another page, which no other test gets."""
        assert self.lent.context.browser
        self.ignore()
        self.page = new_page(self.lent.context.browser)
        self.page.add_init_script(script)
        self.listen()

    def leave(self) -> None:
        """Give the page back as a new one would be."""
        if self.page is not self.lent:
            self.page.context.close()
            return
        self.ignore()
        self.page.unroute_all()
        self.page.goto(f"{self.server.url}{BLANK}")
        self.page.evaluate("() => { localStorage.clear(); sessionStorage.clear(); }")
        self.page.mouse.move(0, 0)
        self.page.set_viewport_size(WIDE)  # type: ignore[arg-type]
        self.page.emulate_media(media="null", color_scheme="null")

    def overhear_fault(self, error: Error) -> None:
        """What the page's own scripts let through."""
        self.complaints.append(str(error))

    def overhear(self, message: ConsoleMessage) -> None:
        """A network that blocks is remarked on by the browser itself."""
        blocked = self.blocked and ("ERR_" in message.text or "WebSocket" in message.text)
        if message.type == "error" and not blocked:
            self.complaints.append(message.text)

    def answer(self, address: str) -> Answer | None:
        """The page itself, and what it asks for over plain HTTP."""
        path = urlsplit(address).path
        if path == "/":
            return Answer(self.day.html(), "text/html", {"Content-Security-Policy": POLICY})
        self.asked.append(path)
        if path == "/api/v1/stream":
            return None if "stream" in self.blocked else self.stream()
        if path == "/healthz":
            return Answer("ok\n" if self.blocked else "", "text/plain")
        if path == "/alerts/":
            return Answer(self.alerts_page, "text/html")
        return Answer(json.dumps(self.asked_for(path, address)))

    def stream(self) -> Answer:
        """A stream is whole at once, see STREAM."""
        sent = [(frame["type"], json.dumps(frame)) for frame in self.day.frames()]
        events = [f"event: {kind}\ndata: {data}\n\n" for kind, data in sent]
        return Answer("".join(events), "text/event-stream")

    def asked_for(self, path: str, address: str) -> Body:
        """What the API answers."""
        if path == "/api/v1/hubs":
            return self.day.hubs_now()
        if path == "/api/v1/days":
            return self.day.days()
        if path == "/api/v1/source":
            return self.day.heartbeat() | {"source": self.day.source}
        if path.startswith("/api/history/"):
            market = parse_qs(urlsplit(address).query)["market"][0]
            return {
                "prices": {"RTM": self.day.rt, "RTPD": self.day.fmm, "DAM": self.day.da}[market]
            }
        if path == "/api/v1/prices":
            return {"prices": self.past(parse_qs(urlsplit(address).query))}
        return self.day.answer()

    def past(self, query: dict[str, list[str]]) -> list[Body]:
        """The prices of operating dates; of the years before 2020 none are held."""
        start, end = (midnight(date.fromisoformat(query[name][0])) for name in ("start", "end"))
        until = min(end, self.day.now)
        market = Market[query["market"][0]]
        return curve(market, start, until) if start.year >= 2020 and start < until else []

    def greet(self, socket: WebSocketRoute) -> None:
        """A socket is opened; a server that does not speak stays silent."""
        if "socket" in self.blocked:
            socket.close()
            return
        is_for_alerts = parse_qs(urlsplit(socket.url).query)["hours"] == ["1"]
        (self.alert_sockets if is_for_alerts else self.sockets).append(socket)
        if self.day.speaks:
            for frame in self.day.frames():
                socket.send(json.dumps(frame))

    def send(self, *frames: Body) -> None:
        """More from the server, on the newest socket."""
        for frame in frames:
            self.sockets[-1].send(json.dumps(frame))

    def publish(self, *events: Body) -> None:
        """Events that follow on the last; what is asked afterwards is answered with them."""
        if any(event.get("market") == "RTM" for event in events):
            self.day.current = dict(OBSERVED)
        prev, self.day.seq = self.day.seq, self.day.seq + len(events)
        numbered = [
            {"seq": prev + 1 + n, "kind": "price", **event} for n, event in enumerate(events)
        ]
        frame = {"type": "events", "hub": self.day.hub, "epoch": "a", "prev": prev}
        frame |= {"seq": self.day.seq}
        self.send(frame | {"events": numbered})

    def follows_alerts(self) -> None:
        """Return once the page listens to every hub."""
        reached(lambda: len(self.alert_sockets) > 0, self.page)

    def publish_at(self, hub: str, *events: Body) -> None:
        """Events of any hub, to who listens to all of them."""
        self.alert_sockets[-1].send(json.dumps({"type": "events", "hub": hub, "events": events}))

    def heard(self, tones: int) -> None:
        """Return once the page has played so many tones."""
        reached(lambda: self.page.evaluate("() => heard.tones") >= tones, self.page)
        assert self.page.evaluate("() => heard.tones") == tones

    def open(self, day: Day) -> None:
        """Open the page on such a day, without waiting for anything."""
        self.day = day
        self.page.goto(f"{self.server.url}/")

    def until(self, attribute: str, value: str) -> None:
        """Let time pass until the page says so of itself."""
        for _ in range(40):
            if self.page.locator("body").get_attribute(attribute) == value:
                return
            self.let_pass(3)
            self.page.wait_for_timeout(50)
        raise AssertionError(f"{attribute} did not become {value} within two minutes")

    def show(self, day: Day, query: str = "") -> Page:
        """Open the page on such a day."""
        self.day = day
        self.page.goto(f"{self.server.url}/{query}")
        if day.speaks:
            expect(self.page.locator("body[data-loaded=true][data-painted-at]")).to_be_attached()
            expect(self.page.locator("#price-chart canvas")).to_be_attached()
            self.let_pass(1)
        return self.page

    def let_pass(self, seconds: float) -> None:
        """Time, as the page sees it."""
        self.page.clock.run_for(round(seconds * 1000))

    def live_on(self, seconds: int) -> None:
        """The same with a server that goes on speaking."""
        for _ in range(0, seconds, 5):
            self.let_pass(5)
            self.day.now += timedelta(seconds=5)
            self.send(self.day.heartbeat())
        self.let_pass(1)

    def look(self, size: dict[str, int], scheme: str) -> None:
        """As seen on such a screen, in such colours."""
        self.page.set_viewport_size(size)  # type: ignore[arg-type]
        self.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        if self.day.speaks and self.sockets:
            self.send(self.day.heartbeat())  # real time passes too: 15 s of it would be stale
        self.let_pass(1)


def new_page(browser: Browser) -> Page:
    """A page whose clock moves when asked to, too."""
    context = browser.new_context(timezone_id="Europe/Berlin", viewport=WIDE)  # type: ignore[arg-type]
    page = context.new_page()
    page.clock.install()
    page.add_init_script(FROM_ZERO)
    page.add_init_script(STREAM)
    return page
