"""Every state of the screen, wide and narrow, light and dark: legible, and nothing overflows.

SCREENSHOTS names the folder that pictures of them go to, for people to look at.
"""

import os
import time
from pathlib import Path

import pytest

from tests.page.staged import AXE, PHONE, WIDE, Stage, on_the_stage
from tests.page.states import STATES

pytestmark = on_the_stage
LOOKS = [(size, scheme) for size in (WIDE, PHONE) for scheme in ("light", "dark")]
# Between them they have everything that the page can show.
JUDGED = ("alerts-open", "disconnected", "source-degraded", "first-start")
FOLDER = os.environ.get("SCREENSHOTS")
STILL = "() => Promise.allSettled(document.getAnimations().map(({ finished }) => finished))"
SERIOUS = """async () => (await axe.run()).violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
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
