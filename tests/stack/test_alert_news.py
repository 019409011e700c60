"""What an administrator does reaches a page that is open, on a real stack."""

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from tests.stack.desk import Desk
from tests.stack.running import ROOT
from tests.stack.screen import Screen, expect, on_a_screen

pytestmark = on_a_screen
NAME, PASSWORD = "boss", "of-the-tests"


@pytest.fixture
def office(desk: Desk, screen: Screen) -> Iterator[Page]:
    """Another browser, in which an administrator has logged in."""
    environment = os.environ | {
        "VAR_DIR": str(desk.stack.state.parent),
        "SOURCE": "simulator",
        "DJANGO_SUPERUSER_PASSWORD": PASSWORD,
    }
    command = [sys.executable, "manage.py", "createsuperuser", "--noinput", "--username", NAME]
    command += ["--email", "boss@example.org"]
    subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True, timeout=120)
    assert screen.page.context.browser
    context = screen.page.context.browser.new_context()
    page = context.new_page()
    page.goto(f"http://127.0.0.1:{desk.stack.port}/accounts/log-in/?next=/alerts/")
    page.fill("#username", NAME)
    page.fill("#password", PASSWORD)
    page.click("button.first")
    yield page
    context.close()


def test_a_new_alert_its_limit_and_a_mute_reach_a_page_that_stays_open(
    desk: Desk, screen: Screen, office: Page
) -> None:
    page, site = screen.page, f"http://127.0.0.1:{desk.stack.port}"
    page.evaluate("() => { window.isTheSame = true; }")
    told = page.locator("#log li[data-kind=status]")

    def is_told(words: str) -> None:
        expect(told.filter(has_text=words)).to_have_count(1, timeout=15_000)

    office.goto(f"{site}/alerts/new/?hub=SP15&name=Sell&limit=9000")
    expect(office.locator("#preview-sentence")).to_contain_text("would not have fired")
    office.get_by_role("button", name="Save alert").click()
    is_told(f"Rule “Sell” was added by {NAME}")
    number = office.url.rpartition("-")[2]
    expect(office.locator(f"#rule-{number}")).to_be_focused()
    office.goto(f"{site}/admin/alerts/rule/{number}/change/")
    office.fill("#id_limit", "9500")
    office.click("[name=_save]")
    is_told(f"Rule “Sell” is now above 9,500 (was 9,000), changed by {NAME}")
    office.goto(f"{site}/alerts/")
    office.get_by_role("button", name="Mute Sell at SP15 for an hour").click()
    expect(page.locator("#alerts-muted")).to_contain_text("Sell is muted until", timeout=15_000)
    office.get_by_role("button", name="Unmute Sell at SP15").click()
    expect(page.locator("#alerts-muted")).to_be_hidden(timeout=15_000)
    office.goto(f"{site}/admin/alerts/rule/{number}/delete/")
    office.click("[type=submit][value^=Yes]")
    is_told(f"Rule “Sell” was deleted by {NAME}")
    assert page.evaluate("() => window.isTheSame")
