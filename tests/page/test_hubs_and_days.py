"""All hubs in a line, and figures of whole days: asked for after the first paint."""

from dataclasses import replace
from datetime import date, timedelta

from playwright.sync_api import Route, expect

from market.intervals import midnight
from tests.page.modules import reached
from tests.page.staged import Stage, on_the_stage
from tests.page.states import newest_is, plain

pytestmark = on_the_stage


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
    expect(page.locator("#days-more")).to_have_attribute(
        "href", "/battery/?hub=SP15&tab=history#days"
    )


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
