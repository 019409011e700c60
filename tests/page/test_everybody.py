"""The dashboard for everybody: nothing that axe finds, at any width, in any colours."""

from collections.abc import Callable

import pytest

from tests.page.staged import AXE, PHONE, Stage, on_the_stage
from tests.page.states import alerts_open, degraded
from tests.page.test_states import STILL, wider

pytestmark = [*on_the_stage, pytest.mark.long]
WIDTHS = (320, 390, 768, 1024, 1440, 1920)
FOUND = """async () => (await axe.run()).violations
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`)"""


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("state", [alerts_open, degraded])
def test_axe_finds_nothing_on_the_dashboard(
    width: int, state: Callable[[Stage], None], stage: Stage
) -> None:
    state(stage)
    for fold in stage.page.locator("details:not([open]) > summary").all():
        if fold.is_visible():
            fold.click()
    stage.page.evaluate(AXE.read_text())
    for scheme, forced in (("light", "none"), ("dark", "none"), ("dark", "active")):
        stage.page.emulate_media(forced_colors=forced)  # type: ignore[arg-type]
        stage.look({"width": width, "height": 900}, scheme)
        stage.page.evaluate(STILL)
        assert stage.page.evaluate(FOUND) == []
        assert wider(stage) == []
    stage.page.emulate_media(forced_colors="none")


def test_on_a_phone_what_is_below_the_chart_is_folded(stage: Stage) -> None:
    stage.page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    alerts_open(stage)
    assert stage.page.locator("details.fold[open]").count() == 0
    stage.page.locator("#summary-card > summary").click()
    stage.page.reload()
    stage.page.locator("#summary-card[open]").wait_for()
