"""`/battery/`: the figures by day as text, the picture, and the page that the server writes."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from battery.models import Battery
from dashboard.battery_picture import picture
from dashboard.battery_summary import place_text, rank_note, summary
from dashboard.battery_table import FIGURES, Row, below_zero_text, dollar_text, rows
from market.intervals import day_intervals, intervals_between, midnight
from market.markets import Market
from prices.daily_figures import Day, HeldDay, figures_of
from prices.day_ranks import Rank, Ranks
from prices.models import Node
from tests.conftest import utc
from tests.published import published, store

TODAY = date(2026, 7, 14)
NOW = utc("2026-07-14 19:02:14")
A_DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def day_of(
    day: date, da: int | None = 40, rt: int | None = 50, *, until: datetime | None = None
) -> Day:
    """A day at one price, ten times as much from noon on; real-time is held `until` then."""
    end = midnight(day + A_DAY)
    return figures_of(
        HeldDay(
            day,
            stepped(day, rt, intervals_between(midnight(day), until or end, Market.RTM)),
            stepped(day, da, intervals_between(midnight(day), end, Market.DAM)),
        )
    )


def stepped(day: date, low: int | None, moments: Iterable[datetime]) -> dict[datetime, Decimal]:
    noon = midnight(day) + 12 * HOUR
    if low is None:
        return {}
    return {at: Decimal(low if at < noon else 10 * low) for at in moments}


def cell(row: Row, figure: str, market: str) -> tuple[str, str]:
    found = row.cells[2 * FIGURES.index(figure) + (market == "rt")]
    return found.text, found.small


def test_days_are_shown_newest_first_and_empty_ones_are_not() -> None:
    days = [
        day_of(TODAY - 2 * A_DAY),
        day_of(TODAY - A_DAY, None, None),
        day_of(TODAY),
        day_of(TODAY + A_DAY, rt=None),
    ]
    shown = rows(days, TODAY)
    assert [(row.iso, row.day, row.name) for row in shown] == [
        ("2026-07-15", "Wed, Jul 15", "tomorrow"),
        ("2026-07-14", "Tue, Jul 14", "today"),
        ("2026-07-12", "Sun, Jul 12", ""),
    ]


def test_a_day_has_each_figure_day_ahead_beside_real_time() -> None:
    [row] = rows([day_of(TODAY - A_DAY)], TODAY)
    assert cell(row, "TB4", "da") == ("$1,440", "")  # 4 * 400 less 4 * 40
    assert cell(row, "TB2", "rt") == ("$900", "")
    assert cell(row, "average", "da") == ("220.00", "")
    assert cell(row, "on-peak", "da") == ("265.00", "")  # 6 at 40 and 10 at 400
    assert cell(row, "off-peak", "rt") == ("162.50", "")  # 6 at 50 and 2 at 500
    assert cell(row, "high", "rt") == ("500.00", "12:00")
    assert cell(row, "low", "da") == ("40.00", "00:00")
    assert cell(row, "below 0", "da") == ("none", "")
    assert row.note == ""


def test_of_a_day_that_runs_the_day_ahead_of_the_same_hours_stands_below() -> None:
    [row] = rows([day_of(TODAY, until=midnight(TODAY) + 6 * HOUR)], TODAY)
    assert cell(row, "average", "da") == ("220.00", "40.00 same\N{NO-BREAK SPACE}hours")
    assert cell(row, "average", "rt") == ("50.00", "")
    assert cell(row, "TB4", "rt") == ("—", "")
    assert row.note == "real-time: 6 h 00 min so far"


@pytest.mark.parametrize(
    ("day", "note"),
    [
        (day_of(TODAY - A_DAY, rt=None), "no real-time"),
        (day_of(TODAY - A_DAY, None), "no day-ahead"),
        (day_of(TODAY - A_DAY, until=midnight(TODAY) - HOUR), "real-time: 276 of 288"),
        (day_of(TODAY, rt=None), "no real-time yet"),
        (day_of(TODAY + A_DAY, rt=None), ""),
    ],
)
def test_what_is_not_held_of_a_day_is_said(day: Day, note: str) -> None:
    [row] = rows([day], TODAY)
    assert row.note == note


@pytest.mark.parametrize(
    ("minutes", "text"), [(0, "none"), (5, "5 min"), (60, "1 h 00 min"), (1505, "25 h 05 min")]
)
def test_time_below_zero_is_in_hours_and_minutes(minutes: int, text: str) -> None:
    assert below_zero_text(minutes) == text


@pytest.mark.parametrize(
    ("dollars", "text"), [("0", "$0"), ("188.5", "$189"), ("1203.99", "$1,204"), (None, "—")]
)
def test_dollars_are_whole(dollars: str | None, text: str) -> None:
    assert dollar_text(None if dollars is None else Decimal(dollars)) == text


@pytest.mark.parametrize(
    ("rank", "text"),
    [(1, "1st"), (2, "2nd"), (3, "3rd"), (4, "4th"), (11, "11th"), (13, "13th"), (22, "22nd")],
)
def test_a_place_is_an_ordinal_number(rank: int, text: str) -> None:
    assert place_text(Rank(rank, 30)) == f"{text} of 30"


@pytest.mark.parametrize(
    ("of", "text"),
    [(3, "Today's rank needs 10 days; 3 are held."), (9, "needs 10 days; 9 are held."), (10, "")],
)
def test_among_a_few_days_today_has_no_place_here_nor_on_the_dashboard(of: int, text: str) -> None:
    note = rank_note(Ranks(NOW, None, Rank(1, of), Rank(2, of)))
    assert text in note
    assert bool(note) == bool(text)


def test_both_markets_are_summed_over_the_same_days() -> None:
    before = TODAY - 5 * A_DAY
    whole = dict.fromkeys(day_intervals(before, Market.RTM), Decimal(999))
    first_hours = dict.fromkeys(day_intervals(before, Market.DAM)[:22], Decimal(999))
    days = [
        day_of(TODAY - 4 * A_DAY, 40, 50),
        day_of(TODAY - 3 * A_DAY, 60, 10),
        day_of(TODAY - 2 * A_DAY, 999, None),  # no real-time: neither counts
        day_of(TODAY - A_DAY, 999, 999, until=midnight(TODAY) - 2 * HOUR),  # too little of it
        figures_of(HeldDay(TODAY - 5 * A_DAY, whole, first_hours)),  # too little day-ahead
        day_of(TODAY, 999, 999),
    ]
    found = summary(days, TODAY)
    assert (found.days, found.of) == (2, 5)
    lines = {line.name: (line.da, line.rt) for line in found.lines}
    assert lines["TB4, all days"] == ("$3,600", "$2,160")
    assert lines["TB4 a day"] == ("$1,800", "$1,080")
    assert lines["best day, TB4"] == ("$2,160 on Jul 11", "$1,800 on Jul 10")
    assert lines["average"] == ("275.00", "165.00")
    assert lines["below 0"] == ("none", "none")


def test_without_a_day_to_compare_nothing_is_summed() -> None:
    assert summary([day_of(TODAY)], TODAY).lines == []


def test_bars_stand_on_zero_and_are_as_high_as_their_share_of_a_round_top() -> None:
    days = [day_of(TODAY - A_DAY, 40, 50), day_of(TODAY, 20, None)]
    drawn = picture(days)
    assert drawn is not None
    assert (drawn.top, drawn.middle, drawn.width, drawn.cut) == ("$2,000", "$1,000", 20, "")
    assert drawn.ends == ["Jul 13", "Jul 14"]
    bars = [(bar.market, bar.y, bar.height) for day in drawn.days for bar in day.bars]
    assert bars == [("da", 28.0, 72.0), ("rt", 10.0, 90.0), ("da", 64.0, 36.0)]
    assert drawn.days[1].label == "Tue, Jul 14: day-ahead $720, real-time —"


def test_one_spike_flattens_nothing_and_is_named() -> None:
    days = [day_of(TODAY - back * A_DAY, 10, 900 if back == 3 else 10) for back in range(5, 0, -1)]
    drawn = picture(days)
    assert drawn is not None
    assert (drawn.top, drawn.cut) == ("$2,000", "Jul 11 real-time $32,400")
    [spike] = [bar for day in drawn.days for bar in day.bars if bar.cut]
    assert (spike.y, spike.height) == (0.0, 100.0)
    assert {bar.height for day in drawn.days for bar in day.bars} == {18.0, 100.0}


@pytest.mark.parametrize("days", [[], [day_of(TODAY, None, None)], [day_of(TODAY, 0, 0)]])
def test_there_is_a_picture_of_zeros_and_none_of_nothing(days: list[Day]) -> None:
    drawn = picture(days)
    assert (drawn is None) is (not days or not days[0].da)
    assert drawn is None or drawn.top == "$1"


def page(client: Client, query: str = "", at: datetime = NOW) -> HttpResponse:
    with time_machine.travel(at, tick=False):
        found: Any = client.get(f"/battery/{query}")
    return found


def some_days() -> None:
    for day in (TODAY - A_DAY, TODAY, TODAY + A_DAY):
        hours = day_intervals(day, Market.DAM)
        store([published(hour, f"{n}", Market.DAM) for n, hour in enumerate(hours, 20)], NOW)
    ends = utc("2026-07-14 19:05")
    moments = intervals_between(midnight(TODAY - A_DAY), ends, Market.RTM)
    store([published(at, "30.5") for at in moments], NOW)


@pytest.mark.django_db
@pytest.mark.database
@pytest.mark.parametrize("has_battery", [True, False])
def test_the_page_shows_a_hubs_days(client: Client, has_battery: bool) -> None:
    some_days()
    if not has_battery:
        Battery.objects.all().delete()
    text = page(client, "?hub=sp15&tab=history").content.decode()
    assert ("There is no battery at SP15" in text) is not has_battery
    assert "What 1 MW of battery could have earned at SP15" in text
    places = [text.index(f'datetime="2026-07-{day}"') for day in (15, 14, 13)]
    assert places == sorted(places)
    assert "$80" in text  # 43 + 42 + 41 + 40 less 20 + 21 + 22 + 23
    assert "style=" not in text
    assert "<script>" not in text


@pytest.mark.django_db
def test_a_correction_is_on_the_page_the_next_time(client: Client) -> None:
    some_days()
    assert "−7.25" not in page(client, "?tab=history").content.decode()
    store([published(utc("2026-07-13 20:00"), "-7.25")], NOW)
    assert "−7.25" in page(client, "?tab=history").content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("asked", ["XY", "<b>", "x" * 200, "%00"])
def test_a_hub_that_does_not_exist_is_said(client: Client, asked: str) -> None:
    found = page(client, f"?hub={asked}")
    text = found.content.decode()
    assert found.status_code == 404
    assert "There is no hub" in text
    assert '<a href="/battery/?hub=NP15">NP15</a>' in text
    assert "<b>" not in text.partition("There is no hub")[2]
    assert "x" * 61 not in text


@pytest.mark.django_db
def test_before_the_first_price_and_without_nodes_the_page_says_so(client: Client) -> None:
    none_held = "No prices of SP15 from the last 30 days are held yet."
    assert none_held in page(client, "?tab=history").content.decode()
    Battery.objects.all().delete()
    assert none_held in page(client).content.decode()
    Node.objects.update(tracked=False)
    assert "No node is tracked" in page(client).content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("day", ["2026-03-08", "2026-11-01"])
def test_days_of_23_and_25_hours_are_whole(client: Client, day: str) -> None:
    hours = day_intervals(date.fromisoformat(day), Market.DAM)
    store([published(hour, "30", Market.DAM) for hour in hours], hours[0])
    moments = day_intervals(date.fromisoformat(day), Market.RTM)
    store([published(at, "30") for at in moments], hours[0])
    found = page(client, "?tab=history", midnight(date.fromisoformat(day) + A_DAY) + HOUR)
    [row] = found.context["of_the_node"]["rows"]  # type: ignore[attr-defined]
    assert (row.iso, row.note) == (day, "")


@pytest.mark.django_db
def test_a_hub_without_a_battery_takes_five_queries_however_many_hubs(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    some_days()
    nodes = (Node(slug=f"node-{nth}", oasis_name=f"NODE_{nth}_N001") for nth in range(47))
    Node.objects.bulk_create(nodes)
    Battery.objects.all().delete()
    with django_assert_num_queries(5):
        page(client)
