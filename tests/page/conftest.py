"""One browser for all tests of the page's own scripts, and a page of it for those of a module."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser import CHROMIUM, FLAGS
from tests.page.modules import Call, caller, opened
from tests.page.page_server import PageServer, serving
from tests.page.staged import Stage, new_page


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Chromium, without a page. While it lives no other test can have an event loop: none here."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def call(browser: Browser) -> Iterator[Call]:
    """A function over the page's modules; see `caller`."""
    with opened(browser) as page:
        yield caller(page)


@pytest.fixture(scope="package")
def server() -> Iterator[PageServer]:
    """What the staged pages are loaded from."""
    with serving() as server:
        yield server


@pytest.fixture(scope="module")
def lent_page(browser: Browser) -> Iterator[Page]:
    """The page of a module's stages: to open a new one costs twice as much."""
    page = new_page(browser)
    yield page
    page.context.close()


@pytest.fixture
def stage(lent_page: Page, server: PageServer) -> Iterator[Stage]:
    """A page that is forgiven no console error, nor what the policy refuses, which is one too."""
    stage = Stage(lent_page, server)
    yield stage
    stage.leave()
    assert stage.complaints == []
