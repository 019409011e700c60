"""Prices of which only the LMP is known, as a plain file brings them: a dash, and never 0."""

from dataclasses import replace
from typing import Any

from playwright.sync_api import expect

from tests.page.staged import Day, Stage, on_the_stage
from tests.page.states import plain

pytestmark = on_the_stage
UNKNOWN: dict[str, Any] = dict.fromkeys(("energy", "congestion", "loss", "ghg"))


def without_components() -> Day:
    day = plain()
    rt, da = ([price | UNKNOWN for price in prices] for prices in (day.rt, day.da))
    return replace(day, rt=rt, da=da)


def test_the_bars_say_that_the_parts_are_not_known(stage: Stage) -> None:
    page = stage.show(without_components())
    parts = page.locator("#components > div")
    for name in ("energy", "congestion", "loss", "GHG"):
        part = parts.filter(has=page.get_by_text(name, exact=True))
        expect(part).to_have_text(f"{name}—not known")
    expect(parts.filter(has=page.get_by_text("LMP", exact=True))).to_contain_text("$/MWh")


def test_the_readout_and_the_tables_have_dashes(stage: Stage) -> None:
    page = stage.show(without_components())
    page.locator("#price-chart").focus()
    page.keyboard.press("End")
    lines = page.locator("#chart-tip .line.part")
    expect(lines).to_have_text(["energy—", "congestion—", "loss—"])
    for table, rows in (("price-table", "price-rows"), ("day-ahead-table", "day-ahead-rows")):
        page.locator(f"#{table} summary").click()
        row = page.locator(f"#{rows} tr:not(.day, .gap)").first
        assert row.locator("td").all_inner_texts()[2:6] == ["—"] * 4


def test_a_price_that_is_completed_has_its_parts_at_once_and_no_line_in_the_log(
    stage: Stage,
) -> None:
    page = stage.show(without_components())
    lines = page.locator("#log li").count()
    stage.publish(plain().rt[-1] | {"completes": True})
    energy = page.locator("#components > div").filter(has=page.get_by_text("energy", exact=True))
    expect(energy).not_to_contain_text("not known")
    expect(page.locator("#log li")).to_have_count(lines)
