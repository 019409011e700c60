"""The page's own modules, called in a real browser: no Node, no copy of them in Python."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.browser import CHROMIUM
from tests.stack.running import join

MODULES = Path(__file__).resolve().parents[2] / "dashboard" / "static"
Call = Callable[..., Any]
in_a_browser = [
    pytest.mark.xdist_group("page-modules"),
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
]


class Quiet(SimpleHTTPRequestHandler):
    """Serves files and says nothing."""

    extensions_map = {**SimpleHTTPRequestHandler.extensions_map, ".js": "text/javascript"}

    def log_message(self, format: str, *args: object) -> None:
        """Not a line."""


@contextmanager
def served() -> Iterator[str]:
    """The modules over HTTP on loopback: a browser imports none from a file."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(MODULES)))
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        join(thread)
        server.server_close()


@contextmanager
def opened(browser: Browser) -> Iterator[Page]:
    """An empty page from where the modules are, in a browser that stands in Berlin."""
    with served() as address:
        context = browser.new_context(timezone_id="Europe/Berlin")
        page = context.new_page()
        page.route("**/blank", lambda route: route.fulfill(body="", content_type="text/html"))
        page.goto(f"{address}/blank")
        yield page
        context.close()


def caller(page: Page) -> Call:
    """call(body, **names): the value of a JavaScript body in which every pure module is at hand.

    `m` holds what the modules export, the names are the keyword arguments.
    """
    page.evaluate(
        f"async () => {{ window.m = Object.assign({{}}, ...await Promise.all([{IMPORTS}])); }}"
    )

    def call(body: str, **names: Any) -> Any:
        taken = ", ".join(names)
        return page.evaluate(f"({{{taken}}}) => {{ {body} }}", names)

    return call


def reached(is_so: Callable[[], bool], page: Page) -> None:
    """Return once it is so."""
    for _ in range(100):
        if is_so():
            return
        page.wait_for_timeout(50)
    raise AssertionError("not within five seconds")


PURE = ("market/market_time", "market/format", "market/figures", "market/csv_export")
PURE += ("market/components_bar", "live/store")
PURE += (
    "charts/chart_series",
    "charts/price_axis",
    "charts/time_axis",
    "charts/zoom",
    "charts/scene",
)
PURE += ("charts/day_before", "charts/needed_days", "charts/label_places", "charts/alert_menu")
PURE += ("charts/card_words",)
IMPORTS = ", ".join(f"import('/{name}.js')" for name in PURE)
