"""What is looked at on the chart: by keys, wheel, pointer and fingers."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from playwright.sync_api import expect

from tests.page.modules import reached
from tests.page.staged import Stage, on_the_stage
from tests.page.states import plain
from tests.page.test_picture import SCENE

pytestmark = on_the_stage


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
