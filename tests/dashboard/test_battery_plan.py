"""The plan of a battery as rows and as shapes; dollars, shares and scales in words."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from dashboard.battery.plan import Slot, runs, slots
from dashboard.battery.plan_picture import plan_picture
from dashboard.battery.plan_table import run_rows, slot_rows, until_text
from dashboard.battery.scale import scale_of
from dashboard.battery.schedule import certificate, schedule_card
from dashboard.battery.shapes import Step, band_path, line_path, steps_path
from dashboard.battery.shown import Done, Shown
from dashboard.battery.time_axis import ticks
from dashboard.battery.words import action_text, percent_text, share_text, usd_text, whole_usd_text
from market.intervals import day_bounds, iso, midnight
from market.markets import Market
from tests.conftest import utc
from tests.dashboard.batteries import A_DAY, FIVE, HOUR, NOW, START, TODAY

NBSP = "\N{NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("value", "cents", "whole"),
    [
        (1234.565, "$1,234.57", "$1,235"),
        (-4.1, "−$4.10", "−$4"),
        (0, "$0.00", "$0"),
        (-0.004, "$0.00", "$0"),
        (187.5, "$187.50", "$188"),
        (None, "—", "—"),
    ],
)
def test_dollars_have_a_true_minus_sign(value: float | None, cents: str, whole: str) -> None:
    assert usd_text(value) == cents
    assert whole_usd_text(value) == whole


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [(86, 100, "86 %"), (-3, 100, "−3 %"), (5, 0, "—"), (5, -1, "—"), (0, 7, "0 %")],
)
def test_a_share_is_of_something(part: float, whole: float, text: str) -> None:
    assert share_text(part, whole) == text


def test_no_share_is_none() -> None:
    assert percent_text(None) == "—"


@pytest.mark.parametrize(
    ("power", "text"),
    [(-1.0, "▲ charge 1.0"), (0.25, "▼ discharge 0.25"), (0.0, "hold"), (1e-9, "hold")],
)
def test_a_power_is_said_with_its_arrow_and_its_word(power: float, text: str) -> None:
    assert action_text(power) in (text, f"{text}{NBSP}MW")


def rows(*steps: tuple[int, float, float]) -> list[list[Any]]:
    """Rows of a plan from minutes after the start, prices and powers."""
    made = ((START + timedelta(minutes=after), price, power) for after, price, power in steps)
    return [[iso(at), price, price - 5, price + 5, power, 2.0] for at, price, power in made]


def test_dollars_run_on_from_interval_to_interval_after_wear() -> None:
    found = slots(rows((0, -6.0, -1.0), (5, 40.0, 0.0), (10, 90.0, 0.5)), START + FIVE, 12.0)
    assert [slot.usd for slot in found] == pytest.approx([0.5, 0.5, 0.5 + 0.5 / 12 * (90 - 12)])


def test_intervals_may_become_longer_and_the_last_is_as_long_as_the_one_before() -> None:
    found = slots(rows((0, 1, 1.0), (5, 1, 1.0), (25, 1, 1.0), (85, 1, 1.0)), START + FIVE, 0)
    assert [(slot.end - slot.start) // timedelta(minutes=1) for slot in found] == [5, 20, 60, 60]
    [alone] = slots(rows((0, 1, 1.0)), START + FIVE, 0)
    assert alone.end == START + FIVE
    assert slots([], START, 0) == []


def test_an_interval_without_an_expected_price_earns_nothing_but_wears() -> None:
    [slot] = slots([[iso(START), None, None, None, 1.2, None]], START + FIVE, 10)
    assert slot.usd == pytest.approx(-1.0)
    [row] = slot_rows([slot], NOW)
    assert (row.price, row.small, row.soc) == ("—", "", "—")


def flat(start: datetime, count: int, power: float, price: float = 10.0) -> list[Slot]:
    return [
        Slot(start + n * FIVE, start + (n + 1) * FIVE, price + n, None, None, power, 2.0, 7.4)
        for n in range(count)
    ]


def test_neighbours_that_do_the_same_are_one_row() -> None:
    plan = [*flat(START, 3, -1.0), *flat(START + 3 * FIVE, 1, -0.4), *flat(START + 4 * FIVE, 2, 0)]
    shown = run_rows(plan, NOW)
    assert [(row.slot, row.action) for row in shown] == [
        ("12:35–12:55", f"▲ charge 0.4–1.0{NBSP}MW"),
        ("12:55–13:05", "hold"),
    ]
    assert (shown[0].price, shown[0].small) == ("10.88", f"10.00 to{NBSP}12.00")
    assert (shown[0].soc, shown[0].usd) == ("2.0", "$7")
    assert (shown[1].price, shown[1].small) == ("10.50", f"10.00 to{NBSP}11.00")


def test_a_price_counts_as_much_as_is_charged_at_it_and_while_holding_as_it_lasts() -> None:
    hour = Slot(START + FIVE, START + 13 * FIVE, 40.0, None, None, -0.25, 2.0, 7.4)
    [row] = run_rows([*flat(START, 1, -1.0), hour], NOW)
    assert row.price == "32.50"  # 1 part at 10, 3 parts at 40
    [row] = run_rows([*flat(START, 1, 0.0), hour._replace(power_mw=0.0)], NOW)
    assert row.price == "37.69"  # 1 part at 10, 12 parts at 40


def test_a_power_that_begins_with_next_to_nothing_is_said_by_its_most() -> None:
    plan = [*flat(START, 1, -0.004), *flat(START + FIVE, 1, -1.0)]
    assert [row.action for row in run_rows(plan, NOW)] == [f"▲ charge up to 1.0{NBSP}MW"]


def test_a_run_ends_with_its_day_and_the_next_day_is_named() -> None:
    midnight_ = midnight(TODAY + A_DAY)
    plan = flat(midnight_ - FIVE, 3, 0.0)
    assert len(list(runs(plan))) == 2
    assert [(row.day, row.slot) for row in run_rows(plan, NOW)] == [
        ("", "23:55–00:00"),
        ("Wed, Jul 15", "00:00–00:10"),
    ]
    assert [row.day for row in slot_rows(plan, NOW)] == ["", "Wed, Jul 15", ""]
    assert until_text(plan, NOW) == "Wed, Jul 15, 00:10"
    assert until_text([], NOW) == ""


def test_in_the_hour_that_comes_twice_a_slot_has_its_zone() -> None:
    plan = flat(utc("2026-11-01 08:55"), 2, 0.0)
    assert [row.slot for row in slot_rows(plan, NOW)] == ["01:55 PDT", "01:00 PST"]


@pytest.mark.parametrize(
    ("values", "ticks_"),
    [
        ([], [0, 1]),
        ([3, 97], [0, 25, 50, 75, 100]),
        ([-30, 80], [-50, 0, 50, 100]),
        ([-7], [-8, -6, -4, -2, 0]),
        ([1015.37], [0, 500, 1000, 1500]),
    ],
)
def test_a_scale_has_round_ends_and_holds_zero(values: list[float], ticks_: list[float]) -> None:
    scale = scale_of(values)
    assert scale.ticks == pytest.approx(ticks_)
    assert all(scale.low <= value <= scale.high for value in [0, *values])
    assert (scale.down(scale.high), scale.down(scale.low)) == (0, 100)
    assert scale.down(scale.high * 9 + 1) == 0


def test_steps_are_a_line_with_gaps_where_there_are_gaps() -> None:
    steps = [Step(0, 5, 50), Step(5, 10, 50), Step(10, 15, 20.5), Step(20, 25, 20.5)]
    assert steps_path(steps) == "M0 50 H5 H10 V20.5 H15 M20 20.5 H25"
    assert band_path([Step(0, 5, 10)], [Step(0, 5, 30)]) == "M0 10H5V30H0Z"
    assert line_path([(0, 1), (5, 2), (99, 3)], 60) == "M0 1L5 2M99 3"
    assert (steps_path([]), line_path([], 60)) == ("", "")


def shown(**more: Any) -> Shown:
    start, end = day_bounds(TODAY)
    plain: dict[str, Any] = {
        "rt": {START - FIVE: 30.0, START: -20.0},
        "da": {start: 40.0},
        "done": [Done(START - FIVE, START, 1.0, 2.5), Done(START, START + FIVE, -1.0, 2.0)],
        "plan": slots(rows((0, -20, -1.0), (5, 10, -1.0), (10, 80, 0.5)), START + FIVE, 10),
        "power_mw": 1.0,
        "energy_mwh": 4.0,
    }
    return Shown(start=start, end=end, now=NOW, market=Market.RTM, **plain | more)


def test_the_picture_is_of_the_day_and_now_is_where_it_is() -> None:
    drawn = plan_picture(shown())
    assert drawn
    assert (drawn.width, drawn.now, drawn.rest) == ("1440", "757.23", "682.77")
    assert drawn.real_time.startswith("M750 ")
    assert drawn.day_ahead.startswith("M0 ")
    assert drawn.day_ahead.endswith("H60")
    assert drawn.zero + drawn.below == pytest.approx(100)
    assert drawn.lines[0].text.startswith("−$")


def test_what_was_advised_is_past_and_what_is_planned_begins_with_the_newest_advice() -> None:
    drawn = plan_picture(shown())
    assert drawn
    assert [(bar.kind, bar.when, bar.x, bar.width) for bar in drawn.bars] == [
        ("discharge", "past", "750", "5"),
        ("charge", "planned", "755", "10"),
        ("discharge", "planned", "765", "5"),
    ]
    past, charge, sale = drawn.bars
    assert (charge.y, charge.height) == ("4", "46")
    assert (past.y, past.height, sale.height) == ("50", "46", "23")
    assert charge.title == "12:35–12:45: ▲ charge 1.0 MW, planned"
    assert past.title == "12:30–12:35: ▼ discharge 1.0 MW, advised"


def test_the_charge_is_a_line_through_what_was_known_and_what_is_planned() -> None:
    drawn = plan_picture(shown())
    assert drawn
    assert drawn.soc == "M750 37.5L755 50L760 50L765 50L770 50"


def test_a_spike_is_cut_off_and_said() -> None:
    common = shown()
    drawn = plan_picture(shown(rt={START - 2 * FIVE: 1015.37, START - FIVE: -150.0, START: 30.0}))
    calm = plan_picture(shown(rt={START: 30.0}))
    assert drawn
    assert calm
    assert float(drawn.lines[-1].text.replace("$", "")) < 3 * max(
        *common.da.values(), *(slot.price or 0.0 for slot in common.plan)
    )
    assert drawn.cut.startswith("Beyond the scale: real-time 1,015.37 at 12:25")
    both = plan_picture(shown(rt={START: 1015.37, START + FIVE: 1015.37, START - FIVE: -950.0}))
    assert both
    assert both.cut.endswith("1,015.37 at 12:35 and −950.00 at 12:30.")
    assert calm.cut == ""


def test_the_band_is_cut_off_far_above_all_prices_and_below_zero_is_kept() -> None:
    plan = [slot._replace(low=-500.0, high=9000.0) for slot in shown().plan]
    drawn = plan_picture(shown(plan=plan, rt={START: 30.0}))
    assert drawn
    texts = [line.text for line in drawn.lines]
    assert (texts[0], texts[-1]) == ("−$50", "$100")


def test_an_hour_is_read_out_with_what_stands_in_it() -> None:
    drawn = plan_picture(shown())
    assert drawn
    titles = [reading.title for reading in drawn.readings]
    assert len(titles) == 24
    assert titles[0] == "00:00: day-ahead 40.00"
    assert titles[1] == "01:00: nothing held"
    assert titles[12] == "12:00: real-time 5.00, expected 23.33, 2.0 MWh at its end"


def test_without_anything_there_is_no_picture() -> None:
    assert plan_picture(shown(rt={}, da={}, done=[], plan=[])) is None


@pytest.mark.parametrize(
    ("day", "hours", "first"),
    [("2026-03-08", 23, "00:00 03:00"), ("2026-11-01", 25, "00:00 03:00")],
)
def test_days_of_23_and_25_hours_have_round_hours_below(day: str, hours: int, first: str) -> None:
    start, end = day_bounds(datetime.fromisoformat(day).date())
    assert (end - start) / HOUR == hours
    found = list(ticks(start, end))
    assert " ".join(tick.text for tick in found[:2]) == first
    assert [tick.x for tick in found] == sorted({tick.x for tick in found})
    assert (found[0].anchor, found[1].anchor, found[-1].anchor) == ("start", "middle", "end")
    assert found[1].x == pytest.approx(100 * (3 - (24 - hours)) / hours, abs=0.001)


def test_two_days_have_fewer_hours_and_say_where_the_second_begins() -> None:
    found = list(ticks(midnight(TODAY), midnight(TODAY + 2 * A_DAY)))
    assert [tick.text for tick in found] == ["00:00", "06:00", "12:00", "18:00"] * 2 + ["00:00"]
    assert [tick.day for tick in found if tick.day] == ["Tue, Jul 14", "Wed, Jul 15"]
    assert [tick.rank for tick in found[:4]] == ["major", "minor", "major", "minor"]


@pytest.mark.parametrize(
    ("more", "gap", "text"),
    [
        ("0.05", 0.00024, "At most $0.05 more is possible: optimal within 0.024 %."),
        ("12.4", 0.0512, "At most $12.40 more is possible: optimal within 5.1 %."),
        ("0.00", 0.0, "No schedule earns more against these prices: it is optimal to the cent."),
        ("-0.01", 1e-9, "No schedule earns more against these prices: it is optimal to the cent."),
    ],
)
def test_the_certificate_says_how_much_more_there_can_be(more: str, gap: float, text: str) -> None:
    assert certificate(Decimal(more), gap) == text


def test_a_schedule_says_its_hours() -> None:
    hours = [[iso(START - 35 * timedelta(minutes=1)), -3.5, -1.0, 3.2, None]]
    worth = {"net_usd": Decimal("212.40"), "bound_usd": Decimal("212.40"), "gap": 0.0}
    card = schedule_card(TODAY, hours, made_at=NOW, **worth)
    [row] = card.rows
    assert (card.day, card.net, card.made) == ("Tue, Jul 14", "$212.40", "12:37")
    assert (row.hour, row.price, row.tone, row.kind) == ("12:00", "−3.50", "negative", "charge")
    assert (row.action, row.soc, row.stored) == (f"▲ charge 1.0{NBSP}MW", "3.2", "—")
