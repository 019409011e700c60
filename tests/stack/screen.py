"""The dashboard in a real browser, and what it showed and when."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page
from playwright.sync_api import expect as expect_at_once

from tests.browser import CHROMIUM
from tests.stack.running import all_run, wait_until

LOOK_EVERY_S = 2
PAINTED = Path(__file__).with_name("painted.js")
on_a_screen = [
    pytest.mark.xdist_group("page"),
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
]


class expect:  # noqa: N801 - as Playwright calls it
    """Playwright's `expect`, which gives up as soon as a stack has ended."""

    def __init__(self, locator: Locator) -> None:
        self.expected = expect_at_once(locator)

    def __getattr__(self, name: str) -> Callable[..., None]:
        holds = getattr(self.expected, name)

        def patiently(*about: object, timeout: float = 5_000) -> None:
            until = time.monotonic() + timeout / 1000
            while True:
                left = until - time.monotonic()
                try:
                    return holds(*about, timeout=1000 * min(max(left, 0.1), LOOK_EVERY_S))
                except AssertionError:
                    all_run(name.replace("_", " "))
                    if left <= LOOK_EVERY_S:
                        raise

        return patiently


class Screen:
    """An open dashboard."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.errors: list[str] = []
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", self.overhear)
        page.add_init_script(path=PAINTED)

    def overhear(self, message: ConsoleMessage) -> None:
        """An error of the console, with what it is about and when: the browser names no address."""
        if message.type == "error":
            when = f"{datetime.now(UTC):%H:%M:%S.%f}"
            self.errors.append(f"{message.text} ({message.location['url']}, {when})")

    def open(self, port: int, query: str = "", within_s: float = 15) -> None:
        self.page.goto(f"http://127.0.0.1:{port}/{query}")
        loaded = self.page.locator("body[data-loaded=true]")
        expect(loaded).to_be_visible(timeout=within_s * 1000)

    def feed_lines(self, lmp: str, kind: str = "price") -> Locator:
        """The lines of the live feed with this price."""
        lines = self.page.locator(f"#log li[data-kind={kind}]")
        return lines.filter(has=self.page.locator("b", has_text=lmp))

    @property
    def seen(self) -> Any:
        """What painted.js noted."""
        return self.page.evaluate("() => window.seen")

    def wait_for(self, state: str, since: float, within_s: float) -> float:
        """Seconds from `since` until the connection was so, by the page's own notes."""

        def moments() -> list[float]:
            lamps = [lamp for lamp in self.seen["lamps"] if lamp["state"] == state]
            return [found for lamp in lamps if (found := lamp["at"] / 1000 - since) > 0]

        wait_until(moments, within_s - (time.time() - since), f"the connection is {state}")
        return moments()[0]

    def painted(self, seq: int, within_s: float = 45) -> float:
        """When, by the wall clock, everything up to `seq` was first on the screen."""

        def moments() -> list[float]:
            return [paint["at"] for paint in self.seen["paints"] if paint["seq"] >= seq]

        wait_until(moments, within_s, f"event {seq} is on the screen")
        return float(moments()[0]) / 1000

    def doubled(self) -> list[str]:
        """What the live feed or the table under the chart shows twice."""
        if self.page.locator("#price-table").get_attribute("open") is None:
            self.page.locator("#price-table summary").click()
        intervals = self.page.locator("#price-rows tr:not(.day, .gap) th").all_inner_texts()
        day = intervals[: 24 * 12 - 12]  # the same clock times come again a day earlier
        lines = self.page.locator("#log li:not([data-kind=status])").all_text_contents()
        return [text for text, times in Counter([*day, *lines]).items() if times > 1]


@contextmanager
def a_screen(browser: Browser) -> Iterator[Screen]:
    """In a browser that stands in Berlin; no console error and no breach of the policy is forgiven.

    A refused connection while the server is away is the browser's own remark.
    """
    context = browser.new_context(
        timezone_id="Europe/Berlin", viewport={"width": 1440, "height": 900}
    )
    screen = Screen(context.new_page())
    yield screen
    refused = screen.seen["refused"]
    context.close()
    assert refused == []
    unforgiven = [error for error in screen.errors if "ERR_CONNECTION" not in error]
    assert unforgiven == []
