"""Every page in a real browser, under the policy that the server sends: nothing is refused on it.

And what somebody might slip in is.
"""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from django.contrib import admin
from django.urls import reverse
from playwright.sync_api import Browser, Page

from caisoproject import urls
from dashboard.urls import urlpatterns
from tests.live.real_web import ROOT, Web, running_web
from tests.prepared import Prepared
from tests.stack.screen import on_a_screen

pytestmark = [*on_a_screen[1:], pytest.mark.xdist_group("trusted-types")]
NO_PAGES = {"metrics", "health", "icon", "push-worker", "readiness"}
LOGGED_IN = """
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
client = Client()
client.force_login(User.objects.create_superuser("ada", password="of the tests"))
print(settings.SESSION_COOKIE_NAME, client.cookies[settings.SESSION_COOKIE_NAME].value)
"""
TELL = """
addEventListener("securitypolicyviolation", (event) => {
  const { effectiveDirective, sourceFile, lineNumber, sample } = event;
  console.error(`refused: ${effectiveDirective} ${sample} ${sourceFile}:${lineNumber}`);
});
"""
HOSTILE = [
    "<img src=x onerror=alert(1)>",
    "<a href='javascript:alert(1)'>a</a>",
    "<a href=' java\\tscript:alert(1)'>a</a>",
    "<svg><animate onbegin=alert(1)></svg>",
    "<script>alert(1)</script>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<tr onclick=alert(1)><td>a</td></tr>",
    "<form><button formaction='data:text/html,a'>a</button></form>",
    "<template><img src=x onerror=alert(1)></template>",
]


class Site(NamedTuple):
    """A web process, and a page of somebody who may do everything; what the browser refused."""

    url: str
    page: Page
    refused: list[str]

    def open(self, path: str) -> Page:
        answer = self.page.goto(f"{self.url}{path}", wait_until="load")
        assert answer is not None
        assert answer.status < 500, path
        assert "require-trusted-types-for 'script'" in answer.headers["content-security-policy"]
        return self.page

    def hear_all(self) -> list[str]:
        """What was refused until now: it is told in a later turn."""
        self.page.evaluate("() => new Promise((resolve) => setTimeout(resolve, 20))")
        return self.refused


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory, prepared: Prepared) -> Iterator[Web]:
    with running_web(tmp_path_factory.mktemp("trusted"), prepared) as web:
        yield web


@pytest.fixture(scope="module")
def site(web: Web, browser: Browser) -> Iterator[Site]:
    url, refused = f"http://127.0.0.1:{web.port}", list[str]()
    context = browser.new_context()
    name, value = session(web.output.parent).split()
    context.add_cookies([{"name": name, "value": value, "url": url}])
    context.add_init_script(TELL)
    page = context.new_page()
    page.on("console", lambda said: refused.append(said.text) if is_refusal(said.text) else None)
    page.on("pageerror", lambda error: refused.append(str(error)))
    yield Site(url, page, refused)
    context.close()


def is_refusal(said: str) -> bool:
    return said.startswith("refused: ") or "Content Security Policy" in said


def session(var_dir: Path) -> str:
    """The name and the value of a superuser's cookie."""
    command = [sys.executable, "manage.py", "shell", "-v0", "-c", LOGGED_IN]
    environ = {"VAR_DIR": str(var_dir), "SOURCE": "simulator", "SECRET_KEY": "of the tests"}
    made = subprocess.run(
        command, cwd=ROOT, env=environ, check=True, capture_output=True, text=True, timeout=120
    )
    return made.stdout


@pytest.fixture(autouse=True)
def nothing_is_refused(site: Site) -> Iterator[None]:
    site.refused.clear()
    yield
    assert site.hear_all() == []


def our_pages() -> list[str]:
    """The addresses of all pages of ours that need nothing in their address."""
    plain = [one for one in urlpatterns if "<" not in str(one.pattern) and one.name not in NO_PAGES]
    others = ["/?hub=NP15", "/battery/?battery=1&show=history", "/alerts/rules/1/", "/nothing"]
    return [f"/{one.pattern}" for one in plain] + ["/api/docs/", *others]


@pytest.mark.parametrize("path", our_pages())
def test_a_page_of_ours_runs_under_the_policy(site: Site, path: str) -> None:
    site.open(path).wait_for_function("document.readyState === 'complete'")


def admin_pages() -> list[str]:
    """Of each model the form of a new one, or the list where nobody may add any."""
    assert urls.urlpatterns
    return ["/admin/", "/admin/auth/user/1/change/", *map(page_of, admin.site._registry)]


def page_of(model: type) -> str:
    names = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    makes = type(admin.site._registry[model]).has_add_permission
    can = makes is admin.ModelAdmin.has_add_permission
    return reverse(f"{names}_{'add' if can else 'changelist'}")


@pytest.mark.parametrize("path", admin_pages())
def test_a_page_of_the_admin_runs_under_the_policy(site: Site, path: str) -> None:
    page = site.open(path)
    for more in page.locator(".add-row a").all():
        more.click()
    for choice in page.locator(".select2-selection").all()[:1]:
        choice.click()


def test_the_chart_is_drawn_by_a_script_that_a_script_asked_for(site: Site) -> None:
    site.open("/").wait_for_function("'uPlot' in window")


def test_a_page_fetched_again_is_read_by_its_parts(site: Site) -> None:
    page = site.open("/status/")
    page.evaluate("document.getElementById(document.querySelector('[data-live]').id).append('x')")
    page.evaluate("dispatchEvent(new Event('visibilitychange'))")


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("path", ["/", "/admin/auth/user/add/"])
def test_what_would_run_becomes_no_element(site: Site, path: str, text: str) -> None:
    page = site.page if site.page.url == f"{site.url}{path}" else site.open(path)
    tried = """(text) => {
        const place = document.createElement(text.startsWith("<tr") ? "tbody" : "div");
        try { place.innerHTML = text; } catch (fault) { return fault.name; }
        return place.innerHTML;
    }"""
    assert page.evaluate(tried, text) == "TypeError"
    assert site.hear_all()
    site.refused.clear()


def test_words_and_their_places_become_elements_in_the_admin(site: Site) -> None:
    page = site.open("/admin/auth/user/add/")
    for text in ("<b>a</b>", "<a href='/admin/'>a</a>", "<option selected>a", "<img src='/a.png'>"):
        page.evaluate("(text) => { document.createElement('div').innerHTML = text; }", text)
