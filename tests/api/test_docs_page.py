"""`/api/docs/`: the schema as a page, under the policy of all pages."""

import re
from collections.abc import Iterator
from mimetypes import guess_type
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from playwright.sync_api import Page, Route

from api.openapi.document import document
from tests.page.staged import AXE, a_browser

HOST = "http://localhost"  # elsewhere browsers remark on a header that needs https
SIZES = [(1440, 900), (390, 844)]


def test_each_address_and_each_object_is_on_it_once(client: Client) -> None:
    answer = client.get("/api/docs/")
    text = answer.content.decode()
    ids = re.findall(r'<section[^>]* id="(\w+)"', text)
    operations = [one for methods in document()["paths"].values() for one in methods.values()]
    assert ids == [one["operationId"] for one in operations] + [
        *document()["components"]["schemas"]
    ]
    for path in document()["paths"]:
        assert f"<code>{path}</code>" in text
    links = set(re.findall(r'href="#(\w+)"', text))
    assert links == set(ids)
    assert answer["Content-Security-Policy"].startswith("default-src 'self'; ")


def test_the_dashboard_leads_to_it(client: Client, db: None) -> None:
    assert '<a href="/api/docs/">API</a>' in client.get("/").content.decode()


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
def page() -> Iterator[Page]:
    """The page in a browser, and what the browser says of it, which has to be nothing."""
    with a_browser() as browser:
        page = browser.new_page()
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.route(f"{HOST}/**", answering(Client()))
        yield page
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
