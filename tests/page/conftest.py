"""One browser for the tests of a module."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.page.modules import Call, caller, opened
from tests.page.staged import Stage, a_browser, staged


@pytest.fixture(scope="module")
def call() -> Iterator[Call]:
    """A function over the page's modules; see `caller`."""
    with opened() as page:
        yield caller(page)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, without a page."""
    with a_browser() as browser:
        yield browser


@pytest.fixture
def stage(browser: Browser) -> Iterator[Stage]:
    """A page that is forgiven no console error, nor what the policy refuses, which is one too."""
    with staged(browser) as stage:
        yield stage
        assert stage.complaints == []
