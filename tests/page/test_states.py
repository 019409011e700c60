"""Every state of the screen, wide and narrow, light and dark: legible, and nothing overflows.

SCREENSHOTS names the folder that pictures of them go to, for people to look at.
"""

import os
import time
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.page.staged import AXE, PHONE, WIDE, Stage, on_the_stage
from tests.page.states import STATES, eventful

pytestmark = on_the_stage
LOOKS = [(size, scheme) for size in (WIDE, PHONE) for scheme in ("light", "dark")]
# Between them they have everything that the page can show.
JUDGED = ("alerts-open", "disconnected", "source-degraded", "first-start")
FOLDER = os.environ.get("SCREENSHOTS")
STILL = "() => Promise.allSettled(document.getAnimations().map(({ finished }) => finished))"
SERIOUS = """async () => (await axe.run()).violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`)"""
ALL = """async () => (await axe.run()).violations
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`)"""
WIDER = """() => [...document.querySelectorAll("body *")]
    .filter((it) => !it.closest(".scroll, .sideways, .tabs, .unseen, [hidden]"))
    .filter((it) => it.getBoundingClientRect().right > innerWidth + 1)
    .map((it) => it.outerHTML.slice(0, 90))"""


@pytest.mark.parametrize("name", STATES)
def test_a_state_is_legible_to_everybody(name: str, stage: Stage) -> None:
    STATES[name](stage)
    looks = LOOKS if name in JUDGED or FOLDER else LOOKS[::3]
    if name in JUDGED:
        stage.page.evaluate(AXE.read_text())
    for size, scheme in looks:
        stage.look(size, scheme)
        picture(stage, f"{name}-{size['width']}-{scheme}")
        assert wider(stage) == []
        if name in JUDGED:
            stage.page.evaluate(STILL)
            assert stage.page.evaluate(SERIOUS) == []


def test_with_two_charts_and_in_chosen_colours_nothing_is_hard_to_tell(stage: Stage) -> None:
    page = stage.show(eventful())
    page.set_viewport_size({"width": 1920, "height": 1080})
    expect(page.locator("#second-price-chart canvas").first).to_be_visible()
    for fold in page.locator("details").all():
        fold.evaluate("fold => { fold.open = true; }")
    page.evaluate(AXE.read_text())
    for colours in ("none", "active"):
        page.emulate_media(forced_colors=colours)  # type: ignore[arg-type]
        page.evaluate(STILL)
        assert page.evaluate(ALL) == [], colours
    page.emulate_media(forced_colors="none")


@pytest.mark.parametrize("name", ["alerts-open", "asking", "simulated"])
def test_the_header_is_whole_on_a_tablet_and_a_small_laptop(name: str, stage: Stage) -> None:
    STATES[name](stage)
    for width in (768, 981, 1024, 1121):
        stage.page.set_viewport_size({"width": width, "height": 768})
        assert wider(stage) == [], width


@pytest.mark.parametrize("width", [768, 1024, 1440])
def test_the_tabs_of_three_hubs_are_whole(width: int, stage: Stage) -> None:
    page = stage.show(eventful())
    page.set_viewport_size({"width": width, "height": 800})
    cut = "tabs => tabs.scrollWidth > tabs.clientWidth"
    assert not page.locator("#hub-tabs").evaluate(cut)


def wider(stage: Stage) -> list[str]:
    """What is wider than the screen, once the charts have followed its size: a frame or two."""
    until = time.monotonic() + 5
    while (found := stage.page.evaluate(WIDER)) and time.monotonic() < until:
        time.sleep(0.05)
    return list(found)


def picture(stage: Stage, name: str) -> None:
    """For people to look at."""
    if FOLDER:
        path = Path(FOLDER) / f"{name}.png"
        stage.page.screenshot(path=path, full_page=True, animations="disabled")
