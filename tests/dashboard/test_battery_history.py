"""What a battery earned, as bars, rows and columns; back-tests as tables."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from dashboard.battery.backtest_lines import Asked, backtest_line, fault_of, table_of
from dashboard.battery.earned import Column, by_hour, by_month, columns, label_of
from dashboard.battery.paper_days import Restated, csv_lines, paper_rows
from dashboard.battery.results import DayResult, policy_name, result
from market.intervals import iso, midnight
from tests.conftest import utc
from tests.dashboard.batteries import A_DAY, HOUR, NOW, TODAY

DAY_ROW = {"policy": "advice", "acting": "own price", "days": 1361, "net_usd": 47234.5}


def day(back: int = 1, net: str = "80.00", **more: Any) -> DayResult:
    plain: dict[str, Any] = {
        "date": TODAY - back * A_DAY,
        "settled": 288,
        "excluded": 0,
        "revenue_usd": Decimal(net) + 40,
        "wear_usd": Decimal(40),
        "net_usd": Decimal(net),
        "two_settlement_usd": Decimal("79.99"),
        "perfect_usd": Decimal("100.00"),
        "cycles": 0.984,
        "rivals": {"clock": -25.0},
    }
    return DayResult(**plain | more)


def test_policies_are_bars_from_the_dearest_to_the_worst() -> None:
    found = result("Yesterday", [day()])
    assert found
    assert [(row.name, row.usd, row.share) for row in found.rows] == [
        ("perfect foresight", "$100.00", "100 %"),
        ("advice", "$80.00", "80 %"),
        ("do nothing", "$0.00", "0 %"),
        ("fixed clock", "−$25.00", "−25 %"),
    ]
    assert found.zero == 20.0  # of −25 to 100
    assert [(row.x, row.width) for row in found.rows] == [(20, 80), (20, 64), (20, 0), (0, 20)]
    assert found.note == "288 intervals settled. Net of wear."


def test_on_a_day_that_a_policy_had_no_plan_for_it_did_nothing() -> None:
    nothing_settled = day(3, "0.00", settled=0, excluded=288, rivals={"nothing": 0})
    days = [nothing_settled, day(2, rivals={"clock": 1, "yesterday": 2}), day(1)]
    found = result("July", days)
    assert found
    sums = {row.name: row.usd for row in found.rows}
    assert (sums["fixed clock"], sums["yesterday's shape"]) == ("−$24.00", "$2.00")


def test_sums_add_up_to_the_cent_and_say_what_is_left_out() -> None:
    days = [day(n, f"{n}.01", settled=280, excluded=8) for n in range(1, 11)]
    found = result("July", days)
    assert found
    assert next(row.usd for row in found.rows if row.name == "advice") == "$55.10"
    left = "80 left out on all sides, without advice or a price"
    assert found.note == f"10 days, 2,800 intervals settled; {left}. Net of wear."
    assert result("July", []) is None


def test_where_there_was_nothing_to_earn_there_is_no_share() -> None:
    found = result("Yesterday", [day(perfect_usd=Decimal(0), net_usd=Decimal(0), rivals={})])
    assert found
    assert {row.share for row in found.rows} == {"—"}
    assert {row.width for row in found.rows} == {0}


@pytest.mark.parametrize(
    ("stored", "said"),
    [
        ("day-ahead", "day-ahead schedule, at real-time prices"),
        ("day_ahead_da", "day-ahead schedule, at day-ahead prices"),
        ("a_new_one", "a new one"),
    ],
)
def test_a_policy_is_called_as_people_call_it(stored: str, said: str) -> None:
    assert policy_name(stored) == said


def test_days_are_newest_first_with_what_corrections_changed() -> None:
    start = midnight(TODAY - A_DAY) + 12 * HOUR
    worse = Restated(
        TODAY - A_DAY, NOW, start, Decimal("1015.37"), None, Decimal(90), Decimal(80), "Withdrawn."
    )
    newest, older = paper_rows([day(2, settled=280, excluded=8), day(1)], [worse], NOW)
    assert (newest.day, older.day) == ("Mon, Jul 13", "Sun, Jul 12")
    assert older.note == "8 of 288 intervals left out"
    expected = ["$80.00", "$120.00", "$40.00", "$79.99", "$100.00", "80 %", "0.98"]
    assert newest.cells == expected
    [line] = newest.restated
    assert (line.when, line.old, line.new) == ("12:37", "$90.00", "$80.00")
    assert line.why == "12:00 1,015.37 → —: Withdrawn."
    assert older.restated == []


def test_the_table_for_a_spreadsheet_has_a_column_for_each_policy() -> None:
    head, first, second = csv_lines([day(2, rivals={}), day(1)])
    assert head.split(",")[-1] == "clock_usd"
    assert first.endswith(",0.984,")
    assert second == "2026-07-13,288,0,120.00,40,80.00,79.99,100.00,0.984,-25.0"
    assert len(head.split(",")) == len(first.split(",")) == len(second.split(","))


def test_months_are_summed_beside_perfect_foresight() -> None:
    found = by_month([day(20), day(14, "-10"), day(13), day(1)])
    assert found == [Column("Jun 2026", [70.0, 200.0]), Column("Jul 2026", [160.0, 200.0])]


def ledger(*lines: tuple[Any, str]) -> dict[str, Any]:
    rows = [[net, iso(start)] for start, net in lines]
    return {"lines": {"columns": ["net_usd", "interval_start"], "rows": rows}}


def test_hours_are_of_the_pacific_clock_both_one_oclocks_of_autumn_together() -> None:
    twice = ledger((utc("2026-11-01 08:30"), "1.25"), (utc("2026-11-01 09:30"), "2.50"))
    found = by_hour([twice, ledger((utc("2026-07-14 19:00"), "-4")), {}])
    assert [(c.label, c.values) for c in found if c.values[0]] == [("01", [3.75]), ("12", [-4.0])]
    assert len(found) == 24
    assert by_hour([{}, ledger()]) == []


def test_columns_stand_on_zero_beside_each_other() -> None:
    found = columns("By month", ["advice", "perfect"], [Column("Jul", [-50.0, 100.0])])
    assert found
    assert (found.zero, found.lines[0][1]) == (pytest.approx(66.67), "−$50")
    [place] = found.places
    first, second = place.bars
    assert (first.y, first.height) == (66.67, pytest.approx(33.33))
    assert (second.y, second.height) == (0, 66.67)
    assert first.x + first.width == pytest.approx(second.x, abs=0.01)
    assert place.title == "Jul: advice −$50.00, perfect $100.00"
    assert found.texts == [("Jul", ["−$50.00", "$100.00"])]
    assert columns("By month", ["advice"], []) is None


def asked(**more: Any) -> Asked:
    plain: dict[str, Any] = {
        "pk": 7,
        "start": TODAY - 400 * A_DAY,
        "end": TODAY - 35 * A_DAY,
        "market": "RTPD",
        "state": "waiting",
        "progress": 0.0,
        "error": "",
        "asked_at": NOW - timedelta(minutes=5),
        "by": "anna",
        "code_version": "",
        "data_digest": "0123456789abcdef",
        "result": None,
    }
    return Asked(**plain | more)


def test_a_back_test_says_how_far_it_is() -> None:
    line = backtest_line(asked(state="running", progress=0.427), NOW)
    assert line.title == "Jun 9, 2025 to Jun 9, 2026, RTPD"
    assert (line.said, line.percent) == ("running: 43 %", 43)
    assert (line.asked, line.digest) == ("asked for by anna 12:32", "0123456789ab")
    assert backtest_line(asked(by=""), NOW).said == "waiting for its turn"


@pytest.mark.parametrize(
    "result_", [[DAY_ROW], {"table": [DAY_ROW]}, {"market": "RTPD", "policies": [DAY_ROW]}]
)
def test_its_table_is_found_under_any_name(result_: Any) -> None:
    [row] = backtest_line(asked(state="done", result=result_), NOW).rows
    assert (row.policy, row.acting) == ("advice", "cleared at its own price")
    assert row.cells == ["1,361", "—", "—", "$47,234.50", "—", "—", "—", "—"]


@pytest.mark.parametrize("result_", [None, {}, [], {"days": [1, 2]}, {"table": []}])
def test_a_result_without_a_table_has_no_rows(result_: Any) -> None:
    assert list(table_of(result_)) == []


def test_the_interval_of_a_share_is_in_per_cent() -> None:
    row = DAY_ROW | {"share_of_perfect": 0.861, "low": 0.84, "high": 0.8829, "cycles": 1388.2}
    cells = backtest_line(asked(result=[row]), NOW).rows[0].cells
    assert cells[5:] == ["1,388", "86 %", "84 % to 88 %"]


@pytest.mark.parametrize(
    ("power_mw", "row", "said"),
    [
        (1.0, {}, "$1.06"),  # 47,234.50 / 1,361 * 30.4375 / 1000
        (50.0, {}, "$0.02"),
        (None, {}, "—"),
        (1.0, {"days": 0}, "—"),
        (1.0, {"net_usd": None}, "—"),
    ],
)
def test_its_net_is_said_for_each_kw_and_month(
    power_mw: float | None, row: dict[str, Any], said: str
) -> None:
    line = backtest_line(asked(result=[DAY_ROW | row], power_out_mw=power_mw), NOW)
    assert line.rows[0].cells[4] == said


def test_a_sound_back_test_has_no_fault() -> None:
    assert fault_of(TODAY - 2 * A_DAY, TODAY - A_DAY, ["advice"], 0, NOW) == ""


def test_a_result_has_its_months_and_hours_as_pictures() -> None:
    month = {"name": "2022-01", "net_usd": 90.0, "perfect_usd": 100.0}
    hour = {"name": "07", "net_usd": -5.0, "perfect_usd": 0.0}
    found = {"table": [DAY_ROW], "by_month": [month], "by_hour": [hour]}
    found |= {"pictured": {"policy": "clock"}, "left_out": {"days": 1204, "ranges": []}}
    line = backtest_line(asked(state="done", result=found), NOW)
    months, hours = line.pictures
    assert months.series == ["fixed clock", "perfect foresight"]
    assert months.texts == [("Jan 2022", ["$90.00", "$100.00"])]
    assert hours.texts == [("07", ["−$5.00", "$0.00"])]
    assert line.left_out == "1,204 days with gaps left out on all sides. "
    assert backtest_line(asked(result=[DAY_ROW]), NOW).pictures == []


@pytest.mark.parametrize(
    ("tick", "text"),
    [(0.0, "$0"), (2.5, "$2.5"), (-250.0, "−$250"), (20000.0, "$20k"), (-1500000.0, "−$1.5M")],
)
def test_dollars_beside_a_picture_are_short(tick: float, text: str) -> None:
    assert label_of(tick) == text


@pytest.mark.parametrize(
    ("labels", "marked"),
    [
        (["May 2026", "Jun 2026", "Jul 2026"], ["major"] * 3),
        ([f"Jan {year}" for year in range(2014, 2026)], ["major", "unmarked", "unmarked"] * 4),
        ([f"{hour:02}" for hour in range(24)], ["major", *["minor"] * 3] * 6),
    ],
)
def test_labels_below_columns_have_room(labels: list[str], marked: list[str]) -> None:
    found = columns("By month", ["advice"], [Column(label, [1.0]) for label in labels])
    assert found
    assert [place.rank for place in found.places] == marked
