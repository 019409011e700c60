"""The chart at work: what it reads out, dates, the second chart, its table and its file."""

import csv
import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from playwright.sync_api import Route, expect

from tests.page.market_day import alert, corrected
from tests.page.modules import reached
from tests.page.staged import Stage, on_the_stage
from tests.page.states import NOON, eventful, newest_is, plain
from tests.page.test_picture import SCENE

pytestmark = on_the_stage


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


LOST: list[tuple[Callable[[Route], None], list[str]]] = [
    (lambda route: route.abort(), ["Failed to load resource: net::ERR_FAILED"]),
    (lambda route: route.fulfill(body="'log in'", content_type="text/javascript"), []),
]


@pytest.mark.parametrize(("answer", "complaints"), LOST)
def test_without_what_draws_it_the_prices_go_on_and_the_chart_says_so(
    answer: Callable[[Route], None], complaints: list[str], stage: Stage
) -> None:
    stage.page.route("**/vendor/uplot/*", answer)
    stage.open(plain())
    page = stage.page
    expect(page.locator("#chart-empty")).to_have_text(
        "The chart could not be loaded: load the page again. The table below has its prices."
    )
    expect(page.locator("#price-table")).to_be_visible()
    expect(page.locator("#summary-high-todayRt")).to_contain_text(".")
    stage.publish(plain().rt[-1] | {"lmp": 77.7, "revision": 2})
    stage.let_pass(1)
    expect(page.locator("#rt-price")).to_have_text("77.70")
    assert stage.complaints == complaints
    stage.complaints.clear()


def test_prices_do_not_wait_for_what_draws_the_charts(stage: Stage) -> None:
    held: list[Route] = []
    stage.page.set_viewport_size({"width": 1920, "height": 1080})
    stage.page.route("**/vendor/uplot/*", lambda route: held.append(route))
    stage.open(plain())
    expect(stage.page.locator("body[data-loaded=true][data-painted-at]")).to_be_attached()
    expect(stage.page.locator("#price-chart canvas")).not_to_be_attached()
    for route in held:
        route.continue_()
    for chart in ("#price-chart", "#second-price-chart"):
        expect(stage.page.locator(f"{chart} canvas")).to_be_attached()
