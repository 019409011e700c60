"""`/api/docs/` in a browser, under the policy of all pages."""

from collections.abc import Iterator
from mimetypes import guess_type
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from playwright.sync_api import Browser, Page, Route

from tests.page.modules import in_a_browser
from tests.page.staged import AXE

pytestmark = in_a_browser
HOST = "http://localhost"  # elsewhere browsers remark on a header that needs https
SIZES = [(1440, 900), (390, 844)]


def answering(client: Client) -> Any:
    """The page itself and its files, as the server has them."""

    def answer(route: Route) -> None:
        path = urlsplit(route.request.url).path
        if path.startswith("/static/"):
            file = finders.find(path.removeprefix("/static/"))
            route.fulfill(path=file, content_type=guess_type(path)[0])
        else:
            found = client.get(path)
            route.fulfill(status=found.status_code, headers=dict(found.items()), body=found.content)

    return answer


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    """The page in a browser, and what the browser says of it, which has to be nothing."""
    page = browser.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.route(f"{HOST}/**", answering(Client()))
    yield page
    page.close()
    assert said == []


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), SIZES)
def test_it_fits_the_screen_and_everybody_can_use_it(
    page: Page, width: int, height: int, colours: Any
) -> None:
    page.set_viewport_size({"width": width, "height": height})
    page.emulate_media(color_scheme=colours)
    page.goto(f"{HOST}/api/docs/")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate("getComputedStyle(document.querySelector('.operation')).borderRadius")
    page.evaluate(AXE.read_text())
    found = page.evaluate("axe.run().then(({ violations }) => violations.map((one) => one.id))")
    assert found == []
