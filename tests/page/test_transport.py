"""Which transport feeds the page, decided from how its connections ended."""

from typing import Any

import pytest

from tests.page.by_name import Run, run
from tests.page.modules import in_a_browser

__all__ = ["run"]
pytestmark = in_a_browser
MINUTE = 60_000
NEVER = {"code": 1006, "byeMs": None, "livedMs": 0, "isReached": True}  # opened, and nothing came
SILENT = NEVER | {"code": None}
CUT = NEVER | {"livedMs": MINUTE}
AWAY = NEVER | {"isReached": False}
LATE = NEVER | {"livedMs": 2 * MINUTE}
BYE = NEVER | {"byeMs": 900, "code": 1012}
CLEAN = NEVER | {"code": 1000}
CLOSED_BY_SERVER = NEVER | {"code": 4429}
AFTER = "a.ends.reduce(afterEnd, { ...FIRST_CHOICE, ...a.from })"
End = dict[str, Any]


@pytest.mark.parametrize(
    ("before", "ends", "after"),
    [
        ("socket", [], "socket"),
        ("socket", [NEVER], "socket"),
        ("socket", [SILENT], "socket"),
        ("socket", [NEVER, NEVER], "stream"),
        ("socket", [SILENT, SILENT], "stream"),
        ("socket", [CLEAN, CLEAN], "stream"),
        ("socket", [CUT, CUT], "stream"),
        ("socket", [CUT, LATE, CUT], "socket"),
        ("socket", [AWAY] * 9, "socket"),
        ("socket", [NEVER, AWAY, NEVER], "stream"),
        ("socket", [NEVER, BYE, NEVER], "socket"),
        ("socket", [NEVER, CLOSED_BY_SERVER, NEVER], "socket"),
        ("socket", [NEVER, NEVER, NEVER], "stream"),
        ("socket", [NEVER, NEVER, NEVER, NEVER], "poll"),
        ("stream", [AWAY] * 9, "stream"),
        ("poll", [NEVER] * 9, "poll"),
    ],
)
def test_a_transport_is_left_after_two_ends_in_a_row_that_are_the_networks_doing(
    before: str, ends: list[End], after: str, run: Run
) -> None:
    found = run("live/transport.js", AFTER, {"from": {"transport": before}, "ends": ends})
    assert found["transport"] == after


@pytest.mark.parametrize(
    ("transport", "tries", "minutes"),
    [
        ("socket", 0, None),
        ("stream", 0, 1),
        ("stream", 1, 2),
        ("stream", 2, 5),
        ("stream", 3, 15),
        ("poll", 40, 15),
    ],
)
def test_a_better_transport_is_tried_now_and_then(
    transport: str, tries: int, minutes: int | None, run: Run
) -> None:
    wait = run("live/transport.js", "tryBetterAfter(a)", {"transport": transport, "tries": tries})
    assert wait == (None if minutes is None else minutes * MINUTE)


@pytest.mark.parametrize(
    ("transport", "tries", "better"),
    [
        ("stream", 0, "socket"),
        ("stream", 1, "socket"),
        ("poll", 0, "socket"),
        ("poll", 1, "stream"),
    ],
)
def test_who_polls_tries_the_stream_too(transport: str, tries: int, better: str, run: Run) -> None:
    assert (
        run("live/transport.js", "betterTransport(a)", {"transport": transport, "tries": tries})
        == better
    )


def test_a_better_transport_that_is_cut_soon_is_left_at_once_and_tried_later_than_before(
    run: Run,
) -> None:
    back = "betterConnected({ ...FIRST_CHOICE, transport: 'stream', tries: 1 }, 'socket')"
    found = run("live/transport.js", f"afterEnd({back}, a)", CUT)
    assert found == {"transport": "stream", "strikes": 0, "tries": 2}
    held = run("live/transport.js", f"afterEnd({back}, a)", LATE)
    assert held == {"transport": "socket", "strikes": 0, "tries": 0}
