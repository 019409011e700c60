"""The whole page at work: pointer, keys, address, tables, what is said aloud, sound, paper."""

import csv
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from urllib.parse import unquote, urlsplit

import pytest
from playwright.sync_api import Route, expect

from market.intervals import iso, midnight
from tests.page.market_day import FIVE, alert, at, corrected, real_time
from tests.page.modules import reached
from tests.page.staged import PHONE, Stage, on_the_stage
from tests.page.states import NOON, ages, catching_up, degraded, eventful, newest_is, plain
from tests.page.test_picture import SCENE

pytestmark = on_the_stage
CURRENT = "**/api/current*"
RUNNING = NOON - timedelta(minutes=2, seconds=14)  # the interval that NOON lies in
# Stands in for the browser's own, which show and sound where no test can look.
HEARD = """
window.heard = { notified: [], tones: 0 };
window.Notification = class {
  static permission = "default";
  static requestPermission = async () => { Notification.permission = "granted"; };
  constructor(title, { body }) { heard.notified.push(body); }
};
const start = OscillatorNode.prototype.start;
OscillatorNode.prototype.start = function (at) { heard.tones += 1; start.call(this, at); };
"""
# Where what has the focus ends; the chart is taller than what a phone has room for beside the bar.
FOCUSED = """() => {
  const it = document.activeElement;
  if (!it || it === document.body || it.matches(".plot")) return null;
  const { bottom } = it.getBoundingClientRect();
  return { name: it.textContent, bottom, inBar: it.closest(".pages") !== null };
}"""


def test_the_data_come_in_one_request_and_from_one_host(stage: Stage) -> None:
    asked: list[str] = []
    stage.page.on("request", lambda request: asked.append(request.url))
    stage.show(plain())
    stage.let_pass(10)
    assert len(stage.sockets) == 1
    assert [url for url in asked if not url.startswith(stage.server.url)] == []
    answers = [urlsplit(url).path for url in asked if "/api/" in url]
    assert sorted(answers) == ["/api/v1/days", "/api/v1/hubs"]


def test_all_hubs_are_a_line_that_can_be_opened(stage: Stage) -> None:
    page = stage.show(newest_is(plain(), "-4.18"))
    stage.let_pass(2)
    line = "SP15 −4.18 · NP15 −3.18 · ZP26 −2.18 · NP15−SP15 +1.00"
    expect(page.locator("#hubs-line")).to_have_text(line)
    expect(page.locator("#hubs-rows tr").first).to_be_hidden()
    page.locator("#hubs-card summary").click()
    row = page.locator("#hubs-rows tr", has_text="NP15").locator("td")
    expect(row).to_have_text(["12:35–12:40", "−3.18", "−3.18", "−3.18", "0.00", "+1.00", "—"])
    page.reload()  # it stays open
    stage.let_pass(2)
    expect(page.locator("#hubs-rows tr").first).to_be_visible()


def test_a_late_price_of_another_hub_is_called_late_in_the_line_too(stage: Stage) -> None:
    answer = newest_is(plain(), "-4.18").hubs_now()
    answer["hubs"][1] |= {"stale": True, "basis": None}
    stage.page.route("**/api/v1/hubs", lambda route: route.fulfill(json=answer))
    page = stage.show(newest_is(plain(), "-4.18"))
    stage.let_pass(2)
    line = "SP15 −4.18 · NP15 −3.18 late · ZP26 −2.18"
    expect(page.locator("#hubs-line")).to_have_text(line)


def test_tomorrow_and_today_have_their_peak_hours_and_today_its_rank(stage: Stage) -> None:
    page = stage.show(plain())
    stage.let_pass(2)
    expect(page.locator("#days-offPeak-todayRt")).to_have_text("−1,027.59")
    expect(page.locator("#days-tb4-tomorrowDa")).to_have_text("$1,305")
    expect(page.locator("#days-average-todayRt")).to_have_text("41.33")
    expect(page.locator("#days-rank")).to_have_text(
        "Today, real-time so far 3rd highest of 30 days; day-ahead 12th highest of 30 days;"
        " its TB4 highest of 30 days."
    )
    expect(page.locator("#days-more")).to_have_attribute("href", "/battery/?hub=SP15")


def test_the_days_of_one_hub_never_stand_under_another(stage: Stage) -> None:
    page = stage.show(plain())
    expect(page.locator("#days-average-todayRt")).to_have_text("41.33")
    page.route("**/api/v1/days?hub=NP15*", lambda route: None)  # the answer is on its way
    page.keyboard.press("2")
    for figure in ("average-todayRt", "offPeak-todayRt", "tb4-tomorrowDa"):
        expect(page.locator(f"#days-{figure}")).to_have_text("—")
    expect(page.locator("#days-rank")).to_have_text("")


def test_an_answer_about_the_hub_before_is_not_shown(stage: Stage) -> None:
    page = stage.show(plain())
    held: list[Route] = []
    page.route("**/api/v1/days?hub=NP15*", lambda route: held.append(route))
    page.keyboard.press("2")
    reached(lambda: len(held) == 1, page)
    page.keyboard.press("1")
    expect(page.locator("#days-average-todayRt")).to_have_text("41.33")
    with page.expect_response("**/api/v1/days?hub=NP15*"):
        held[0].fulfill(json=stage.day.days() | {"hub": "NP15", "days": []})
    page.wait_for_timeout(100)
    expect(page.locator("#days-average-todayRt")).to_have_text("41.33")


def test_days_that_were_not_answered_are_asked_for_again_in_a_minute(stage: Stage) -> None:
    stage.page.route("**/api/v1/days*", lambda route: route.fulfill(body=""))
    page = stage.show(plain())
    with page.expect_response("**/api/v1/days*"):
        stage.let_pass(2)
    page.unroute_all()
    stage.let_pass(23)  # real time passes too
    expect(page.locator("#days-average-todayRt")).to_have_text("—")
    stage.let_pass(40)
    expect(page.locator("#days-average-todayRt")).to_have_text("41.33")


def test_after_midnight_the_days_are_asked_for_anew(stage: Stage) -> None:
    stage.show(replace(plain(), now=midnight(date(2026, 7, 15)) - timedelta(seconds=90)))
    stage.let_pass(2)
    reached(lambda: stage.asked.count("/api/v1/days") == 1, stage.page)
    stage.live_on(45)
    assert stage.asked.count("/api/v1/days") == 1
    stage.live_on(65)
    reached(lambda: stage.asked.count("/api/v1/days") == 2, stage.page)


AWAY = """(isAway) => {
  Object.defineProperty(document, "hidden", { configurable: true, get: () => isAway });
  document.dispatchEvent(new Event("visibilitychange"));
}"""


def test_a_page_that_nobody_looks_at_asks_for_neither_hubs_nor_days(stage: Stage) -> None:
    page = stage.show(plain())
    stage.let_pass(2)
    reached(lambda: {"/api/v1/hubs", "/api/v1/days"} <= set(stage.asked), page)
    page.evaluate(AWAY, True)
    before = [*stage.asked]
    stage.let_pass(20 * 60)
    assert [path for path in stage.asked[len(before) :] if path.startswith("/api/v1/")] == []
    page.evaluate(AWAY, False)
    stage.let_pass(1)
    for path in ("/api/v1/hubs", "/api/v1/days"):
        reached(lambda path=path: path in stage.asked[len(before) :], page)  # type: ignore[misc]


def test_how_many_alerts_are_open_everywhere_is_in_the_bar(stage: Stage) -> None:
    page = stage.show(eventful())
    stage.let_pass(2)
    expect(page.locator("#open-alerts")).to_have_text("1 open")
    stage.day.alerts = []
    stage.live_on(65)
    expect(page.locator("#open-alerts")).to_be_hidden()


def test_on_a_phone_a_chip_beside_the_price_says_what_is_open(stage: Stage) -> None:
    stage.page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    page = stage.show(eventful())
    chip = page.locator("#alert-chip")
    expect(chip).to_have_text("⚑ RT below 0")
    expect(chip).to_be_in_viewport()
    for place in ("#rt-price", "#ahead-average", ".pages"):
        expect(page.locator(place)).to_be_in_viewport()


def test_from_1800_pixels_a_second_chart_stands_beside(stage: Stage) -> None:
    page = stage.show(plain())
    second = page.locator("#second-price-chart")
    expect(second).to_be_hidden()
    page.set_viewport_size({"width": 1920, "height": 1080})
    expect(second).to_have_attribute("data-rt-intervals", "25")
    expect(page.locator("#price-chart")).to_have_attribute("data-rt-intervals", "289")
    page.locator("#second-chart-card [data-range='24h']").click()
    expect(second).to_have_attribute("data-rt-intervals", "289")
    expect(page).not_to_have_url(re.compile("range"))


def test_the_pointer_reads_an_interval_out(stage: Stage) -> None:
    page = stage.show(eventful())
    page.locator("#price-chart").hover(position={"x": 120, "y": 200})
    tip = page.locator("#chart-tip")
    expect(tip).to_be_visible()
    words = [
        "PDT · HE",
        "real-time",
        "energy",
        "congestion",
        "loss",
        "GHG",
        "as published",
    ]
    for word in [*words, "day-ahead", "spread"]:
        expect(tip).to_contain_text(word)
    page.mouse.move(5, 5)
    expect(tip).to_be_hidden()


def test_arrow_keys_read_out_too_and_say_what_was_corrected(stage: Stage) -> None:
    page = stage.show(plain())
    page.locator("#price-chart").focus()
    page.keyboard.press("End")
    expect(page.locator("#chart-tip")).to_contain_text("12:35–12:40")
    page.keyboard.press("ArrowLeft")
    expect(page.locator("#chart-tip")).to_contain_text("12:30–12:35")
    page.keyboard.press("Escape")
    expect(page.locator("#chart-tip")).to_be_hidden()


def test_the_tip_is_said_aloud_only_to_who_reads_by_keyboard(stage: Stage) -> None:
    page = stage.show(plain())
    tip = page.locator("#chart-tip")
    page.locator("#price-chart").hover()
    expect(tip).to_have_attribute("aria-live", "off")
    page.locator("#price-chart").focus()
    page.keyboard.press("End")
    expect(tip).to_have_attribute("aria-live", "polite")
    page.mouse.move(400, 300)
    page.keyboard.press("Tab")
    expect(tip).to_have_attribute("aria-live", "off")


def test_the_tip_is_not_written_again_where_nothing_changed(stage: Stage) -> None:
    page = stage.show(plain())
    page.locator("#price-chart").focus()
    page.keyboard.press("End")
    page.evaluate(
        """() => { window.written = 0;
            new MutationObserver(() => { written += 1; }).observe(
                document.getElementById("chart-tip"), { childList: true, subtree: true }); }"""
    )
    stage.publish(alert(1, stage.day.rt[-1]))
    stage.let_pass(2)
    assert page.evaluate("() => written") == 0
    stage.publish(corrected(stage.day.rt[-1], "18.25", NOON))
    stage.let_pass(2)
    assert page.evaluate("() => written") > 0
    expect(page.locator("#chart-tip")).to_contain_text("18.25")


def hours_seen(stage: Stage) -> float:
    """How many hours the chart shows."""
    span = stage.page.evaluate(SCENE)["span"]
    return float(span["end"] - span["start"]) / 3_600_000


def test_the_keyboard_zooms_moves_and_goes_back(stage: Stage) -> None:
    page = stage.show(plain())
    whole = hours_seen(stage)
    page.locator("#price-chart").focus()
    page.keyboard.press("End")
    page.keyboard.press("+")
    page.keyboard.press("+")
    assert hours_seen(stage) == pytest.approx(0.49 * whole)
    expect(page.locator("#chart-tip")).to_contain_text("12:35–12:40")
    before = page.evaluate(SCENE)["span"]["start"]
    page.keyboard.press("Shift+ArrowLeft")
    assert page.evaluate(SCENE)["span"]["start"] < before
    assert hours_seen(stage) == pytest.approx(0.49 * whole)
    page.keyboard.press("-")
    assert hours_seen(stage) == pytest.approx(0.7 * whole)
    page.keyboard.press("Escape")
    expect(page.locator("#chart-tip")).to_be_hidden()
    page.keyboard.press("Escape")
    assert hours_seen(stage) == whole


def test_the_wheel_zooms_around_the_pointer_and_a_button_shows_all_again(stage: Stage) -> None:
    page = stage.show(plain())
    whole = hours_seen(stage)
    button = page.get_by_role("button", name="Whole range")
    expect(button).to_be_hidden()
    page.locator("#price-chart").hover(position={"x": 300, "y": 200})
    tip = page.locator("#chart-tip b")
    read = tip.inner_text()
    page.mouse.wheel(0, -300)
    reached(lambda: hours_seen(stage) == pytest.approx(whole / 2), page)
    page.mouse.move(0, 0)
    page.locator("#price-chart").hover(position={"x": 300, "y": 200})
    expect(tip).to_have_text(read)
    button.click()
    assert hours_seen(stage) == whole
    expect(button).to_be_hidden()


def test_what_is_dragged_over_is_looked_at_and_two_clicks_show_all_again(stage: Stage) -> None:
    page = stage.show(plain())
    whole = hours_seen(stage)
    box = page.locator("#price-chart").bounding_box()
    assert box
    left, y = box["x"], box["y"] + 150
    page.mouse.move(left + 200, y)
    page.mouse.down()
    page.mouse.move(left + 300, y, steps=4)
    page.mouse.up()
    share = hours_seen(stage) / whole
    assert share == pytest.approx(100 / box["width"], rel=0.15)
    expect(page.locator("#chart-span")).to_contain_text("Jul 1")
    page.keyboard.down("Shift")
    before = page.evaluate(SCENE)["span"]["start"]
    page.mouse.down()
    page.mouse.move(left + 400, y, steps=4)
    page.mouse.up()
    page.keyboard.up("Shift")
    assert page.evaluate(SCENE)["span"]["start"] < before
    page.mouse.dblclick(left + 200, y)
    assert hours_seen(stage) == whole


def test_another_range_begins_with_all_of_it(stage: Stage) -> None:
    page = stage.show(plain())
    page.locator("#price-chart").focus()
    page.keyboard.press("+")
    page.locator("#chart-card [data-range='48h']").click()
    stage.let_pass(1)
    expect(page.get_by_role("button", name="Whole range")).to_be_hidden()


def test_a_gap_is_one_however_near_it_is_looked_at(stage: Stage) -> None:
    day = plain()
    page = stage.show(replace(day, rt=[*day.rt[:-60], *day.rt[-20:]]), "?range=24h")
    chart = page.locator("#price-chart")
    chart.focus()
    page.keyboard.press("End")
    for _ in range(24):  # two hours and a bit: into the gap
        page.keyboard.press("ArrowLeft")
    for _ in range(17):
        page.keyboard.press("+")
    assert hours_seen(stage) == 0.25
    expect(chart).to_have_attribute("data-rt-intervals", "0")
    expect(chart).to_have_attribute("data-gaps", "1")
    expect(page.locator("#chart-empty")).to_be_hidden()


def test_a_past_date_is_fetched_and_the_address_keeps_it(stage: Stage) -> None:
    page = stage.show(plain())
    page.locator("#chart-card input[type=date]").fill("2026-06-20")
    expect(page).to_have_url(f"{stage.server.url}/?hub=SP15&date=2026-06-20")
    expect(page.locator("#chart-span")).to_have_text("Sat, Jun 20")
    chart = page.locator("#price-chart")
    reached(lambda: stage.asked.count("/api/v1/prices") == 3, page)
    stage.let_pass(1)
    expect(chart).to_have_attribute("data-rt-intervals", "288")
    expect(chart).to_have_attribute("data-fmm-intervals", "96")
    expect(chart).to_have_attribute("data-gaps", "0")
    page.locator("#price-table summary").click()
    expect(page.locator("#price-rows .day")).to_have_text("Sat, Jun 20")
    with page.expect_download() as download:
        page.locator("#csv").click()
    assert download.value.suggested_filename == "SP15-2026-06-20.csv"
    page.keyboard.press("r")
    expect(page).to_have_url(f"{stage.server.url}/?hub=SP15&range=48h")
    page.go_back()
    expect(page.locator("#chart-card input[type=date]")).to_have_value("2026-06-20")


def test_a_message_leads_to_the_moment_it_is_about(stage: Stage) -> None:
    page = stage.show(plain(), "?date=2026-06-20&at=2026-06-20T19:35:00Z")
    reached(lambda: stage.asked.count("/api/v1/prices") == 3, page)
    stage.let_pass(1)
    tip = page.locator("#chart-tip")
    expect(tip).to_contain_text("Sat, Jun 20 12:35–12:40")
    expect(tip).to_contain_text("real-time")
    expect(page.locator("#chart-note")).to_contain_text("Alerts of that day are not drawn here")
    label = page.locator("#price-chart").get_attribute("aria-label") or ""
    assert "288 real-time intervals" in label
    assert "alerts," not in label
    page.keyboard.press("r")
    expect(tip).to_be_hidden()


def test_of_a_date_without_prices_it_says_so(stage: Stage) -> None:
    page = stage.show(plain(), "?date=2012-11-20")
    reached(lambda: stage.asked.count("/api/v1/prices") == 3, page)
    stage.let_pass(1)
    expect(page.locator("#chart-empty")).to_have_text("No prices held for Tue, Nov 20, 2012.")


def test_a_date_that_could_not_be_fetched_is_no_date_without_prices(stage: Stage) -> None:
    stage.page.route("**/api/v1/prices*", lambda route: route.fulfill(status=503, body="{}"))
    stage.blocked = {"stream"}  # what the browser itself says of the 503 is no complaint
    page = stage.show(plain(), "?date=2026-06-20")
    page.wait_for_timeout(100)
    stage.let_pass(1)
    expect(page.locator("#chart-empty")).to_contain_text("could not be fetched")
    stage.complaints.clear()


Touch = Callable[..., None]


@pytest.fixture
def touch(stage: Stage) -> Touch:
    """touch("Start", (x, y), (x, y)): fingers on the screen, as Chromium has them from a driver."""
    session = stage.page.context.new_cdp_session(stage.page)

    def send(kind: str, *points: tuple[float, float]) -> None:
        touches = [{"x": x, "y": y, "id": n} for n, (x, y) in enumerate(points)]
        session.send("Input.dispatchTouchEvent", {"type": f"touch{kind}", "touchPoints": touches})

    return send


def test_two_fingers_zoom_and_one_scrolls_the_page(stage: Stage, touch: Touch) -> None:
    stage.page.set_viewport_size({"width": 390, "height": 844})
    page = stage.show(plain())
    chart = page.locator("#price-chart")
    chart.hover()
    whole, box = hours_seen(stage), chart.bounding_box()
    assert box
    x, y = box["x"] + 150, box["y"] + 120
    touch("Start", (x - 20, y))
    touch("Start", (x - 20, y), (x + 20, y))
    touch("Move", (x - 40, y), (x + 40, y))
    touch("End")
    assert hours_seen(stage) == pytest.approx(whole / 2, rel=0.05)
    before = page.evaluate("() => scrollY")
    touch("Start", (x, y))
    for step in range(1, 6):
        touch("Move", (x, y - 30 * step))
    touch("End")
    reached(lambda: page.evaluate("() => scrollY") > before + 50, page)
    expect(page.locator("#chart-menu")).to_be_hidden()


SECOND = """async () => {
  const { plotOf } = await import("/static/charts/plot.js");
  const { createPriceCard, renderPriceCard } = await import("/static/charts/price_card.js");
  const first = document.getElementById("chart-card");
  const { state, now } = plotOf(document.getElementById("price-chart")).scene;
  const copy = first.cloneNode(true);
  copy.querySelector("[data-part=plot]").replaceChildren();
  for (const it of [copy, ...copy.querySelectorAll("[id]")]) it.removeAttribute("id");
  copy.id = "second";
  first.after(copy);
  const card = createPriceCard(copy, { onRange: () => {}, onDate: () => {} });
  const view = { range: "2h", date: null, thresholds: [], now, trouble: null };
  renderPriceCard(card, { ...state, hub: "NP15" }, view);
}"""


def test_a_second_chart_stands_beside_the_first_and_each_is_its_own(stage: Stage) -> None:
    page = stage.show(plain())
    page.evaluate(SECOND)
    second = page.locator("#second [data-part=plot]")
    expect(second).to_have_attribute("data-rt-intervals", "25")
    expect(second.locator("canvas")).to_be_attached()
    expect(page.locator("#price-chart")).to_have_attribute("data-rt-intervals", "289")
    second.click(position={"x": 300, "y": 120})
    link = page.locator("#second [data-part=menu] a").first
    assert "hub=NP15" in str(link.get_attribute("href"))
    expect(page.locator("#chart-menu")).to_be_hidden()


def test_where_a_range_goes_further_back_than_prices_are_held_it_says_so(stage: Stage) -> None:
    page = stage.show(replace(plain(), rt=plain().rt[-36:]))
    note = page.locator("#chart-note")
    expect(note).to_have_text("No real-time price is held from before Tue, Jul 14 09:40.")
    page.locator("#chart-card [data-range='2h']").click()
    stage.let_pass(1)
    expect(note).to_be_hidden()


def test_yesterday_is_laid_beside_today_where_it_is_wanted(stage: Stage) -> None:
    page = stage.show(plain())
    button = page.get_by_role("button", name="Yesterday")
    expect(button).to_have_attribute("aria-pressed", "false")
    assert page.evaluate(SCENE)["before"] == 0
    button.click()
    reached(lambda: stage.asked.count("/api/v1/prices") == 2, page)
    stage.let_pass(1)
    reached(lambda: page.evaluate(SCENE)["before"] > 290, page)  # of the hours to come too
    page.locator("#price-chart").focus()
    page.keyboard.press("End")
    expect(page.locator("#chart-tip")).to_contain_text("yesterday")


def test_a_click_at_a_price_offers_an_alert(stage: Stage) -> None:
    page = stage.show(plain())
    page.locator("#price-chart").click(position={"x": 300, "y": 120})
    menu = page.locator("#chart-menu")
    expect(menu).to_be_visible()
    above, below = (menu.get_by_role("link", name=name) for name in ("above", "below"))
    expect(above).to_be_focused()
    limit = above.inner_text().removeprefix("Alert me above ")
    assert 60 < float(limit) < 130
    address = f"/alerts/new/?hub=SP15&market=RTM&watched=lmp&direction={{}}&limit={limit}"
    expect(above).to_have_attribute("href", address.format("above"))
    expect(below).to_have_attribute("href", address.format("below"))
    page.keyboard.press("Escape")
    expect(menu).to_be_hidden()


def test_what_is_offered_goes_when_the_keyboard_goes_on(stage: Stage) -> None:
    page = stage.show(plain())
    page.locator("#price-chart").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#chart-menu a").first).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.locator("#price-table summary")).to_be_focused()
    expect(page.locator("#chart-menu")).to_be_hidden()


def test_the_tab_key_begins_at_the_top_of_the_page(stage: Stage) -> None:
    page = stage.show(plain())
    page.keyboard.press("Tab")
    expect(page.locator(".brand")).to_be_focused()


def test_on_a_phone_what_has_the_focus_is_not_under_the_bar_at_the_bottom(stage: Stage) -> None:
    page = stage.show(plain())
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    bar = page.locator(".pages").bounding_box()
    assert bar
    page.keyboard.press("Shift+Tab")  # from the end to the top
    for _ in range(35):
        box = page.evaluate(FOCUSED)
        assert box is None or box["inBar"] or box["bottom"] <= bar["y"], box
        page.keyboard.press("Shift+Tab")
    page.locator("#hub-tabs a").first.focus()  # and on from the top
    for _ in range(25):
        box = page.evaluate(FOCUSED)
        assert box is None or box["inBar"] or box["bottom"] <= bar["y"], box
        page.keyboard.press("Tab")


def test_enter_offers_an_alert_at_the_price_read_out(stage: Stage) -> None:
    day = newest_is(plain(), "41.2")
    page = stage.show(day)
    page.locator("#price-chart").focus()
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    expect(page.locator("#chart-menu a").first).to_have_text("Alert me above 41")
    page.keyboard.press("Escape")
    expect(page.locator("#chart-menu")).to_be_hidden()
    expect(page.locator("#price-chart")).to_be_focused()


# Measured from the chart: the page may have been scrolled to it meanwhile.
UNDER_THE_CHART = """() => {
  const [chart, tip, card] = ["price-chart", "chart-tip", "chart-card"]
    .map((id) => document.getElementById(id).getBoundingClientRect());
  return { under: tip.top - chart.bottom, tip: tip.height, chart: chart.height, card: card.height };
}"""


def test_on_a_phone_the_readout_lies_under_the_chart_and_nothing_jumps(stage: Stage) -> None:
    stage.page.set_viewport_size({"width": 390, "height": 844})
    page = stage.show(plain())
    chart, tip = page.locator("#price-chart"), page.locator("#chart-tip")
    expect(tip).to_have_text("Touch or point at the chart to read a price.")
    before = page.evaluate(UNDER_THE_CHART)
    chart.hover(position={"x": 120, "y": 150})
    expect(tip).to_contain_text("real-time")
    expect(tip).to_contain_text("FMM")
    after = page.evaluate(UNDER_THE_CHART)
    assert after == before
    assert after["under"] >= 0
    assert after["chart"] >= 240


def test_keys_choose_hub_range_filter_theme_and_help_and_the_address_keeps_them(
    stage: Stage,
) -> None:
    page = stage.show(plain())
    page.keyboard.press("r")
    page.keyboard.press("t")
    expect(page).to_have_url(f"{stage.server.url}/?hub=SP15&range=48h&theme=dark")
    expect(page.locator("#chart-card [data-range='48h']")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("f")
    expect(page.locator("[data-filter=prices]")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("?")
    expect(page.locator("#keys-help")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#keys-help")).to_be_hidden()
    page.keyboard.press("2")
    expect(page.locator("a[data-hub=NP15]")).to_have_attribute("aria-current", "page")
    expect(page).to_have_url(f"{stage.server.url}/?hub=NP15&range=48h&theme=dark")
    page.go_back()
    expect(page.locator("a[data-hub=SP15]")).to_have_attribute("aria-current", "page")


def test_keys_of_a_single_letter_can_be_switched_off_and_stay_off(stage: Stage) -> None:
    page = stage.show(plain())
    page.keyboard.press("?")
    page.locator("#letter-keys").uncheck()
    page.locator("#keys-help button").click()
    for key in ("r", "2", "?"):
        page.keyboard.press(key)
    expect(page).to_have_url(f"{stage.server.url}/")
    expect(page.locator("#keys-help")).to_be_hidden()
    page.reload()
    page.keyboard.press("r")
    expect(page).to_have_url(f"{stage.server.url}/")
    page.locator("#keys-open").click()
    page.locator("#letter-keys").check()
    page.keyboard.press("Escape")
    page.keyboard.press("2")
    expect(page).to_have_url(f"{stage.server.url}/?hub=NP15")


def test_a_theme_chosen_earlier_goes_into_the_address_too(stage: Stage) -> None:
    stage.run_first("localStorage.setItem('theme', 'dark')")
    page = stage.show(plain())
    page.keyboard.press("2")
    expect(page).to_have_url(f"{stage.server.url}/?hub=NP15&theme=dark")
    page.go_back()
    page.keyboard.press("3")
    expect(page).to_have_url(f"{stage.server.url}/?hub=ZP26&theme=dark")


def test_a_link_shows_the_same_thing(stage: Stage) -> None:
    page = stage.show(plain(), "?hub=SP15&range=7d&theme=dark")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page.locator("#chart-span")).to_have_text("7 days")


def test_an_interval_is_shown_once_on_the_tile_aloud_and_on_the_tab(stage: Stage) -> None:
    page = stage.show(replace(plain(), now=at("2026-07-14 12:39:56-07:00")))
    icon = page.locator("link[rel=icon]").get_attribute("href")
    stage.publish(*[{**price, "lmp": 61.5} for price in real_time(NOON, NOON + FIVE)])
    stage.let_pass(1)
    expect(page.locator("#rt-price")).to_have_text("−0.95")  # it has not begun
    expect(page.locator("#announcer")).to_contain_text("SP15 12:35–12:40")
    stage.let_pass(3)
    expect(page.locator("#rt-price")).to_have_text("61.50")
    expect(page.locator("#rt-price")).to_have_class("flash")
    expect(page.locator("#rt-change")).to_contain_text("▲ +62.45 since 12:35")
    said = page.locator("#announcer")
    expect(said).to_have_attribute("aria-live", "polite")
    expect(said).to_contain_text("SP15 12:40–12:45: 61.50 dollars per megawatt-hour")
    assert page.title() == "61.50 SP15 · CAISO Live"
    assert page.locator("link[rel=icon]").get_attribute("href") != icon


def test_in_an_outage_the_last_price_stays_grey_and_the_estimate_is_beside_it(
    stage: Stage,
) -> None:
    degraded(stage)
    page = stage.page
    last = f"{stage.day.rt[-1]['lmp']:.2f}".replace("-", "−")
    expect(page.locator("#rt-price")).to_have_text(last)
    expect(page.locator("#tile-rt")).to_have_attribute("data-late", "true")
    expect(page.locator("#rt-price")).to_have_css("color", css(stage, "--dim"))
    expect(page.locator("#rt-meta")).to_have_text("12:05–12:10 · HE13 · as published · 32 min old")
    expect(page.locator("#rt-estimate")).to_have_text(
        "estimate for 12:35–12:40: 31.20, same time yesterday"
    )
    stage.live_on(60)
    expect(page.locator("#rt-price")).to_have_text(last)
    expect(page.locator("#rt-meta")).to_contain_text("33 min old")
    expect(page.locator("#rt-price")).not_to_have_class("flash")
    expect(page.locator("#complete")).to_have_text("146 / 152")


def test_one_banner_says_what_was_seen_and_it_is_said_aloud_once(stage: Stage) -> None:
    degraded(stage)
    page, said = stage.page, stage.page.locator("#announcer")
    words = "CAISO has not published the 6 intervals 12:10–12:40 yet. Due at 12:10."
    expect(page.locator("#notice-outage-text")).to_have_text(words)
    expect(said).to_have_text(words)
    assert page.title() == f"(late) {page.locator('#rt-price').inner_text()} SP15 · CAISO Live"
    assert "stroke-dasharray" in icon(stage)
    stage.day = replace(stage.day, source_trouble="CAISO refuses us since 12:36 (429).")
    stage.send(stage.day.heartbeat())
    expect(said).to_have_text("CAISO refuses us since 12:36 (429).")
    expect(page.locator(".notice:visible")).to_have_count(1)
    stage.day = replace(stage.day, source_trouble=None)
    stage.send(stage.day.heartbeat())
    stage.publish(*[{**price, "lmp": 61.5} for price in real_time(RUNNING, RUNNING + FIVE)])
    stage.let_pass(1)
    expect(said).to_contain_text("SP15 12:35–12:40: 61.50 dollars per megawatt-hour")
    assert page.title() == "61.50 SP15 · CAISO Live"
    assert "stroke-dasharray" not in icon(stage)
    expect(page.locator("#notice-outage")).to_be_hidden()
    page.locator("#log-card summary").click()
    page.locator("[data-filter=status]").click()
    stage.let_pass(1)
    lines = page.locator("#log li[data-kind=status] span").all_inner_texts()
    refused = "● CAISO refuses us since 12:36 (429)."
    assert lines[0] == "● Prices come in again."
    assert set(lines[1:]) == {f"● {words}", refused}


def css(stage: Stage, token: str) -> str:
    """A colour of the page's own as the browser computes it."""
    found: str = stage.page.evaluate(
        """(token) => {
            const probe = document.body.appendChild(document.createElement("i"));
            probe.style.color = `var(${token})`;
            const { color } = getComputedStyle(probe);
            probe.remove();
            return color;
        }""",
        token,
    )
    return found


def test_a_browser_that_is_offline_says_so_and_nothing_of_caiso(stage: Stage) -> None:
    page = stage.show(ages(plain(), minutes=12))
    expect(page.locator("#notice-outage-text")).to_contain_text("CAISO has not published")
    stage.day = replace(stage.day, speaks=False)
    page.evaluate("() => dispatchEvent(new Event('offline'))")
    stage.let_pass(4)
    expect(page.locator("#notice-outage-text")).not_to_contain_text("offline")  # it still hears
    stage.sockets[-1].close(code=1006)
    stage.let_pass(2)
    expect(page.locator("#notice-outage-text")).to_have_text(
        "This browser is offline since 12:37. Prices are the last received."
    )
    expect(page.locator(".notice:visible")).to_have_count(1)
    page.evaluate("() => dispatchEvent(new Event('online'))")
    stage.day = replace(stage.day, speaks=True)
    stage.let_pass(30)
    expect(page.locator("#notice-outage-text")).to_contain_text("CAISO has not published")


@pytest.mark.parametrize("asked", ["12:24:58", "12:25:20"])  # they are out at half past 12:25
def test_a_price_that_nobody_asked_for_is_not_said_to_be_unpublished(
    asked: str, stage: Stage
) -> None:
    day = ages(plain(), minutes=12)
    page = stage.show(replace(day, answered={"RTM": iso(at(f"2026-07-14 {asked}-07:00"))}))
    expect(page.locator("#notice-outage-text")).to_have_text(
        f"The 3 intervals 12:25–12:40 could not be fetched yet: CAISO last answered at {asked[:5]}."
    )


def test_what_the_log_shows_survives_a_reload(stage: Stage) -> None:
    page = stage.show(ages(plain(), minutes=12))
    running = real_time(RUNNING, RUNNING + FIVE)
    stage.day.rt = [*stage.day.rt, *running]
    stage.publish(*running)
    stage.let_pass(2)
    kept = log_lines(stage)
    assert "● Prices come in again." in " ".join(kept)
    page.reload()
    expect(page.locator("body[data-loaded=true][data-painted-at]")).to_be_attached()
    stage.let_pass(1)
    assert log_lines(stage) == kept


def test_the_log_of_a_feed_that_began_anew_is_not_taken_over(stage: Stage) -> None:
    page = stage.show(ages(plain(), minutes=12))
    running = real_time(RUNNING, RUNNING + FIVE)
    stage.day.rt = [*stage.day.rt, *running]
    stage.publish(*running)
    stage.let_pass(2)
    page.evaluate(
        """() => addEventListener("pagehide", () => {
          sessionStorage.log = sessionStorage.log.replaceAll('"epoch":"a"', '"epoch":"before"');
        })"""
    )
    page.reload()
    expect(page.locator("body[data-loaded=true][data-painted-at]")).to_be_attached()
    stage.let_pass(1)
    assert "Prices come in again." not in " ".join(log_lines(stage))


def test_the_log_of_a_hub_survives_reloads_while_another_one_is_shown(stage: Stage) -> None:
    page = stage.show(plain())
    page.evaluate("() => { sessionStorage.log = JSON.stringify({NP15: {epoch: 'n', log: []}}); }")
    page.reload()
    kept = page.evaluate("() => Object.keys(JSON.parse(sessionStorage.log))")
    assert sorted(kept) == ["NP15", "SP15"]


def log_lines(stage: Stage) -> list[str]:
    """The whole log, newest first."""
    lines: list[str] = stage.page.locator("#log li").evaluate_all(
        "(lines) => lines.map((line) => line.textContent)"
    )
    return lines


def test_what_one_large_answer_brought_is_one_line_of_the_log(stage: Stage) -> None:
    stage.show(replace(plain(), rt=plain().rt[:100]))
    before = len(log_lines(stage))
    missing = [price | {"first_seen": iso(NOON)} for price in plain().rt[100:200]]
    stage.publish(*missing)
    stage.let_pass(1)
    fresh = log_lines(stage)
    assert len(fresh) == before + 1
    assert any("RT 20:55–05:15: 100 intervals, " in line for line in fresh)


def test_an_answer_that_comes_late_does_not_replace_a_newer_price(stage: Stage) -> None:
    held: list[Route] = []
    page = stage.page
    page.route(CURRENT, lambda route: held.append(route))
    stage.show(ages(plain(), minutes=12))
    reached(lambda: len(held) == 1, page)
    expect(page.locator("#notice-outage")).to_be_visible()
    estimate = {"rt_price": 20.0, "rt_quality": "previous_day", "rt_timestamp": iso(RUNNING)}
    old = stage.day.answer() | estimate
    stage.publish(*[{**price, "lmp": 61.5} for price in real_time(RUNNING, RUNNING + FIVE)])
    stage.let_pass(1)
    assert len(held) == 1
    with page.expect_response(CURRENT):
        held[0].fulfill(json=old)
    stage.let_pass(1)
    expect(page.locator("#rt-price")).to_have_text("61.50")
    expect(page.locator("#rt-estimate")).to_have_text("")
    assert page.title() == "61.50 SP15 · CAISO Live"


def test_a_network_that_answers_in_place_of_the_server_is_no_fault_of_the_page(
    stage: Stage,
) -> None:
    asked: list[Route] = []
    page = stage.page
    page.route(CURRENT, lambda route: asked.append(route))
    stage.show(ages(plain(), minutes=12))
    reached(lambda: len(asked) == 1, page)
    with page.expect_response(CURRENT):
        asked[0].fulfill(body="<html>Please log in", content_type="text/html")
    stage.let_pass(1)
    assert page.title().startswith("(late) ")  # a complaint of the console would fail it, too


def icon(stage: Stage) -> str:
    """The tab's icon."""
    return unquote(stage.page.locator("link[rel=icon]").get_attribute("href") or "")


def test_filters_leave_what_they_name(stage: Stage) -> None:
    page = stage.show(eventful())
    page.locator("#log-card summary").click()
    page.locator("[data-filter=alerts]").click()
    stage.let_pass(1)
    kinds = page.locator("#log li").evaluate_all("(lines) => lines.map((li) => li.dataset.kind)")
    assert kinds
    assert set(kinds) - {None} == {"alert"}


def test_alerts_have_their_state_and_how_long(stage: Stage) -> None:
    page = stage.show(eventful())
    expect(page.locator("#alerts-count")).to_have_text("⚑ 1 open")
    expect(page.locator("#alerts li[data-state=open]")).to_contain_text("open for 37 min")
    expect(page.locator("#alerts li[data-state=cleared]")).to_contain_text("cleared after 10 min")


def test_an_alert_sounds_and_notifies_only_who_asked(stage: Stage) -> None:
    stage.run_first(HEARD)
    page = stage.show(plain())
    stage.publish(alert(1, stage.day.rt[-1]))
    assert page.evaluate("() => heard") == {"notified": [], "tones": 0}
    page.locator("#alert-notify").click()
    expect(page.locator("#alert-notify")).to_have_attribute("aria-pressed", "true")
    page.locator("#alert-sound").click()  # and is heard at once
    stage.publish(alert(2, stage.day.rt[-1], limit=0))
    heard = page.evaluate("() => heard")
    assert heard["notified"] == [alert(2, stage.day.rt[-1], limit=0)["text"]]
    assert heard["tones"] == 4


def test_who_asked_is_notified_of_every_hub_and_once(stage: Stage) -> None:
    stage.run_first(HEARD)
    page = stage.show(plain())
    assert stage.alert_sockets == []
    page.locator("#alert-notify").click()
    expect(page.locator("#alert-notify")).to_have_attribute("aria-pressed", "true")
    here, there = alert(1, stage.day.rt[-1]), {**alert(2, stage.day.rt[-1]), "text": "NP15 is high"}
    stage.follows_alerts()
    stage.publish_at("SP15", here)
    stage.publish(here)
    stage.publish_at("NP15", there)
    stage.publish_at("NP15", there | {"state": "cleared"})
    assert page.evaluate("() => heard.notified") == [here["text"], "NP15 is high"]
    assert "hubs=SP15%2CNP15%2CZP26" in stage.alert_sockets[0].url


def test_who_wants_no_more_alerts_listens_to_no_other_hub(stage: Stage) -> None:
    stage.run_first("localStorage.setItem('alert-sound', 'on');")
    page = stage.show(plain())
    stage.follows_alerts()
    page.evaluate(
        """() => { window.ended = 0; const close = WebSocket.prototype.close;
            WebSocket.prototype.close = function () { ended += 1; close.call(this); }; }"""
    )
    page.locator("#alert-sound").click()
    assert page.evaluate("() => ended") == 1
    assert len(stage.sockets) == 1


def test_a_sound_chosen_last_time_waits_for_a_touch_and_says_so(stage: Stage) -> None:
    stage.run_first(HEARD + "localStorage.setItem('alert-sound', 'on');")
    page = stage.show(plain())
    why = page.locator("#alert-why")
    expect(why).to_contain_text("Touch the page once: this browser plays no sound before.")
    stage.publish(alert(1, stage.day.rt[-1]))
    page.keyboard.press("x")
    expect(why).to_be_hidden()
    assert page.evaluate("() => heard.tones") == 0
    stage.publish(alert(2, stage.day.rt[-1]))
    stage.heard(2)


def test_a_machine_that_slept_asks_for_what_it_missed_and_for_the_time(stage: Stage) -> None:
    page = stage.show(plain())
    # Some seconds of the page's own have passed by then, of a busy machine's more.
    slept = timedelta(hours=1, seconds=30)
    stage.day = replace(stage.day, now=NOON + slept, seq=112, has_more=True)
    page.evaluate("() => { const now = Date.now; Date.now = () => now() + 3_630_000; }")
    stage.let_pass(1)
    assert "after=a%3A100" in stage.sockets[-1].url
    expect(page.locator("body")).to_have_attribute("data-connection", "live")
    expect(page.locator("#clock-time")).to_contain_text("13:37")
    expect(page.locator("#notice-outage")).to_contain_text("Catching up on 1 h")
    stage.let_pass(3)
    assert len(stage.sockets) == 2


def test_the_csv_has_what_the_chart_shows(stage: Stage) -> None:
    page = stage.show(replace(plain(), source="simulator"))
    with page.expect_download() as download:
        page.locator("#csv").click()
    assert download.value.suggested_filename == "SIMULATED-SP15-24h-2026-07-14.csv"
    with open(download.value.path(), newline="") as file:
        rows = list(csv.DictReader(file))
    shown = int(page.locator("#price-chart").get_attribute("data-rt-intervals") or 0)
    assert len([row for row in rows if row["market"] == "RTM"]) == shown
    newest = [row for row in rows if row["market"] == "RTM"][-1]
    assert float(newest["lmp"]) == stage.day.rt[-1]["lmp"]
    assert newest["pacific_time"] == "12:35 PDT"


def test_each_chart_has_its_twin_in_numbers(stage: Stage) -> None:
    page = stage.show(plain())
    for table, rows in (("price-table", 290), ("day-ahead-table", 24)):
        page.locator(f"#{table} summary").click()
        expect(page.locator(f"#{table} tbody tr").nth(rows - 2)).to_be_attached()


@pytest.mark.parametrize("query", ["", "?theme=dark"])
def test_paper_is_white_without_a_script_too_and_also_where_the_system_is_dark(
    query: str, stage: Stage
) -> None:
    page = stage.show(plain(), query)
    page.emulate_media(media="print", color_scheme="dark")
    ink, paper = page.evaluate(
        "() => ['color', 'backgroundColor'].map((name) => getComputedStyle(document.body)[name])"
    )
    assert (ink, paper) == ("rgb(22, 32, 43)", "rgb(255, 255, 255)")


def test_on_paper_it_is_black_on_white_and_nothing_is_cut_off(stage: Stage) -> None:
    page = stage.show(eventful(), "?theme=dark")
    page.emulate_media(media="print")
    page.evaluate("() => dispatchEvent(new Event('beforeprint'))")
    stage.let_pass(1)
    style = "getComputedStyle(document.body)"
    assert page.evaluate(f"{style}.backgroundColor") == "rgb(255, 255, 255)"
    expect(page.locator("#theme-switch")).to_be_hidden()
    width = "document.documentElement.scrollWidth - innerWidth"
    assert page.evaluate(width) <= 0


def test_what_was_missed_is_said_to_be_coming_in(stage: Stage) -> None:
    catching_up(stage)
    notice = stage.page.locator("#notice-outage")
    expect(notice).to_contain_text("Catching up on")
    stage.day.seq = 100
    stage.publish(*real_time(NOON, NOON + 900 * FIVE))
    stage.let_pass(3)
    expect(notice).to_be_hidden()


def test_near_the_hour_all_tiles_are_of_one_interval(stage: Stage) -> None:
    day = replace(plain(), now=at("2026-07-14 12:59:56-07:00"))
    rt = real_time(NOON - 4 * FIVE, at("2026-07-14 13:00:00-07:00"))
    page = stage.show(replace(day, rt=rt))
    spread = page.locator("#spread").inner_text()
    stage.let_pass(6)
    expect(page.locator("#clock-hour-ending")).to_have_text("HE14")
    expect(page.locator("#da-title")).to_have_text("Day-ahead HE13")  # until HE14's RT is here
    expect(page.locator("#spread")).to_have_text(spread)
    expect(page.locator("#spread-meta")).to_contain_text("DA of HE13")
    stage.live_on(120)
    expect(page.locator("#da-title")).to_have_text("Day-ahead HE14")  # which is late


def test_two_intervals_that_were_passed_over_are_asked_for(stage: Stage) -> None:
    asked: list[Route] = []
    stage.page.route(CURRENT, lambda route: asked.append(route))
    day = replace(plain(), now=at("2026-07-14 12:36:00-07:00"))
    kept = [*ages(day, minutes=15).rt, *real_time(NOON, NOON + FIVE)]
    page = stage.show(replace(day, rt=kept))
    stage.let_pass(1)
    reached(lambda: len(asked) == 1, page)
    current = {
        "rt_price": 20.0,
        "rt_quality": "interpolated",
        "rt_timestamp": "2026-07-14T19:35:00Z",
    }
    asked[0].fulfill(json=stage.day.answer() | current | {"server_time": "2026-07-14T19:36:01Z"})
    expect(page.locator("#rt-estimate")).to_contain_text("estimate for 12:35–12:40: 20.00")
