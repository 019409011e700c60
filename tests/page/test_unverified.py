"""A published price that its components do not add up to: said in words and with a sign."""

import csv
from dataclasses import replace

from playwright.sync_api import expect

from tests.page.market_day import FIVE, at, corrected, real_time
from tests.page.staged import Stage, on_the_stage
from tests.page.states import NOON, plain, unverified

pytestmark = on_the_stage
WORDS = "unverified: its parts do not add up to it"


def test_the_tile_says_so_beside_the_price(stage: Stage) -> None:
    unverified(stage)
    page = stage.page
    expect(page.locator("#rt-tag")).to_contain_text("≠ unverified")
    expect(page.locator("#rt-meta")).to_contain_text(WORDS)
    line = "() => getComputedStyle(document.getElementById('rt-price')).textDecorationLine"
    assert page.evaluate(line) == "underline"


def test_the_tip_says_so(stage: Stage) -> None:
    unverified(stage)
    page = stage.page
    page.locator("#price-chart").focus()
    page.keyboard.press("End")
    expect(page.locator("#chart-tip .quality")).to_have_text(f"≠ {WORDS}")
    page.keyboard.press("ArrowLeft")
    expect(page.locator("#chart-tip .quality")).to_have_text("as published")


def test_the_table_says_so_also_where_there_is_no_room_for_the_word(stage: Stage) -> None:
    unverified(stage)
    page = stage.page
    page.locator("#price-table summary").click()
    row = page.locator("#price-rows tr", has_text="12:35–12:40").first  # yesterday has one too
    expect(row).to_contain_text("≠ unverified, rev 1")
    expect(row.locator("abbr")).to_have_attribute("title", WORDS)
    expect(page.locator("#price-rows abbr")).to_have_count(2)


def test_the_live_feed_says_so_of_prices_and_of_corrections(stage: Stage) -> None:
    page = stage.show(replace(plain(), now=at("2026-07-14 12:39:56-07:00")))
    [fresh] = real_time(NOON, NOON + FIVE)
    again = corrected(stage.day.rt[-3], "18.25", NOON) | {"quality": "unverified"}
    stage.publish(fresh | {"lmp": 61.5, "quality": "unverified"}, again)
    stage.let_pass(5)  # until it begins
    for kind in ("price", "correction"):
        line = page.locator(f"#log li[data-kind={kind}]", has_text="≠ unverified")
        expect(line).to_have_count(1)
    expect(page.locator("#announcer")).to_contain_text(f"12:40–12:45, {WORDS}: 61.50 dollars")


def test_the_csv_says_so(stage: Stage) -> None:
    unverified(stage)
    with stage.page.expect_download() as download:
        stage.page.locator("#csv").click()
    with open(download.value.path(), newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["market"] == "RTM"]
    assert [row["quality"] for row in rows].count("unverified") == 2
    assert rows[-1]["quality"] == "unverified"


def test_a_day_ahead_price_says_so_too(stage: Stage) -> None:
    day = plain()
    da = [
        price | {"quality": "unverified"}
        if price["interval_start"] == "2026-07-14T19:00:00Z"
        else price
        for price in day.da
    ]
    stage.show(replace(day, da=da))
    expect(stage.page.locator("#da-tag")).to_contain_text("≠ unverified")
    stage.page.locator("#day-ahead-table summary").click()
    expect(stage.page.locator("#day-ahead-rows")).to_contain_text("≠ unverified, rev 1")
