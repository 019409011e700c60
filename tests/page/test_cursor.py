"""One table of cases holds for the server's readers and for the page."""

import json
from pathlib import Path
from typing import Any

import pytest

from live.cursor import Cursor
from tests.page.by_name import Run, run
from tests.page.modules import in_a_browser

__all__ = ["run"]

pytestmark = in_a_browser[:1]
CASES = json.loads(Path(__file__).with_name("cursor_cases.json").read_text())
steps = pytest.mark.parametrize("case", CASES["steps"], ids=lambda case: case["name"])
behind = pytest.mark.parametrize("case", CASES["behind"], ids=lambda case: case["name"])
needs_chromium = in_a_browser[1]


@steps
def test_what_a_frame_is_to_a_reader(case: dict[str, Any]) -> None:
    assert Cursor(*case["cursor"]).step(*case["frame"]).value == case["is"]


@steps
@needs_chromium
def test_what_a_frame_is_to_the_page(case: dict[str, Any], run: Run) -> None:
    (epoch, prev, seq), (own_epoch, own_seq) = case["frame"], case["cursor"]
    frame = {"epoch": epoch, "prev": prev, "seq": seq}
    found = run(
        "live/cursor.js",
        "step(a.cursor, a.frame)",
        {"cursor": {"epoch": own_epoch, "seq": own_seq}, "frame": frame},
    )
    assert found == case["is"]


@behind
def test_whether_a_reader_is_behind(case: dict[str, Any]) -> None:
    assert Cursor(*case["cursor"]).is_behind(case["epoch"], case["head"]) is case["is"]


@behind
@needs_chromium
def test_whether_the_page_is_behind(case: dict[str, Any], run: Run) -> None:
    cursor = dict(zip(("epoch", "seq"), case["cursor"], strict=True))
    found = run("live/cursor.js", "isBehind(a.cursor, a.head, a.epoch)", {**case, "cursor": cursor})
    assert found is case["is"]


@needs_chromium
def test_a_page_that_holds_nothing_takes_no_events(run: Run) -> None:
    assert run("live/cursor.js", "step(null, { epoch: 'a', prev: 0, seq: 1 })") == "gap"
    assert run("live/cursor.js", "cursorText(null)") == ""
    assert run("live/cursor.js", "cursorText({ epoch: 'a', seq: 7 })") == "a:7"
