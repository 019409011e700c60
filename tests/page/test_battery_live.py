"""The page of a battery at work: live over the feed, what-ifs, and without scripts."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, WebSocketRoute, expect

from dashboard.content_security import POLICY
from tests.page import battery_stage
from tests.page.advices import advice
from tests.page.modules import in_a_browser, reached
from tests.page.page_server import Answer, PageServer

pytestmark = in_a_browser
HELLO = {"type": "hello", "protocol": 1, "server_time": "2026-07-14T19:37:14Z", "source": "oasis"}
WHAT_IF = "**/api/v1/batteries/1/what-if"
EARNED = {"net_usd": 1234.5, "revenue_usd": 1600.0, "wear_usd": 365.5, "cycles": 29.9, "days": 30}
EARNED |= {"usd_kw_month": 1.2345, "perfect_usd": 1500.0}
FOUND = {
    "text": "Over 30 whole days: what the schedule would have earned.",
    "as_is": EARNED,
    "what_if": EARNED | {"net_usd": 2469.0, "cycles": 12.0},
    "by_month": [
        {"month": "2026-06", "as_is_usd": 700.0, "what_if_usd": 1500.0},
        {"month": "2026-07", "as_is_usd": 534.5, "what_if_usd": 969.0},
    ],
    "by_hour": [{"hour": n, "as_is_usd": n - 8.0, "what_if_usd": n} for n in range(24)],
}


class Desk:
    """A page of a battery, its server, and its end of the live feed."""

    def __init__(self, page: Page, server: PageServer) -> None:
        self.page, self.server = page, server
        self.html = battery_stage.page()
        self.fetched = 0
        self.sockets: list[WebSocketRoute] = []
        self.said: list[str] = []
        page.route_web_socket("**/ws?*", self.greet)
        page.on("pageerror", lambda error: self.said.append(str(error)))
        server.answer = self.answer

    def answer(self, _path: str) -> Answer:
        self.fetched += 1
        policy = {"Content-Security-Policy": POLICY}
        return Answer(self.html, "text/html; charset=utf-8", policy)

    def greet(self, socket: WebSocketRoute) -> None:
        self.sockets.append(socket)
        feeds = {"SP15": {"epoch": "a", "head": 1}}
        socket.send(json.dumps(HELLO | {"feeds": feeds}))

    def open(self, html: str | None = None) -> Page:
        self.html = html or self.html
        self.page.goto(f"{self.server.url}/battery/")
        return self.page

    def settle(self) -> None:
        """Return once the page has been greeted and has looked again, as it then does."""
        expect(self.page.locator("#lamp-connection-text")).to_have_text("live")
        reached(lambda: self.fetched >= 2, self.page)

    def publish(self, *events: dict[str, Any]) -> None:
        frame = {"type": "events", "hub": "SP15", "epoch": "a", "prev": 1, "seq": 2}
        self.sockets[-1].send(json.dumps(frame | {"events": list(events)}))


@pytest.fixture
def desk(browser: Browser, server: PageServer) -> Iterator[Desk]:
    context = browser.new_context()
    desk = Desk(context.new_page(), server)
    yield desk
    context.close()
    assert desk.said == []


def test_new_advice_is_shown_and_said_at_once(desk: Desk) -> None:
    page = desk.open()
    expect(page.locator("#now .tag")).to_have_text("▲ charge 1.0 MW")
    desk.settle()
    selling = advice(action="discharge", power_mw=0.5, reason="Selling at 92.")
    desk.html = battery_stage.page(advice=selling)
    desk.publish(selling | {"kind": "advice", "seq": 2})
    expect(page.locator("#now .tag")).to_have_text("▼ discharge 0.5 MW")
    expect(page.locator("#announcer")).to_have_text("Selling at 92.")


def test_news_of_another_battery_and_prices_change_nothing(desk: Desk) -> None:
    page = desk.open()
    desk.settle()
    fetched = desk.fetched
    desk.html = battery_stage.page(advice=advice(action="hold"))
    desk.publish(
        advice(battery_id=2) | {"kind": "advice", "seq": 2},
        {"kind": "price", "seq": 3, "market": "RTM"},
        {"kind": "status", "seq": 4, "about": "battery", "battery_id": 2},
    )
    page.wait_for_timeout(300)
    assert desk.fetched == fetched
    expect(page.locator("#now .tag")).to_have_text("▲ charge 1.0 MW")


def test_a_back_test_moves_on_without_a_reload(desk: Desk) -> None:
    page = desk.open(battery_stage.page("history"))
    expect(page.locator("#test-1")).to_contain_text("running: 42 %")
    desk.settle()
    done = [battery_stage.tested(1, "done", result=battery_stage.TABLE)]
    lines = [battery_stage.backtest_line(one, battery_stage.NOW) for one in done]
    desk.html = battery_stage.page("history", backtests=lines)
    moved = {"about": "backtest", "backtest_id": 1, "battery_id": 1, "state": "done"}
    desk.publish({"kind": "status", "seq": 2, "text": "Back-test done", **moved})
    expect(page.locator("#test-1")).to_contain_text("84 % to 88 %")
    expect(page.locator("#test-1 progress")).to_have_count(0)


def test_what_is_typed_and_what_is_unfolded_outlives_news(desk: Desk) -> None:
    page = desk.open(battery_stage.page(user=battery_stage.STAFF))
    desk.settle()
    page.fill("#soc", "2.75")
    page.locator(".every summary").click()
    hold = advice(action="hold", reason="Holding.")
    desk.html = battery_stage.page(user=battery_stage.STAFF, advice=hold)
    desk.publish(hold | {"kind": "advice", "seq": 2})
    expect(page.locator("#now .tag")).to_have_text("hold")
    expect(page.locator("#soc")).to_have_value("2.75")
    expect(page.locator("#plan-every")).to_be_visible()


def test_the_tabs_are_links_for_the_keyboard(desk: Desk) -> None:
    page = desk.open()
    page.get_by_role("link", name="What if").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/battery/?battery=1&tab=what-if")


def test_an_untracked_node_has_no_feed_to_follow(desk: Desk) -> None:
    page = desk.open(battery_stage.STATES["a battery switched off at a node that is not tracked"]())
    expect(page.locator("#now .notice").first).to_contain_text("switched off")
    assert desk.sockets == []
    expect(page.locator("#lamp-connection")).to_have_count(0)


def asked_of(desk: Desk, answers: list[tuple[int, Any]]) -> list[Any]:
    """What the page asks of what-ifs, each answered by the next of these."""
    asked: list[Any] = []

    def answer(route: Route) -> None:
        asked.append(route.request.post_data_json)
        status, body = answers[min(len(asked), len(answers)) - 1]
        route.fulfill(status=status, json=body)

    desk.page.route(WHAT_IF, answer)
    return asked


def test_a_what_if_is_answered_as_one_types(desk: Desk) -> None:
    asked = asked_of(desk, [(200, FOUND)])
    page = desk.open(battery_stage.page("what-if"))
    expect(page.locator("#what-if-rows tr").first).to_have_text("net$1,234.50$2,469.00+$1,234.50")
    expect(page.locator("#what-if-rows tr").nth(4)).to_have_text("cycles29.912.0−17.9")
    expect(page.locator("#what-if-rows tr").last).to_contain_text("perfect foresight$1,500.00")
    expect(page.locator("#what-if-days")).to_contain_text("what the schedule would have earned")
    page.fill("#what-energy_mwh", "8")
    reached(lambda: len(asked) == 2, page)
    assert asked == [{}, {"energy_mwh": 8}]
    expect(page.locator("[data-of=energy_mwh]")).to_have_value("8")
    expect(page.locator("#what-if-pictures svg.plot")).to_have_count(2)
    titles = page.locator("#what-if-pictures title")
    assert titles.first.text_content() == "Jun 2026: as it is $700.00, what if $1,500.00"
    page.click("#as-it-is")
    expect(page.locator("#what-energy_mwh")).to_have_value("4")
    reached(lambda: asked[-1] == {}, page)


def test_millions_have_room_beside_the_picture(desk: Desk) -> None:
    month = {"month": "2026-07", "as_is_usd": 5_043_306.52, "what_if_usd": -1000.0}
    asked_of(desk, [(200, FOUND | {"by_month": [month]})])
    page = desk.open(battery_stage.page("what-if"))
    scale = page.locator("#what-if-pictures .scale").first
    expect(scale).to_contain_text("$6M")
    card = page.locator("#what-if-answer").bounding_box()
    assert card
    for tick in scale.locator("text").all():
        box = tick.bounding_box()
        assert box
        assert box["x"] + box["width"] <= card["x"] + card["width"]


def test_a_slider_moves_its_field_and_a_cap_of_none_is_said_as_none(desk: Desk) -> None:
    asked = asked_of(desk, [(200, FOUND)])
    page = desk.open(battery_stage.page("what-if"))
    page.locator("[data-of=wear_usd_mwh]").fill("25")
    expect(page.locator("#what-wear_usd_mwh")).to_have_value("25")
    reached(lambda: {"wear_usd_mwh": 25} in asked, page)


def test_of_two_what_ifs_the_latest_is_shown(desk: Desk) -> None:
    page, held = desk.page, []
    page.route(WHAT_IF, lambda route: held.append(route))
    desk.open(battery_stage.page("what-if"))
    reached(lambda: len(held) == 1, page)
    expect(page.locator("#what-if-working")).to_be_visible()
    page.fill("#what-power_mw", "2")
    reached(lambda: len(held) == 2, page)
    held[1].fulfill(json=FOUND | {"what_if": EARNED | {"net_usd": 2.0}})
    expect(page.locator("#what-if-rows tr").first).to_contain_text("$2.00")
    expect(page.locator("#what-if-working")).to_be_hidden()


@pytest.mark.parametrize(
    ("status", "detail", "said"),
    [
        (400, "power_mw: It has no power.", "It has no power."),
        (503, "The process that calculates did not answer.", "did not answer."),
        (429, "Too many what-ifs: ask again in 3 seconds.", "ask again in 3 seconds."),
    ],
)
def test_a_what_if_that_is_refused_says_why(
    status: int, detail: str, said: str, desk: Desk
) -> None:
    asked_of(desk, [(status, {"detail": detail})])
    page = desk.open(battery_stage.page("what-if"))
    expect(page.locator("#what-if-fault")).to_contain_text(said)
    expect(page.locator("#what-if-working")).to_be_hidden()


def test_what_is_no_number_is_said_and_not_asked(desk: Desk) -> None:
    asked = asked_of(desk, [(200, FOUND)])
    page = desk.open(battery_stage.page("what-if"))
    reached(lambda: len(asked) == 1, page)
    page.fill("#what-energy_mwh", "")
    expect(page.locator("#what-if-fault")).to_have_text("Energy: a number from 0 to 99,999.")
    assert len(asked) == 1


def test_without_scripts_the_page_is_whole_but_for_what_if(
    browser: Browser, server: PageServer
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    for tab, said in (("plan", "Every interval"), ("what-if", "What if needs JavaScript")):
        html = battery_stage.page(tab, user=battery_stage.STAFF)
        server.answer = lambda _, html=html: Answer(html, "text/html; charset=utf-8")  # type: ignore[misc]
        page.goto(f"{server.url}/battery/")
        expect(page.locator("#now")).to_contain_text("▲ charge 1.0 MW")
        expect(page.locator("main")).to_contain_text(said)
        expect(page.locator("#report button")).to_be_visible()
    expect(page.locator("#what-if")).to_be_hidden()
    context.close()


def test_the_pictures_are_tall_enough_on_a_phone_and_nothing_is_stretched(desk: Desk) -> None:
    page = desk.open()
    page.set_viewport_size({"width": 390, "height": 844})
    box = page.locator(".plan-chart > .prices").bounding_box()
    assert box
    assert box["height"] >= 240
    expect(page.locator(".plan-chart .minor").first).to_be_hidden()
    expect(page.locator(".plan-chart .major").first).to_be_visible()
    assert page.locator("svg svg text").count() == 0


def test_in_forced_colours_up_and_down_tell_charge_from_discharge(desk: Desk) -> None:
    page = desk.open()
    middle = "rects => rects.map((it) => Number(it.getAttribute('y')))"
    assert max(page.locator("rect.charge").evaluate_all(middle)) < 50
    assert page.locator("rect.discharge").evaluate_all(middle) == [50] * 4
    expect(page.locator(".legend .charge")).to_have_text("▲ charge")
    expect(page.locator(".legend .discharge")).to_have_text("▼ discharge")
