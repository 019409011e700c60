"""The page in a real browser, on a real stack: what is published is seen."""

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from prices.intervals import floor, pacific
from prices.market import Market
from simulator.publication import Timetable
from simulator.server import Running, running
from simulator.stand_in import StandIn
from tests.published import SP15
from tests.stack.revealed import SlowlyRevealed
from tests.stack.running import ROOT, Stack, running_stack, wait_until

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
FIVE = Market.RTM.interval
pytestmark = [
    pytest.mark.xdist_group("page"),
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
]


@dataclass
class Desk:
    """A stack, its simulator, and the newest interval published so far."""

    stack: Stack
    oasis: Running
    newest: datetime

    def publish(self, lmp: str) -> None:
        """Publish the next interval, for SP15."""
        self.newest += FIVE
        self.oasis.override(SP15, "RTM", self.newest, lmp)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A stack that polls each second, whose real-time prices appear when a test says so."""
    folder = tmp_path_factory.mktemp("page")
    environment = os.environ | {"VAR_DIR": str(folder), "SOURCE": "simulator"}
    collect = [sys.executable, "manage.py", "collectstatic", "--noinput", "-v0"]
    subprocess.run(collect, cwd=ROOT, env=environment, check=True)
    newest = floor(datetime.now(UTC), Market.RTM) - 4 * FIVE
    board = SlowlyRevealed(timetable=Timetable(missing_rate=0, revision_rate=0))
    board.until[0] = (newest + FIVE).timestamp()
    pace = {"OASIS_SECONDS_BETWEEN_REQUESTS": "0", "POLL_SECONDS": "1", "POLL_SECONDS_NIGHT": "1"}
    with (
        running(StandIn(board=board)) as oasis,
        running_stack(folder, oasis.url, **pace) as stack,
    ):
        wait_until(lambda: (stack.get("/api/current") or {}).get("rt_price"), 60, "first prices")
        wait_until(lambda: stack.get("/api/current")["da_price"] is not None, 30, "day-ahead")
        with closing(sqlite3.connect(stack.database, timeout=20)) as connection, connection:
            connection.execute("UPDATE alerts_rule SET judges_from = datetime('now', '-1 day')")
        yield Desk(stack, oasis, newest)


@pytest.fixture
def page(desk: Desk) -> Iterator[Page]:
    """The dashboard, in a browser that stands in Berlin; no console error is forgiven."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        context = browser.new_context(
            timezone_id="Europe/Berlin", viewport={"width": 1440, "height": 900}
        )
        page = context.new_page()
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda m: errors.append(m.text) if m.type == "error" else None)
        page.goto(f"http://127.0.0.1:{desk.stack.port}/")
        expect(page.locator("body[data-loaded=true]")).to_be_visible(timeout=15_000)
        yield page
        browser.close()
        # A refused connection while the server is away is the browser's own remark.
        assert [error for error in errors if "ERR_CONNECTION" not in error] == []


def test_a_new_interval_a_correction_and_an_alert_reach_an_open_page(
    desk: Desk, page: Page
) -> None:
    desk.publish("63.25")
    # In the log, not the tile: a quarter of an hour late, it may be no price of now any more.
    told = page.locator("#log li[data-kind=price]", has_text="63.25")
    expect(told).to_have_count(1, timeout=45_000)
    desk.oasis.override(SP15, "RTM", desk.newest, "61.5")
    desk.publish("1015.37")
    expect(page.locator("#rt-price")).to_have_text("1,015.37", timeout=45_000)
    expect(page.locator("#tile-rt")).to_have_attribute("data-tone", "high")
    expect(page.locator("#log li[data-kind=alert]").first).to_contain_text("above 100")
    desk.publish("-4.18")
    expect(page.locator("#rt-price")).to_have_text("−4.18", timeout=45_000)
    expect(page.locator("#tile-rt")).to_have_attribute("data-tone", "negative")
    expect(page.locator("#rt-tag")).to_contain_text("negative")
    clock = f"{pacific(desk.newest):%H:%M}"
    expect(page.locator("#interval")).to_contain_text(clock)
    below = page.locator("#log li[data-kind=alert]", has_text="below 0")
    expect(below).to_have_count(1)


def test_a_simulated_price_is_said_to_be_simulated(desk: Desk, page: Page) -> None:
    expect(page.locator("#notice-simulated")).to_be_visible()
    assert "CAISO" in page.title()


def test_a_phone_does_not_scroll_sideways(desk: Desk, page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    # Asked from here: a predicate that waits inside the page would be eval, which our CSP forbids.
    width = "document.documentElement.scrollWidth"
    wait_until(lambda: page.evaluate(width) <= 390, 10, "the page is as narrow as the phone")


def test_the_page_comes_back_by_itself_after_the_web_process_was_killed(
    desk: Desk, page: Page
) -> None:
    desk.stack.kill("web")
    expect(page.locator("[data-lamp=connection][data-state=live]")).to_be_visible(timeout=45_000)
    desk.publish("37.75")
    told = page.locator("#log li[data-kind=price]", has_text="37.75")
    expect(told).to_have_count(1, timeout=45_000)


def test_pictures(desk: Desk, page: Page) -> None:
    """Screenshots for people to look at, where SCREENSHOTS names a folder."""
    folder = os.environ.get("SCREENSHOTS")
    if not folder:
        pytest.skip("SCREENSHOTS names no folder")
    for width in (1440, 390):
        for theme in ("light", "dark"):
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
            page.wait_for_timeout(700)
            page.screenshot(path=Path(folder) / f"page-{width}-{theme}.png", full_page=True)
