"""One browser for all tests of the page's own scripts, and a page of it for those of a module."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser import CHROMIUM, FLAGS
from tests.page.modules import Call, caller, opened
from tests.page.staged import Stage, staged


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Chromium, without a page. While it lives no other test can have an event loop: none here."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def call(browser: Browser) -> Iterator[Call]:
    """A function over the page's modules; see `caller`."""
    with opened(browser) as page:
        yield caller(page)


@pytest.fixture
def stage(browser: Browser) -> Iterator[Stage]:
    """A page that is forgiven no console error, nor what the policy refuses, which is one too."""
    with staged(browser) as stage:
        yield stage
        assert stage.complaints == []
