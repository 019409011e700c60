"""The tile that says what the battery should do: written by the server, then live."""

from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.page.advices import CASES, advice, day_of
from tests.page.market_day import Body
from tests.page.staged import PHONE, WIDE, Day, Stage, on_the_stage
from tests.page.states import plain
from tests.page.test_first_paint import TEXTS, WRITTEN

pytestmark = on_the_stage
cases = pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
TWO = [{"id": 1, "name": "One", "energy_mwh": 4.0}, {"id": 2, "name": "Two", "energy_mwh": 8.0}]


def opened(stage: Stage, day: Day) -> None:
    """The page on such a day and with what its address asks for; its scripts have painted."""
    stage.page.clock.set_system_time(day.now)
    stage.day = day
    asked = f"?battery={day.battery}" if day.battery else ""
    stage.page.goto(f"{stage.server.url}/{asked}")
    stage.let_pass(0.1)
    expect(stage.page.locator("body[data-painted-at]")).to_be_attached()


@cases
def test_the_server_and_the_scripts_say_the_same(case: dict[str, Any], stage: Stage) -> None:
    opened(stage, day_of(case))
    texts = stage.page.evaluate(TEXTS, list(case["shown"]))
    assert dict(zip(case["shown"], texts, strict=True)) == case["shown"]
    [written], [painted] = stage.page.evaluate(WRITTEN, ["#tile-advice"])
    assert painted == written


def advised(*advices: Body, batteries: list[Body] | None = None) -> Day:
    day = replace(plain(), advice=list(advices))
    return replace(day, batteries=batteries) if batteries else day


def test_new_advice_is_shown_at_once_and_older_advice_is_not(stage: Stage) -> None:
    page = stage.show(advised(advice()))
    expect(page.locator("#advice-tag")).to_have_text("▲ charge 1.0 MW")
    later = advice(interval=[40, 45], action="discharge", power_mw=0.5, reason="Selling at 92.")
    stage.publish(later | {"kind": "advice"})
    expect(page.locator("#advice-tag")).to_have_text("▼ discharge 0.5 MW")
    expect(page.locator("#advice-reason")).to_have_text("Selling at 92.")
    stage.publish(advice() | {"kind": "advice"})
    stage.let_pass(1)
    expect(page.locator("#advice-tag")).to_have_text("▼ discharge 0.5 MW")


def test_only_advice_to_do_something_else_is_a_line_of_the_log(stage: Stage) -> None:
    page = stage.show(advised(advice()))
    page.locator("#log-card summary").click()
    stage.publish(advice(interval=[40, 45], reason="Charging on.") | {"kind": "advice"})
    selling = advice(interval=[45, 50], action="discharge", reason="Selling at 92.")
    stage.publish(selling | {"kind": "advice"})
    stage.let_pass(1)
    expect(page.locator("#log")).to_contain_text("Selling at 92.")
    expect(page.locator("#log")).not_to_contain_text("Charging on.")


def test_advice_that_nothing_follows_becomes_late(stage: Stage) -> None:
    page = stage.show(advised(advice()))
    expect(page.locator("#tile-advice")).to_have_attribute("data-late", "false")
    stage.live_on(240)
    expect(page.locator("#tile-advice")).to_have_attribute("data-late", "true")
    expect(page.locator("#advice-reason")).to_contain_text("nothing estimated is acted on")


def test_a_dead_screen_has_no_colour(stage: Stage) -> None:
    page = stage.show(advised(advice()))
    colour = "getComputedStyle(document.getElementById('advice-soc')).color"
    live = page.evaluate(colour)
    stage.day.speaks = False
    stage.let_pass(17)
    assert page.evaluate(colour) != live
    dim = "getComputedStyle(document.getElementById('advice-known')).color"
    assert page.evaluate(colour) == page.evaluate(dim)


def test_a_battery_that_was_chosen_is_in_the_address_and_remembered(stage: Stage) -> None:
    two = advised(advice(), advice(battery_id=2, action="hold"), batteries=TWO)
    page = stage.show(two)
    page.select_option("#advice-battery", "2")
    expect(page.locator("#advice-tag")).to_have_text("hold")
    assert "battery=2" in page.url
    stage.show(two)
    assert "battery" not in page.url
    expect(page.locator("#advice-tag")).to_have_text("hold")
    stage.show(two, "?battery=1")
    expect(page.locator("#advice-tag")).to_have_text("▲ charge 1.0 MW")


def test_another_hub_has_other_batteries(stage: Stage) -> None:
    page = stage.show(advised(advice(), advice(battery_id=2), batteries=TWO), "?battery=2")
    page.click("#hub-tabs a[data-hub=NP15]")
    expect(page.locator("#advice-reason")).to_have_text("No battery at NP15.")
    assert "battery" not in page.url
    href = page.locator("#advice-link").get_attribute("href")
    assert href == "/admin/battery/battery/add/"


def tops(page: Page) -> dict[str, tuple[float, float]]:
    names = ("rt", "da", "spread", "advice", "ahead")
    boxes = {name: page.locator(f"#tile-{name}").bounding_box() for name in names}
    return {name: (box["x"], box["y"]) for name, box in boxes.items() if box}


def test_five_tiles_have_their_place_on_every_screen(stage: Stage) -> None:
    page = stage.show(advised(advice()))
    at = tops(page)
    assert at["rt"][1] == at["da"][1] == at["spread"][1] == at["advice"][1] < at["ahead"][1]
    page.set_viewport_size({"width": 1024, "height": 768})
    at = tops(page)
    assert at["rt"][1] == at["advice"][1] < at["da"][1] == at["spread"][1] < at["ahead"][1]
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    at = tops(page)
    assert at["rt"][1] < at["da"][1] == at["spread"][1] < at["advice"][1] < at["ahead"][1]
    page.set_viewport_size(WIDE)  # type: ignore[arg-type]


def test_a_server_that_knows_no_advice_breaks_nothing(stage: Stage) -> None:
    page = stage.show(replace(plain(), advice=None))  # type: ignore[arg-type]
    expect(page.locator("#advice-reason")).to_contain_text("No advice yet")
