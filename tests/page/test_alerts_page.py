"""The page of alerts in a browser: written anew when an alert comes. Its feed is pretended."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, WebSocketRoute, expect

from tests.page.modules import in_a_browser, opened, reached

pytestmark = in_a_browser
HTML = """<!doctype html><html>
<head><meta name="application-name" content="CAISO Live">
<script type="module" src="/alerts/alerts_page.js"></script></head>
<body><script type="application/json" id="page-data">{"hubs": %s}</script>
<span id="lamp-connection"></span><span id="lamp-connection-text"></span>
<button id="theme-switch"><span id="theme-icon"></span></button><p id="announcer"></p>
<section id="open-card" data-live><b>%s</b><button id="acknowledge-1">Acknowledge</button></section>
</body></html>"""
HELLO = {"type": "hello", "protocol": 1, "feeds": {}}
ALERT = {"kind": "alert", "text": "SP15 120.00 $/MWh, over 100 · 11:00–11:05 PT"}


@pytest.fixture(scope="module")
def browser_page(browser: Browser) -> Iterator[Page]:
    with opened(browser) as page:
        yield page


class Desk:
    """The page, what the server writes on it now, and the sockets it opened."""

    def __init__(self, page: Page) -> None:
        self.page, self.words, self.sockets = page, "all quiet", list[WebSocketRoute]()
        self.hubs, self.status, self.portal = ["SP15", "NP15"], 200, ""
        self.holds, self.held = False, list[tuple[Route, str]]()
        page.route("**/alerts/", self.answer)
        page.route_web_socket("**/ws?**", lambda socket: self.sockets.append(socket))
        page.goto(f"{page.url.rsplit('/', 1)[0]}/alerts/")

    @property
    def html(self) -> str:
        return HTML % (json.dumps(self.hubs), self.words)

    def answer(self, route: Route) -> None:
        if self.holds:
            self.held.append((route, self.html))
            return
        route.fulfill(status=self.status, body=self.portal or self.html, **AS_HTML)

    def send(self, **frame: Any) -> None:
        self.sockets[-1].send(json.dumps(frame))


AS_HTML: Any = {"content_type": "text/html"}


@pytest.fixture
def desk(browser_page: Page) -> Iterator[Desk]:
    page = browser_page.context.new_page()
    page.route("**/blank", lambda route: route.fulfill(body="", **AS_HTML))
    page.goto(browser_page.url)
    desk = Desk(page)
    reached(lambda: len(desk.sockets) > 0, page)
    desk.send(**HELLO)
    expect(page.locator("#lamp-connection")).to_have_attribute("data-state", "live")
    yield desk
    page.close()


def test_it_listens_to_every_hub(desk: Desk) -> None:
    assert "hubs=SP15%2CNP15" in desk.sockets[0].url


def test_an_alert_is_on_the_page_without_being_asked_for(desk: Desk) -> None:
    expect(desk.page.locator("#open-card b")).to_have_text("all quiet")
    desk.words = "1 open"
    desk.send(type="events", hub="SP15", events=[{"kind": "price"}, ALERT])
    expect(desk.page.locator("#open-card b")).to_have_text("1 open")
    expect(desk.page.locator("#announcer")).to_have_text(
        "SP15 120.00 dollars per megawatt-hour, over 100, 11:00–11:05 PT"
    )


def test_an_alert_that_comes_while_a_copy_is_on_its_way_is_on_the_page_too(desk: Desk) -> None:
    desk.page.wait_for_load_state("networkidle")
    desk.holds = True
    desk.send(type="events", hub="SP15", events=[ALERT])
    reached(lambda: len(desk.held) > 0, desk.page)
    desk.holds, desk.words = False, "2 open"
    desk.send(type="events", hub="SP15", events=[ALERT])
    desk.page.wait_for_timeout(200)
    [(route, html)] = desk.held
    route.fulfill(body=html, **AS_HTML)
    expect(desk.page.locator("#open-card b")).to_have_text("2 open")


def test_a_button_that_is_held_down_while_an_alert_comes_is_pressed_all_the_same(
    desk: Desk,
) -> None:
    page = desk.page
    page.evaluate(
        """() => { window.clicked = [];
            addEventListener("click", ({ target }) => clicked.push(target.id));
        }"""
    )
    page.add_style_tag(content="#announcer { position: absolute; }")  # it moves nothing
    page.locator("#acknowledge-1").hover()
    page.mouse.down()
    desk.words = "1 open"
    with page.expect_response("**/alerts/"):
        desk.send(type="events", hub="SP15", events=[ALERT])
    page.wait_for_timeout(100)
    expect(page.locator("#open-card b")).to_have_text("all quiet")
    page.mouse.up()
    expect(page.locator("#open-card b")).to_have_text("1 open")
    assert page.evaluate("() => clicked") == ["acknowledge-1"]


def test_prices_alone_are_no_reason_to_ask_again(desk: Desk) -> None:
    desk.page.wait_for_load_state("networkidle")
    desk.words = "1 open"
    desk.send(type="events", hub="SP15", events=[{"kind": "price"}])
    desk.page.wait_for_timeout(600)
    expect(desk.page.locator("#open-card b")).to_have_text("all quiet")


def test_what_others_acknowledge_mute_or_change_is_on_the_page_and_not_spoken(desk: Desk) -> None:
    desk.page.wait_for_load_state("networkidle")
    desk.words = "acknowledged by anna"
    told = {"kind": "status", "about": "acknowledged", "text": "anna acknowledged"}
    desk.send(type="events", hub="SP15", events=[told])
    expect(desk.page.locator("#open-card b")).to_have_text("acknowledged by anna")
    expect(desk.page.locator("#announcer")).to_have_text("")


def test_a_log_in_page_of_the_network_is_no_copy_of_this_one(desk: Desk) -> None:
    desk.page.wait_for_load_state("networkidle")
    desk.portal = "<!doctype html><p>Welcome to the hotel's network</p>"
    desk.send(type="events", hub="SP15", events=[ALERT])
    expect(desk.page.locator("#lamp-connection")).to_have_attribute("data-state", "down")
    expect(desk.page.locator("#open-card b")).to_have_text("all quiet")


def test_who_stands_on_a_button_stays_on_it(desk: Desk) -> None:
    desk.page.focus("#acknowledge-1")
    desk.words = "2 open"
    desk.send(type="events", hub="SP15", events=[ALERT])
    expect(desk.page.locator("#open-card b")).to_have_text("2 open")
    expect(desk.page.locator("#acknowledge-1")).to_be_focused()


def test_a_lost_feed_is_said_and_what_was_missed_is_fetched(desk: Desk) -> None:
    lamp = desk.page.locator("#lamp-connection")
    desk.send(type="bye", retry_ms=100)
    desk.sockets[0].close(code=1012)
    expect(lamp).to_have_attribute("data-state", "down")
    desk.words = "3 open"
    reached(lambda: len(desk.sockets) > 1, desk.page)
    desk.send(**HELLO)
    expect(lamp).to_have_attribute("data-state", "live")
    expect(desk.page.locator("#open-card b")).to_have_text("3 open")


def test_one_failed_refresh_is_over_with_the_next(desk: Desk) -> None:
    lamp = desk.page.locator("#lamp-connection")
    desk.page.wait_for_load_state("networkidle")
    desk.status = 503
    desk.send(type="events", hub="SP15", events=[ALERT])
    expect(lamp).to_have_attribute("data-state", "down")
    desk.status = 200
    desk.send(type="events", hub="SP15", events=[ALERT])
    expect(lamp).to_have_attribute("data-state", "live")


def test_a_page_that_is_cut_off_in_the_middle_is_a_failed_refresh(desk: Desk) -> None:
    faults: list[str] = []
    desk.page.on("pageerror", lambda fault: faults.append(str(fault)))
    desk.page.evaluate(
        "() => { Response.prototype.text = () => Promise.reject(new TypeError('cut off')); }"
    )
    desk.send(type="events", hub="SP15", events=[ALERT])
    expect(desk.page.locator("#lamp-connection")).to_have_attribute("data-state", "down")
    assert faults == []


def test_a_good_refresh_does_not_hide_that_the_feed_is_lost(desk: Desk) -> None:
    desk.page.wait_for_load_state("networkidle")
    desk.send(type="bye", retry_ms=60_000)
    desk.sockets[0].close(code=1012)
    expect(desk.page.locator("#lamp-connection")).to_have_attribute("data-state", "down")
    desk.words = "4 open"
    desk.page.evaluate("() => document.dispatchEvent(new Event('visibilitychange'))")
    expect(desk.page.locator("#open-card b")).to_have_text("4 open")
    expect(desk.page.locator("#lamp-connection")).to_have_attribute("data-state", "down")


def test_a_hub_that_is_followed_no_more_is_not_asked_for_again(desk: Desk) -> None:
    desk.hubs = ["SP15"]
    desk.sockets[0].close(code=4404)
    reached(lambda: len(desk.sockets) > 1, desk.page)
    assert "hubs=SP15&" in desk.sockets[1].url


def test_where_the_page_knows_no_better_a_refusal_is_waited_out(desk: Desk) -> None:
    desk.page.wait_for_load_state("networkidle")
    with desk.page.expect_response("**/alerts/"):
        desk.sockets[0].close(code=4404)
    desk.page.wait_for_timeout(300)
    assert len(desk.sockets) == 1
