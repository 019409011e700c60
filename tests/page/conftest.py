"""One browser for the tests of a module."""

from collections.abc import Iterator

import pytest

from tests.page.modules import Call, caller, opened


@pytest.fixture(scope="module")
def call() -> Iterator[Call]:
    """A function over the page's modules; see `caller`."""
    with opened() as page:
        yield caller(page)
