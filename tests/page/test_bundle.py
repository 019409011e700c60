"""The page with its modules as one script, as it is served where static files are collected."""

from pathlib import Path

import pytest
import rcssmin
from django.contrib.staticfiles import finders
from playwright.sync_api import Route, expect

from caisoproject.bundles import bundled
from caisoproject.static_files import PAGES, without_comments
from tests.page.market_day import alert
from tests.page.staged import Stage, on_the_stage
from tests.page.states import asking, plain
from tests.page.test_screen import HEARD

pytestmark = on_the_stage
ROOT = Path(__file__).parents[2]
SHEETS = sorted(
    path for app in ("alerts", "dashboard") for path in ROOT.glob(f"{app}/static/*/*.css")
)


def text(name: str) -> str:
    """A module as it is collected."""
    return without_comments(Path(str(finders.find(name))).read_bytes()).decode()


@pytest.fixture
def bundle(stage: Stage) -> Stage:
    """A stage on which the page's script is the bundle, and no other module is to be had."""
    serve(stage)
    return stage


def serve(stage: Stage) -> None:
    script = bundled("ui/main.js", text)

    def answer(route: Route) -> None:
        if "/vendor/" in route.request.url or route.request.url.endswith("theme_boot.js"):
            route.fallback()
        elif route.request.url.endswith("/ui/main.js"):
            route.fulfill(body=script, content_type="text/javascript")
        else:
            route.fulfill(body="throw new Error('not the bundle');", content_type="text/javascript")

    stage.page.route("**/*.js", answer)


@pytest.mark.parametrize("page", PAGES)
def test_the_modules_of_each_page_can_be_one_script(page: str) -> None:
    assert bundled(page, text).endswith("})();\n")


RULES = """(texts) => texts.map((text) => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(text);
  // What stands in var() and in tokens is kept as it is written, with its blanks.
  const blanks = (text) => text.replace(/\\s+/g, " ").replace(/ ?([(),]) ?/g, "$1");
  return [...sheet.cssRules].map((rule) => blanks(rule.cssText));
})"""


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_a_style_sheet_says_the_same_as_short_as_it_is_sent(sheet: Path, stage: Stage) -> None:
    whole = sheet.read_text()
    short = rcssmin.cssmin(whole)
    assert len(short) < 0.9 * len(whole)
    as_written, as_sent = stage.page.evaluate(RULES, [whole, short])
    assert as_written == as_sent
    assert as_written


def test_the_bundle_is_the_page(bundle: Stage) -> None:
    page = bundle.show(plain())
    bundle.publish(plain().rt[-1] | {"lmp": 77.7, "revision": 2})
    bundle.let_pass(1)
    expect(page.locator("#rt-price")).to_have_text("77.70")


def test_the_transports_that_come_later_are_in_it(bundle: Stage) -> None:
    asking(bundle)
    expect(bundle.page.locator("#lamp-connection-text")).to_have_text("asking every 10 s")


def test_the_alerts_of_all_hubs_are_in_it(stage: Stage) -> None:
    stage.run_first(HEARD + "localStorage.setItem('alert-sound', 'on');")
    serve(stage)
    stage.show(plain())
    stage.page.keyboard.press("x")
    stage.follows_alerts()
    stage.publish_at("NP15", alert(1, plain().rt[-1]))
    stage.heard(2)
