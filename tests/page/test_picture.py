"""What is drawn is right: read from the canvas, by colour and place."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.page.market_day import FIVE, Body, alert, at, corrected, valued
from tests.page.staged import Stage, on_the_stage, ordinary
from tests.page.states import above_a_thousand, autumn, negative, plain

pytestmark = on_the_stage
# The page's own colours that a canvas has at a moment, between two prices.
DRAWN = """async ({ at, low, high }) => {
  const { plotOf } = await import("/static/charts/plot.js");
  const { paneOf } = await import("/static/charts/pane.js");
  const plot = plotOf(document.getElementById("price-chart"));
  const { ctx, ratio, x, y } = paneOf(plot);
  const [top, bottom] = [high, low].map((lmp) => y(plot.scene.place(lmp)));
  const [width, height] = [3 * ratio, Math.max(1, (bottom - top) * ratio)];
  const { data } = ctx.getImageData((x(at) - 1) * ratio, top * ratio, width, height);
  const hex = (rgb) => `#${[...rgb].map((it) => it.toString(16).padStart(2, "0")).join("")}`;
  const pixels = Array.from({ length: data.length / 4 }, (_, i) => data.slice(4 * i, 4 * i + 3));
  const found = pixels.map(hex);
  const style = getComputedStyle(document.documentElement);
  const token = (name) => style.getPropertyValue(`--${name}`).trim();
  return ["rt", "da", "fmm", "neg", "high", "ink"].filter((name) => found.includes(token(name)));
}"""
SCENE = """async () => {
  const { plotOf } = await import("/static/charts/plot.js");
  const { span, times, before, limits, axis } = plotOf(
    document.getElementById("price-chart")).scene;
  return { span, times: times.map(({ text }) => [text].flat()[0]), before: before.length,
           limits, min: axis.min, max: axis.max };
}"""
Drawn = Callable[..., list[str]]
TWO = "?range=2h"


@pytest.fixture
def drawn(stage: Stage) -> Drawn:
    """drawn(price, around): the colours in the middle of its interval, some dollars around it."""

    def colours(price: Body, around: float = 1) -> Any:
        start = datetime.fromisoformat(price["interval_start"]).timestamp() * 1000
        span = {"low": price["lmp"] - around, "high": price["lmp"] + around}
        return stage.page.evaluate(DRAWN, {"at": start + 150_000, **span})

    return colours


def test_a_price_above_a_thousand_is_drawn_where_it_belongs(stage: Stage, drawn: Drawn) -> None:
    above_a_thousand(stage)
    stage.page.locator("#chart-card [data-range='2h']").click()
    stage.let_pass(1)
    newest = stage.day.rt[-1]
    assert "rt" in drawn(newest, around=60)
    assert "rt" not in drawn(newest | {"lmp": 400.0}, around=60)
    expect(stage.page.locator("#rt-price")).to_have_text("1,015.37")
    expect(stage.page.locator("#tile-rt")).to_have_attribute("data-tone", "high")
    expect(stage.page.locator("#rt-tag")).to_have_text("above 100")
    expect(stage.page.locator("#chart-note")).to_contain_text("its price stands beside it")


def test_a_negative_price_is_below_the_line_of_zero_and_says_so(stage: Stage, drawn: Drawn) -> None:
    negative(stage)
    assert "rt" in drawn(stage.day.rt[-1], around=3)
    expect(stage.page.locator("#rt-price")).to_have_text("−23.40")
    expect(stage.page.locator("#tile-rt")).to_have_attribute("data-tone", "negative")
    expect(stage.page.locator("#rt-tag")).to_have_text("negative · below 0")
    assert stage.page.title().startswith("−23.40 SP15")


def test_a_gap_is_no_line(stage: Stage, drawn: Drawn) -> None:
    day = plain()
    flat = [valued(price, "15") for price in day.rt]
    missing = flat[-10]
    stage.show(replace(day, fmm=[], rt=[price for price in flat if price is not missing]), TWO)
    assert "rt" in drawn(flat[-11])
    assert "rt" not in drawn(missing)
    assert "rt" in drawn(flat[-9])


def test_a_corrected_price_replaces_its_point_and_is_marked(stage: Stage, drawn: Drawn) -> None:
    day = plain()
    flat = [valued(price, "15") for price in day.rt]
    stage.show(replace(day, rt=flat), TWO)
    assert "ink" not in drawn(flat[-10], around=2)
    stage.publish(corrected(flat[-10], "22", day.now))
    stage.let_pass(1)
    assert "rt" not in drawn(flat[-10], around=2)
    assert "ink" in drawn(flat[-10] | {"lmp": 22.0}, around=2)
    chart = stage.page.locator("#price-chart")
    expect(chart).to_have_attribute("data-rt-intervals", "25")
    expect(chart).to_have_attribute("data-corrected", "1")


def test_alerts_are_marked_where_they_opened(stage: Stage, drawn: Drawn) -> None:
    day = plain()
    spike = valued(day.rt[-10], "130")
    stage.show(replace(day, rt=[*day.rt[:-10], spike, *day.rt[-9:]], alerts=[alert(1, spike)]), TWO)
    assert "high" in drawn(spike | {"interval_start": spike_start(spike)}, around=8)
    expect(stage.page.locator("#price-chart")).to_have_attribute("data-alerts", "1")


def test_a_flag_follows_a_correction_and_goes_with_an_alert_that_is_withdrawn(
    stage: Stage, drawn: Drawn
) -> None:
    day = plain()
    spike = valued(day.rt[-10], "130")
    stage.show(replace(day, rt=[*day.rt[:-10], spike, *day.rt[-9:]], alerts=[alert(1, spike)]), TWO)
    stage.publish(corrected(spike, "101.5", day.now))
    stage.let_pass(1)
    place = spike | {"interval_start": spike_start(spike)}
    assert "high" in drawn(place | {"lmp": 101.5}, around=1)
    assert "high" not in drawn(place, around=8)
    stage.publish(alert(1, spike, state="retracted"))
    stage.let_pass(1)
    assert "high" not in drawn(place | {"lmp": 101.5}, around=1)
    expect(stage.page.locator("#price-chart")).to_have_attribute("data-alerts", "0")


def test_the_fifteen_minute_price_is_a_line_of_its_own_also_ahead_of_now(
    stage: Stage, drawn: Drawn
) -> None:
    day = plain()
    flat = [valued(price, "15") for price in day.rt]
    fmm = [valued(price, "19") for price in day.fmm]
    stage.show(replace(day, rt=flat, fmm=fmm), TWO)
    # Dotted: three intervals of it have a dot somewhere.
    around = [flat[n] | {"lmp": 19.0} for n in (-20, -15, -10, -5)]
    assert any("fmm" in drawn(price) for price in around)
    assert not any("fmm" in drawn(price | {"lmp": 17.0}) for price in around)
    ahead = [
        fmm[-1] | {"interval_start": str(at("2026-07-14 13:00:00-07:00") + n * FIVE)}
        for n in range(2)
    ]
    assert any("fmm" in drawn(price) for price in ahead)
    expect(stage.page.locator("#price-chart")).to_have_attribute("data-fmm-intervals", "11")


def scene(stage: Stage) -> Any:
    """What the chart shows, as values."""
    return stage.page.evaluate(SCENE)


def test_two_hours_fit_what_they_show_and_a_spike_down_flattens_nothing(
    stage: Stage, drawn: Drawn
) -> None:
    day = plain()
    flat = [valued(price, f"{24 + n % 3}") for n, price in enumerate(day.rt)]
    da = [valued(price, "26") for price in day.da]
    quiet = replace(day, rt=flat, fmm=[], da=da)
    stage.show(quiet, TWO)
    axis = scene(stage)
    assert 20 < axis["min"] < axis["max"] < 30
    down = valued(flat[-12], "-150")
    stage.show(replace(quiet, rt=[*flat[:-12], down, *flat[-11:]]), TWO)
    axis = scene(stage)
    assert axis["max"] - axis["min"] < 10
    assert "rt" in drawn(down, around=9)
    expect(stage.page.locator("#chart-note")).to_have_text(
        "Below 23 the scale is compressed, so one spike does not flatten the rest; its price"
        " stands beside it."
    )


NUMBERS = """() => {
  const said = [];
  const fillText = CanvasRenderingContext2D.prototype.fillText;
  CanvasRenderingContext2D.prototype.fillText = function (text, ...where) {
    if (this.canvas.isConnected) said.push(text);
    fillText.call(this, text, ...where);
  };
  window.said = said;
}"""


def test_a_spike_up_and_one_down_both_have_their_number_and_the_newest_is_on_the_axis(
    stage: Stage,
) -> None:
    day = plain()
    up, down, newest = valued(day.rt[-12], "1234"), valued(day.rt[-11], "-150"), day.rt[-1]
    page = stage.show(day)
    page.evaluate(NUMBERS)
    stage.publish(
        *(price | {"revision": 2} for price in (up, down)), valued(newest, "21.4") | {"revision": 2}
    )
    stage.let_pass(1)
    said = page.evaluate("() => said")
    assert {"1,234.00", "−150.00", "21.40", "above 100", "now"} <= set(said)


def test_the_lines_of_rules_have_their_names(stage: Stage) -> None:
    stage.show(plain())
    lines = {line["limit"]: line["name"] for line in scene(stage)["limits"]}
    assert lines == {100: "above 100", 0: "below 0"}


def spike_start(price: Body) -> str:
    """So early that the middle of the interval is the start of the price's own."""
    return str(datetime.fromisoformat(price["interval_start"]) - timedelta(seconds=150))


@pytest.mark.parametrize(
    ("now", "hours", "words"),
    [
        ("2026-03-08 23:57:10-07:00", 23, "23-hour day: no 02:00, no HE3"),
        ("2026-11-01 23:57:10-08:00", 25, "25-hour day: 01:00 comes twice, HE25 after HE2"),
    ],
)
def test_a_day_of_23_or_25_hours_is_whole_and_in_order(
    now: str, hours: int, words: str, stage: Stage
) -> None:
    day = ordinary(at(now), hours)
    page = stage.show(day, "?range=48h")
    expect(page.locator("#long-day")).to_contain_text(words)
    expect(page.locator("#complete")).to_have_text(f"{hours * 12} / {hours * 12}")
    expect(page.locator("#price-chart")).to_have_attribute("data-gaps", "0")
    page.locator("#price-table summary").click()
    expect(page.locator("#price-rows tr:not(.day)").nth(hours * 12 - 1)).to_be_attached()
    rows = page.locator("#price-rows tr:not(.day) th").all_inner_texts()[::-1]
    today = rows[-hours * 12 :]
    assert len(set(today)) == hours * 12
    assert today[0] == "00:00–00:05"
    endings = page.locator("#price-rows tr:not(.day) td:nth-of-type(1)").all_inner_texts()[::-1]
    counted = list(dict.fromkeys(endings[-hours * 12 :]))
    assert counted == hour_endings(hours)


def test_the_25_hour_day_is_whole_where_24_hours_are_shown(stage: Stage) -> None:
    autumn(stage)
    expect(stage.page.locator("#complete")).to_have_text("299 / 299")


def hour_endings(hours: int) -> list[str]:
    """As CAISO counts them: spring has no 3, autumn's repeated hour is 25."""
    usual = [str(hour) for hour in range(1, 25)]
    return [h for h in usual if h != "3"] if hours == 23 else [*usual[:2], "25", *usual[2:]]


@pytest.mark.parametrize(
    ("around", "clock"),
    [
        ("2026-03-08 03:42:10-07:00", ["01:45", "03:00", "03:15"]),
        ("2026-11-01 01:42:10-08:00", ["01:45 PDT", "01:00 PST", "01:15 PST"]),
    ],
)
def test_the_clock_of_the_axis_skips_or_repeats_an_hour_and_time_goes_on(
    around: str, clock: list[str], stage: Stage
) -> None:
    stage.show(ordinary(at(around), 3), TWO)
    ticks = stage.page.evaluate(SCENE)["times"]
    first = ticks.index(clock[0])
    assert ticks[first : first + 3] == clock
