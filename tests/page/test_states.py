"""Every state of the screen, wide and narrow, light and dark: legible, and nothing overflows.

SCREENSHOTS names the folder that pictures of them go to, for people to look at.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.page.modules import CHROMIUM
from tests.page.staged import AXE, PHONE, WIDE, Stage, a_browser, staged
from tests.page.states import STATES

pytestmark = [
    pytest.mark.xdist_group("page-states"),
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
]
LOOKS = [(size, scheme) for size in (WIDE, PHONE) for scheme in ("light", "dark")]
SERIOUS = """async () => (await axe.run()).violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`)"""
WIDER = """() => [...document.querySelectorAll("body *")]
    .filter((it) => !it.closest(".scroll, .tabs, .unseen, [hidden]"))
    .filter((it) => it.getBoundingClientRect().right > innerWidth + 1)
    .map((it) => it.outerHTML.slice(0, 90))"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with a_browser() as browser:
        yield browser


@pytest.fixture
def stage(browser: Browser) -> Iterator[Stage]:
    """A page that is forgiven no console error and no breach of the policy."""
    with staged(browser) as stage:
        yield stage
        assert stage.complaints == []


@pytest.mark.parametrize("name", STATES)
def test_a_state_is_legible_to_everybody(name: str, stage: Stage) -> None:
    STATES[name](stage)
    stage.page.evaluate(AXE.read_text())
    for size, scheme in LOOKS:
        stage.look(size, scheme)
        picture(stage, f"{name}-{size['width']}-{scheme}")
        assert stage.page.evaluate(WIDER) == []
        if name in ("alerts-open", "disconnected", "source-degraded", "first-start"):
            assert stage.page.evaluate(SERIOUS) == []


def picture(stage: Stage, name: str) -> None:
    """For people to look at."""
    if folder := os.environ.get("SCREENSHOTS"):
        path = Path(folder) / f"{name}.png"
        stage.page.screenshot(path=path, full_page=True, animations="disabled")
