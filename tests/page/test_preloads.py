"""A page names all modules that it needs and no other: none is found by reading another."""

import re
from pathlib import Path

from django.template.loader import render_to_string

from tests.page import battery_stage
from tests.page.staged import Stage, on_the_stage
from tests.page.states import plain

pytestmark = on_the_stage
PRELOAD = re.compile(r'<link rel="modulepreload" href="([^"]*)">')
OF_ITSELF = {"main.js", "alerts_page.js", "battery_page.js", "theme_boot.js", "uPlot.iife.min.js"}


def named(html: str) -> set[str]:
    """The modules that a page asks for at once."""
    found = PRELOAD.findall(html)
    assert len(found) == len(set(found))
    return set(found)


def needed(stage: Stage, html: str) -> set[str]:
    """The modules that the browser asks for where none is named."""
    stage.alerts_page = PRELOAD.sub("", html)
    stage.run_first("")
    fetched: list[str] = []
    stage.page.on("requestfinished", lambda request: fetched.append(request.url))
    stage.page.goto(f"{stage.server.url}/alerts/", wait_until="networkidle")
    paths = {url.removeprefix(stage.server.url) for url in fetched if url.endswith(".js")}
    return {path for path in paths if Path(path).name not in OF_ITSELF}


def test_the_dashboard_names_its_modules(stage: Stage) -> None:
    stage.day = plain()
    html = stage.day.html()
    assert named(html) == needed(stage, html)


def test_the_page_of_alerts_names_its_modules(stage: Stage) -> None:
    html = render_to_string("dashboard/alerts.html", {"page_data": {"hubs": []}})
    assert named(html) == needed(stage, html)


def test_the_page_of_a_battery_names_its_modules(stage: Stage) -> None:
    html = battery_stage.page()
    assert named(html) == needed(stage, html)
