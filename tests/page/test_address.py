"""The address says what is shown: a link shows the same thing elsewhere."""

import pytest

from tests.page.by_name import Run, run
from tests.page.modules import in_a_browser

__all__ = ["run"]

pytestmark = in_a_browser
PAGE = {"hub": "SP15", "hubs": [{"hub": "SP15"}, {"hub": "NP15"}]}


@pytest.mark.parametrize(
    ("search", "hub", "chosen_range", "theme", "date"),
    [
        ("", "SP15", "24h", None, None),
        ("?hub=np15&range=7d&theme=dark", "NP15", "7d", "dark", None),
        ("?range=2h", "SP15", "2h", None, None),
        ("?date=2026-11-20", "SP15", "24h", None, "2026-11-20"),
        ("?hub=nowhere&range=9d&theme=pink", "SP15", "24h", None, None),
        ("?date=2026-02-30", "SP15", "24h", None, None),
        ("?date=20.11.2026", "SP15", "24h", None, None),
    ],
)
def test_what_an_address_says(
    search: str, hub: str, chosen_range: str, theme: str | None, date: str | None, run: Run
) -> None:
    found = run("ui/address.js", "readAddress(a.search, a.page)", {"search": search, "page": PAGE})
    about = {"hub": hub, "range": chosen_range, "theme": theme, "date": date, "at": None}
    assert found == about | {"battery": None}


@pytest.mark.parametrize(
    ("search", "battery"),
    [("?battery=2", 2), ("?battery=0", None), ("?battery=-1", None), ("?battery=2x", None)],
)
def test_a_battery_is_named_by_its_id(search: str, battery: int | None, run: Run) -> None:
    found = run("ui/address.js", "readAddress(a.search, a.page)", {"search": search, "page": PAGE})
    assert found["battery"] == battery
    written = run("ui/address.js", "writeAddress('?battery=7', a)", found)
    assert ("battery=2" in written) is (battery is not None)
    assert "battery=7" not in written


@pytest.mark.parametrize(
    ("search", "at"),
    [
        ("?date=2026-11-30&at=2026-12-01T04:35:00Z", 1_796_099_700_000),
        ("?date=2026-11-30&at=2026-11-30T04:35:00Z", None),  # of the day before
        ("?at=2026-12-01T04:35:00Z", None),
        ("?date=2026-11-30&at=noon", None),
    ],
)
def test_a_message_leads_to_a_moment_of_its_date(search: str, at: int | None, run: Run) -> None:
    found = run("ui/address.js", "readAddress(a.search, a.page)", {"search": search, "page": PAGE})
    assert found["at"] == at
    written = run("ui/address.js", "writeAddress('', a)", found)
    assert ("at=2026-12-01T04%3A35%3A00.000Z" in written) is (at is not None)


@pytest.mark.parametrize(
    ("shown", "search"),
    [
        ({"hub": "SP15", "range": "24h", "theme": None}, "?from=mail&hub=SP15"),
        (
            {"hub": "NP15", "range": "7d", "theme": "dark"},
            "?from=mail&hub=NP15&range=7d&theme=dark",
        ),
        (
            {"hub": "NP15", "range": "24h", "theme": None, "date": "2026-11-20"},
            "?from=mail&hub=NP15&date=2026-11-20",
        ),
    ],
)
def test_an_address_keeps_what_it_does_not_know(
    shown: dict[str, str | None], search: str, run: Run
) -> None:
    before = "?from=mail&range=48h&date=2026-01-01"
    found = run(
        "ui/address.js", "writeAddress(a.search, a.shown)", {"search": before, "shown": shown}
    )
    assert found == search


def test_r_goes_through_the_ranges(run: Run) -> None:
    ranges = run("ui/address.js", "['2h', '24h', '48h', '7d'].map(nextRange)")
    assert ranges == ["24h", "48h", "7d", "2h"]


def test_two_hours_are_a_part_of_the_day_that_is_held(run: Run) -> None:
    assert run("ui/address.js", "['2h', '24h', '7d'].map(hoursWanted)") == [24, 24, 168]


@pytest.mark.parametrize(
    ("cursor", "address"),
    [
        (None, "wss://caiso.example/ws?hubs=SP15&hours=168"),
        ({"epoch": "a1", "seq": 42}, "wss://caiso.example/ws?hubs=SP15&hours=168&after=a1%3A42"),
    ],
)
def test_the_feed_is_asked_to_carry_on(
    cursor: dict[str, object] | None, address: str, run: Run
) -> None:
    where = "{ protocol: 'https:', host: 'caiso.example' }"
    assert run("live/feed_address.js", f"feedAddress({where}, 'SP15', 168, a)", cursor) == address


@pytest.mark.parametrize(
    ("lmp", "text"),
    [
        (63.4, "63"),
        (-23.4, "−23"),
        (-0.2, "0"),
        (1015.37, "1.0k"),
        (-1015.37, "−1.0k"),
        (12_400, "12k"),
    ],
)
def test_the_price_on_the_tabs_icon(lmp: float, text: str, run: Run) -> None:
    assert run("ui/tab_icon.js", "iconText(a)", lmp) == text
