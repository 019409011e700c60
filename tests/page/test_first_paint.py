"""What the page shows before its scripts run is what they then show, and nothing moves."""

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.page.first_paint import CASES, day_of
from tests.page.market_day import at
from tests.page.staged import PHONE, WIDE, Day, Stage, on_the_stage, ordinary
from tests.page.states import NOON, ages, eventful, newest_is, plain

pytestmark = on_the_stage
cases = pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
DAYS = {
    "a summer noon": plain(),
    "spikes, corrections and a gap": eventful(),
    "four digits": newest_is(plain(), "1015.37"),
    "25 minutes without a price": ages(plain(), 25),
    "simulated": replace(plain(), source="simulator"),
    "before spring's missing hour": ordinary(at("2026-03-08 01:57:10-08:00")),
    "after it": ordinary(at("2026-03-08 03:02:10-07:00")),
    "autumn's first one o'clock": ordinary(at("2026-11-01 01:57:10-07:00"), 25),
    "autumn's second": ordinary(at("2026-11-01 01:02:10-08:00"), 25),
    "the last minutes of the longest day": ordinary(at("2026-11-01 23:57:10-08:00"), 25),
    "the first of a day": ordinary(at("2026-07-14 00:00:10-07:00")),
}
# Of the page as it came, and of the page as it stands: tiles, status line and notices.
PLACES = (
    ".tiles",
    "#interval",
    "#first-seen",
    "#delay",
    "#complete",
    "#summary-day",
    "#summary-held",
)
PLACES += ("#simulated", "#notice-outage")
SOURCE = """
    const source = await (await fetch(location.href)).text();
    const { documentIn } = await import("/static/ui/trusted.js");
    const page = documentIn(source);
"""
WRITTEN = f"""async (places) => {{
    {SOURCE}
    const written = (one) => places.map((place) => one.querySelector(place)?.outerHTML);
    return [page, document].map(written);
}}"""
TEXTS = f"""async (ids) => {{
    {SOURCE}
    const nodes = ids.map((id) => page.getElementById(id));
    return nodes.map((node) => node.hidden ? null : node.textContent);
}}"""
SHIFTS = """
window.shifts = [];
const named = ({ node }) => node?.id || node?.className || node?.parentNode?.id || String(node);
new PerformanceObserver((list) => {
    for (const { value, sources } of list.getEntries()) shifts.push([value, ...sources.map(named)]);
}).observe({ type: "layout-shift", buffered: true });
"""


def opened(stage: Stage, day: Day) -> None:
    """The page on such a day, whose browser has the right time; its scripts have painted."""
    stage.page.clock.set_system_time(day.now)
    stage.open(day)
    stage.let_pass(0.1)
    expect(stage.page.locator("body[data-painted-at]")).to_be_attached()


@cases
def test_the_server_writes_the_first_prices(case: dict[str, Any], stage: Stage) -> None:
    opened(stage, day_of(case))
    texts = stage.page.evaluate(TEXTS, list(case["shown"]))
    assert dict(zip(case["shown"], texts, strict=True)) == case["shown"]


@cases
def test_the_scripts_paint_what_the_server_wrote(case: dict[str, Any], stage: Stage) -> None:
    opened(stage, day_of(case))
    written, painted = stage.page.evaluate(WRITTEN, PLACES)
    assert painted == written


@pytest.mark.parametrize("name", DAYS)
def test_a_whole_day_is_written_as_it_is_painted(name: str, stage: Stage) -> None:
    opened(stage, replace(DAYS[name], speaks=False))
    written, painted = stage.page.evaluate(WRITTEN, PLACES)
    assert painted == written


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_nothing_moves_when_the_scripts_take_over(size: dict[str, int], stage: Stage) -> None:
    stage.run_first(SHIFTS)
    stage.page.set_viewport_size(size)  # type: ignore[arg-type]
    opened(stage, plain())
    expect(stage.page.locator("body[data-connection=live]")).to_be_attached()
    stage.let_pass(1)
    shifts = stage.page.evaluate("() => shifts")
    assert sum(value for value, *_ in shifts) < 0.01, shifts


def test_a_page_is_as_old_as_it_is_whatever_was_tested_before(stage: Stage) -> None:
    opened(stage, plain())
    stage.let_pass(100)
    opened(stage, plain())
    assert stage.page.evaluate("performance.now()") < 50_000


def test_a_price_on_the_page_ages_though_no_server_speaks(stage: Stage) -> None:
    stage.run_first("")  # a page whose clock no other test has moved
    opened(stage, replace(plain(), speaks=False))
    expect(stage.page.locator("#age")).to_have_text(re.compile("^2 min"))
    expect(stage.page.locator("#age-label")).to_have_text("age")
    stage.let_pass(60)
    expect(stage.page.locator("#age")).to_have_text(re.compile("^3 min"))
    expect(stage.page.locator("#lamp-connection-text")).not_to_have_text("live")


def test_a_page_that_was_kept_for_hours_shows_its_price_as_old(stage: Stage) -> None:
    day = replace(plain(), speaks=False)
    stage.run_first("")
    stage.page.clock.set_system_time(day.now + timedelta(hours=3))
    stage.open(day)
    expect(stage.page.locator("#age")).to_have_text("3 h 02 min")


def test_the_clock_of_the_browser_is_not_believed_if_it_is_slow(stage: Stage) -> None:
    day = replace(plain(), speaks=False)
    stage.run_first("")
    stage.page.clock.set_system_time(day.now - timedelta(hours=3))
    stage.open(day)
    expect(stage.page.locator("#interval")).to_have_text("12:35–12:40")
    expect(stage.page.locator("#age")).to_have_text(re.compile("^2 min"))


def test_a_page_without_scripts_says_of_when_its_prices_are(stage: Stage) -> None:
    page = other_page(stage, java_script_enabled=False)
    page.goto(f"{stage.server.url}/")
    notice = page.locator("#notice-unscripted")
    expect(notice).to_be_visible()
    expect(notice).to_contain_text(
        "as of 12:37:14 PDT, Tue, Jul 14, when this page was made, and do not change."
    )
    expect(page.locator("#rt-price")).to_have_text("−0.95")
    expect(page.locator("#lamp-connection")).to_be_hidden()
    page.context.close()


def test_a_page_whose_scripts_do_not_come_says_so_after_some_seconds(stage: Stage) -> None:
    page = other_page(stage, reduced_motion="reduce")
    page.route("**/*.js", lambda route: route.abort())
    page.goto(f"{stage.server.url}/")
    notice = page.locator("#notice-unscripted")
    expect(notice).to_be_hidden()
    page.evaluate("() => document.getAnimations().map((animation) => animation.finish())")
    expect(notice).to_be_visible()
    page.context.close()


def other_page(stage: Stage, **options: Any) -> Page:
    """A page of a context of its own, on an ordinary day."""
    assert stage.lent.context.browser
    stage.day = plain()
    return stage.lent.context.browser.new_context(**options).new_page()


def test_a_page_with_scripts_does_not_say_that_it_has_none(stage: Stage) -> None:
    stage.show(plain())
    expect(stage.page.locator("#notice-unscripted")).to_be_hidden()


def test_the_feed_goes_on_from_the_prices_that_the_page_came_with(stage: Stage) -> None:
    stage.show(plain())
    assert "after=a%3A100" in stage.sockets[-1].url


def test_more_hours_than_the_page_came_with_are_asked_for(stage: Stage) -> None:
    stage.show(ordinary(NOON, 168), "?range=7d")
    assert "after" not in stage.sockets[-1].url


BEGUN = """async (hasFrames) => {
  let draw = () => {};
  window.requestAnimationFrame = (frame) => { if (hasFrames) draw = frame; };
  const timers = [];
  window.setTimeout = (call, after = 0) => timers.push([after, call]);
  const { afterFirstFrame } = await import("/static/ui/first_frame.js");
  let count = 0;
  afterFirstFrame(() => { count += 1; });
  draw();
  const waits = timers.map(([after]) => after).sort((a, b) => a - b);
  timers.sort(([a], [b]) => a - b)[0][1]();
  const first = count;
  for (const [, call] of timers) call();
  return [waits, first, count];
}"""


@pytest.mark.parametrize(("has_frames", "waits"), [(True, [0, 250]), (False, [250])])
def test_the_scripts_begin_once_right_after_a_frame_or_a_moment_later_without_any(
    has_frames: bool, waits: list[int], stage: Stage
) -> None:
    page = other_page(stage)
    page.goto(f"{stage.server.url}/static/ui/first_frame.js")
    assert page.evaluate(BEGUN, has_frames) == [waits, 1, 1]
    page.context.close()
