"""The page of alerts and a rule's page as the server writes them: legible to everybody."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.page.alerts_stage import alerts_html, line, rule_html
from tests.page.modules import reached
from tests.page.page_server import Answer
from tests.page.staged import AXE, Stage, on_the_stage
from tests.page.test_states import SERIOUS, wider

pytestmark = on_the_stage
WIDTHS = (320, 390, 768, 1024, 1440, 1920)
FOUND: dict[str, Any] = {
    "fired": 2,
    "sentence": "This rule would have fired 2 times in the last 90 days. Judged on 20 of 90 days.",
    "times": [
        {"opened": "2026-07-13T01:10:00Z", "cleared": "2026-07-13T01:35:00Z"},
        {"opened": "2026-07-14T18:55:00Z", "cleared": None},
    ],
}


class Pages:
    """The two pages, and the previews that they ask for."""

    def __init__(self, stage: Stage) -> None:
        self.stage, self.page = stage, stage.page
        self.html = {"/alerts/": alerts_html(), "/alerts/new/": rule_html(limit="100", node="sp15")}
        self.asked: list[dict[str, Any]] = []
        self.found, self.status = FOUND, 200
        stage.server.answer = self.answer
        self.page.route("**/api/v1/rules/preview", self.preview)

    def answer(self, address: str) -> Answer | None:
        if address == "/push-worker.js":
            return Answer("", "text/javascript")
        html = self.html.get(address.partition("?")[0])
        return Answer(html, "text/html") if html else None

    def preview(self, route: Route) -> None:
        self.asked.append(json.loads(route.request.post_data or ""))
        route.fulfill(json=self.found, status=self.status)

    def open(self, path: str) -> Page:
        self.page.goto(f"{self.stage.server.url}{path}")
        return self.page


@pytest.fixture
def pages(stage: Stage) -> Iterator[Pages]:
    stage.blocked = {"socket", "stream"}
    yield Pages(stage)
    # What a refused preview, and the network without a feed, make the browser remark.
    stage.complaints = [one for one in stage.complaints if "Failed to load" not in one]


@pytest.mark.parametrize("path", ["/alerts/", "/alerts/new/"])
def test_it_is_legible_to_everybody_at_every_width(path: str, pages: Pages) -> None:
    page = pages.open(path)
    page.evaluate(AXE.read_text())
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            assert wider(pages.stage) == [], (width, scheme)
            assert page.evaluate(SERIOUS) == [], (width, scheme)
    page.emulate_media(color_scheme=None, forced_colors="active")
    assert page.evaluate(SERIOUS) == []
    page.emulate_media(forced_colors="none")


def test_no_two_buttons_on_the_page_have_the_same_name(pages: Pages) -> None:
    page = pages.open("/alerts/")
    expect(page.get_by_role("button", name="Mute Discharge at SP15 for an hour")).to_be_visible()
    since = "Acknowledge Discharge SP15 real-time above 100.00, open since 20:35 PT"
    expect(page.get_by_role("button", name=since)).to_be_visible()


def test_an_item_that_the_address_names_is_marked_and_has_the_focus(pages: Pages) -> None:
    page = pages.open("/alerts/#alert-4")
    expect(page.locator("#alert-4")).to_be_focused()
    expect(page.locator("#alert-4")).to_have_attribute("data-addressed", "")
    page.evaluate("location.hash = '#rule-2'")
    expect(page.locator("#rule-2")).to_be_focused()
    expect(page.locator("[data-addressed]")).to_have_count(1)


def test_an_alert_of_another_page_is_asked_for_by_its_id(pages: Pages) -> None:
    page = pages.open("/alerts/#alert-77")
    page.wait_for_url("**/alerts/?alert=77#alert-77")
    pages.html["/alerts/"] = alerts_html(addressed=[line(77)])
    page.reload()
    expect(page.locator("#alert-77")).to_be_focused()


def test_on_paper_there_are_no_buttons_and_nothing_is_cut_off(pages: Pages) -> None:
    page = pages.open("/alerts/")
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 1440, "height": 900})
    for hidden in ("#push", "#narrow", ".rule-act >> nth=0", "#theme-switch"):
        expect(page.locator(hidden)).to_be_hidden()
    expect(page.locator("#rule-1")).to_be_visible()
    page.set_viewport_size({"width": 720, "height": 1000})  # paper is narrower than the window
    assert wider(pages.stage) == []
    page.emulate_media(media="null")


def test_the_preview_follows_what_is_typed(pages: Pages) -> None:
    page = pages.open("/alerts/new/")
    expect(page.locator("#preview-sentence")).to_have_text(FOUND["sentence"])
    expect(page.locator("#preview-times li")).to_have_text(
        ["Tue, Jul 14, 11:55–now", "Sun, Jul 12, 18:10–18:35"]
    )
    expect(page.locator("#preview-button")).to_be_hidden()
    assert pages.asked[-1]["limit"] == "100"
    pages.found = FOUND | {"sentence": "This rule would not have fired.", "times": []}
    page.fill("#id_limit", "250")
    pages.stage.let_pass(1)
    expect(page.locator("#preview-sentence")).to_have_text("This rule would not have fired.")
    expect(page.locator("#preview-when")).to_be_hidden()
    assert pages.asked[-1] == {
        "hub": "sp15",
        "market": "RTM",
        "watched": "lmp",
        "direction": "above",
        "limit": "250",
        "span": "0",
        "for_minutes": "0",
    }


def test_the_preview_stays_in_sight_on_a_phone(pages: Pages) -> None:
    page = pages.open("/alerts/new/")
    page.set_viewport_size({"width": 390, "height": 664})
    page.locator("#id_clear_limit").scroll_into_view_if_needed()
    page.mouse.wheel(0, 400)
    expect(page.locator("#preview-sentence")).to_be_in_viewport(ratio=1)


def test_why_there_is_no_preview_is_said_without_the_name_of_a_field(pages: Pages) -> None:
    page = pages.open("/alerts/new/")
    pages.found, pages.status = {"detail": "watched: It can't be previewed."}, 400
    page.fill("#id_for_minutes", "10")
    page.select_option("#id_watched", "age")
    pages.stage.let_pass(1)
    expect(page.locator("#preview-sentence")).to_have_text("It can't be previewed.")
    expect(page.locator("#unit-limit")).to_have_text("min")
    for useless in ("span", "direction", "for_minutes"):
        expect(page.locator(f"#field-{useless}")).to_be_hidden()
    assert pages.asked[-1]["for_minutes"] == "0"
    page.select_option("#id_watched", "change")
    expect(page.locator("#field-span")).to_be_visible()
    expect(page.locator("#unit-limit")).to_have_text("$/MWh")


def test_without_a_limit_nothing_is_asked(pages: Pages) -> None:
    pages.html["/alerts/new/"] = rule_html(node="sp15")
    page = pages.open("/alerts/new/")
    expect(page.locator("#preview-sentence")).to_contain_text("Enter a limit")
    page.select_option("#id_node", "np15")
    pages.stage.let_pass(1)
    page.fill("#id_limit", "5")
    pages.stage.let_pass(1)
    reached(lambda: len(pages.asked) > 0, page)
    assert [one["hub"] for one in pages.asked] == ["np15"]
