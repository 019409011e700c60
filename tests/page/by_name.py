"""One module's exports at hand, by its name."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.page.modules import opened

Run = Callable[..., Any]


@pytest.fixture(scope="module")
def run(browser: Browser) -> Iterator[Run]:
    """run("market/market_time.js", "hourEnding(a)", a): an expression over a module's exports."""
    with opened(browser) as page:

        def evaluate(module: str, expression: str, argument: object = None) -> Any:
            names = page.evaluate(f"async () => Object.keys(await import('/{module}'))")
            scope = f"const {{ {', '.join(names)} }} = await import('/{module}');"
            return page.evaluate(f"async (a) => {{ {scope} return {expression}; }}", argument)

        yield evaluate
