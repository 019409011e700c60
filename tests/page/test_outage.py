"""What the page says while prices do not come, and how it catches up."""

from dataclasses import replace
from urllib.parse import unquote

import pytest
from playwright.sync_api import Route, expect

from market.intervals import iso
from tests.page.market_day import FIVE, at, real_time
from tests.page.modules import reached
from tests.page.staged import Stage, on_the_stage
from tests.page.states import NOON, RUNNING, ages, catching_up, degraded, plain

pytestmark = on_the_stage
CURRENT = "**/api/current*"


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


def icon(stage: Stage) -> str:
    """The tab's icon."""
    return unquote(stage.page.locator("link[rel=icon]").get_attribute("href") or "")
