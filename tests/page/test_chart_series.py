"""What the charts draw, worked by hand: steps, gaps, marks, both axes, and the CSV file."""

import csv
import io

import pytest

from tests.page.modules import Call, in_a_browser
from tests.page.prices import HOUR, MINUTE, five, hourly, ms

pytestmark = in_a_browser
NOON = ms("2026-06-24T12:00:00-07:00")
STEPS = """
const span = { start, end: start + minutes * 60000 };
const [times, ...columns] = m.stepColumns(lines, span, (lmp) => lmp);
const inside = (value) => value === undefined ? "inside" : value;
return [times.map((at) => (at - start) / 60000), ...columns.map((column) => column.map(inside))];
"""


def steps(call: Call, *lines: list[dict[str, object]], minutes: int = 15) -> list[list[object]]:
    """The minutes, and each line's price, "inside" an interval, or None where none is held."""
    found: list[list[object]] = call(STEPS, lines=lines, start=NOON, minutes=minutes)
    return found


def test_a_run_of_prices_is_a_step_each_and_an_end(call: Call) -> None:
    assert steps(call, five(NOON, 10, 12)) == [[0, 5, 10, 15], [10, 12, 12, None]]


def test_a_missing_interval_breaks_the_line(call: Call) -> None:
    assert steps(call, five(NOON, 10, None, 12)) == [[0, 5, 10, 15], [10, None, 12, 12]]
    gaps = call("return m.gapsIn(prices)", prices=five(NOON, 10, None, None, 12, 13))
    assert gaps == [{"start": NOON + 5 * MINUTE, "end": NOON + 15 * MINUTE}]


def test_a_line_is_whole_where_another_has_more_intervals(call: Call) -> None:
    """And its gap is one at each of the other's moments: else it would be drawn through."""
    quarters = five(NOON, 20, None, 22, minutes=15)
    found = steps(call, five(NOON, *range(9)), quarters, minutes=45)
    inside, nothing = ["inside"] * 2, [None] * 3
    assert found[2] == [20, *inside, *nothing, 22, *inside, 22]


def test_no_price_and_one_price_have_no_gap(call: Call) -> None:
    assert call("return m.gapsIn([])") == []
    assert call("return m.gapsIn(prices)", prices=five(NOON, 10)) == []
    assert steps(call, []) == [[0, 15], [None, None]]


def test_of_a_past_date_what_is_missing_at_its_ends_is_a_gap_too(call: Call) -> None:
    due = {"start": NOON, "end": NOON + 30 * MINUTE}
    body = "return m.gapsIn(prices, due).map((gap) => [gap.start, gap.end])"
    gaps = call(body, prices=five(NOON + 5 * MINUTE, 10, None, 12), due=due)
    minutes = [[(at - NOON) / MINUTE for at in gap] for gap in gaps]
    assert minutes == [[0, 5], [10, 15], [20, 30]]


def test_the_spread_is_shaded_where_both_prices_are_held(call: Call) -> None:
    body = """const dayAhead = new Map(da.map((price) => [price.start, price]));
              return m.spreadBlocks(rt, dayAhead).map(({ rt, da }) => [rt, da]);"""
    prices = five(NOON - 5 * MINUTE, 8, 9, 11)
    assert call(body, rt=prices, da=hourly(NOON, 20)) == [[9, 20], [11, 20]]


def test_marks_that_crowd_lose_their_words(call: Call) -> None:
    body = "return m.spacedOut(times.map((at) => ({ at })), 10).map(({ at }) => at)"
    assert call(body, times=[0, 5, 10, 19, 20]) == [0, 10, 20]
    assert call(body, times=[20, 11, 5, 31]) == [20, 5, 31]


# The price axis


QUIET = [22.0, 25.5, 31.0, 28.0, 40.0, 55.0, 61.2, 47.0, 35.0, 30.0, 26.0, 24.0]


def test_an_ordinary_day_is_linear_from_zero(call: Call) -> None:
    axis = call("return m.priceAxis(lmps, [100], 8)", lmps=QUIET)
    assert (axis["above"], axis["below"], axis["min"]) == (None, None, 0)
    assert [tick["value"] for tick in axis["ticks"]] == [0, 20, 40, 60, 80, 100]
    assert all(tick["at"] == tick["value"] for tick in axis["ticks"])


def test_a_spike_of_1015_is_squeezed_and_the_rest_keeps_its_height(call: Call) -> None:
    body = """const axis = m.priceAxis(lmps, [100], 8);
              return { axis, at: [61.2, 100, 600, 1015.37].map((lmp) => m.placed(lmp, axis)) };"""
    found = call(body, lmps=[*QUIET, 1015.37])
    axis = found["axis"]
    assert axis["above"]["from"] == 100
    assert axis["above"]["to"] == 1015.37
    assert found["at"][:2] == [61.2, 100]  # to scale below the squeeze
    assert found["at"][2] == pytest.approx(100 + 30 * (600 - 100) / (1015.37 - 100))
    assert found["at"][3] == pytest.approx(130)
    assert 100 / axis["max"] > 0.65  # two thirds of the height for the ordinary prices
    assert [tick["value"] for tick in axis["ticks"]] == [0, 20, 40, 60, 80, 100, 500, 1000]


def test_a_deep_negative_price_is_squeezed_below(call: Call) -> None:
    body = """const axis = m.priceAxis(lmps, [0], 8);
              const text = m.squeezeText(axis, 1);
              return { axis, at: m.placed(-340.2, axis), text };"""
    found = call(body, lmps=[*QUIET, -4.0, -340.2])
    below = found["axis"]["below"]
    assert found["at"] == pytest.approx(below["from"] - below["room"])
    assert found["axis"]["min"] < found["at"]
    assert found["text"] == (
        "Below −10 the scale is compressed, so one spike does not flatten the rest; its price"
        " stands beside it."
    )


# How much of the height the ordinary prices have, and how much they have without any spike.
SHARE = """const axis = m.priceAxis(lmps, limits, 8, isFitted);
const [low, high] = [22, 61.2].map((lmp) => m.placed(lmp, axis));
return (high - low) / (axis.max - axis.min);"""
TWO_HOURS = [23.1, 24.0, 22.8, 23.5, 22.2, 24.9, 25.3, 24.4]


@pytest.mark.parametrize("spikes", [[1234.0], [-150.0], [-150.0, 1234.0], [-1015.37], [-90.0]])
@pytest.mark.parametrize("limits", [[], [100, 0]], ids=["without limits", "with limits"])
def test_no_spike_flattens_the_day_up_or_down(
    spikes: list[float], limits: list[int], call: Call
) -> None:
    day = {"limits": limits, "isFitted": False}
    whole = call(SHARE, lmps=QUIET, **day)
    assert call(SHARE, lmps=[*QUIET, *spikes], **day) > 0.5 * whole


@pytest.mark.parametrize("spikes", [[1234.0], [-150.0], [-150.0, 1234.0], [149.0], [-40.0]])
def test_no_spike_flattens_two_hours(spikes: list[float], call: Call) -> None:
    share = SHARE.replace("22, 61.2", "22.2, 25.3")
    assert call(share, lmps=TWO_HOURS + spikes, limits=[], isFitted=True) > 0.35


def test_two_hours_fit_what_they_show(call: Call) -> None:
    body = """const thresholds = [{ limit: 0 }, { limit: 26 }, { limit: 100 }];
              const limits = m.axisLimits(lmps, thresholds, true);
              const axis = m.priceAxis(lmps, limits.map(({ limit }) => limit), 8, true);
              return [axis.min, axis.max, axis.ticks.map(({ value }) => value), limits.length];"""
    low, high, ticks, limits = call(body, lmps=TWO_HOURS)
    assert 21 < low < 22.2
    assert 26 < high < 27
    assert (ticks[0], ticks[-1], limits) == (22, 26, 1)


def test_a_flat_two_hours_are_no_mountains(call: Call) -> None:
    axis = call("return m.priceAxis([30.01, 30.02], [], 4, true)")
    assert axis["max"] - axis["min"] > 4


def test_a_price_on_the_axis_is_one_that_somebody_would_type(call: Call) -> None:
    body = """const axis = m.priceAxis(lmps, [], 8, isFitted);
              return asked.map((lmp) => m.readOff(lmp, axis));"""
    day = call(body, lmps=[*QUIET, 1234.0], isFitted=False, asked=[54.63, 0.2, -0.3, 806.4])
    assert day == [54.5, 0, -0.5, 810]
    assert call(body, lmps=TWO_HOURS, isFitted=True, asked=[23.4321]) == [23.45]


def test_the_price_at_a_place_is_the_one_that_is_drawn_there(call: Call) -> None:
    body = """const axis = m.priceAxis(lmps, [], 8);
              return lmps.map((lmp) => m.priceAt(m.placed(lmp, axis), axis));"""
    lmps = [*QUIET, 1234.0, -150.0]
    assert call(body, lmps=lmps) == pytest.approx(lmps)


def test_many_high_prices_are_the_ordinary_ones(call: Call) -> None:
    axis = call("return m.priceAxis(lmps, [], 8)", lmps=[400.0, 650.0, 900.0, 1015.37, 30.0])
    assert axis["above"] is None
    assert axis["max"] > 1015.37


def test_the_axis_of_nothing_is_from_zero_to_twenty(call: Call) -> None:
    axis = call("return m.priceAxis([], [], 4)")
    assert (axis["min"], axis["ticks"][0]["value"], axis["ticks"][-1]["value"]) == (0, 0, 20)


def test_each_run_beyond_the_squeeze_has_its_peak_the_furthest_first(call: Call) -> None:
    prices = five(NOON, 50, 400, 1015.37, 300, 60, 500, None, 700)
    body = """const axis = { above: { from: 100 }, below: null };
              return m.peaksBeyond(prices, axis).map(({ price }) => price.lmp);"""
    assert call(body, prices=prices) == [1015.37, 700, 500]


def test_a_limit_far_from_all_prices_is_left_off(call: Call) -> None:
    body = """const thresholds = limits.map((limit) => ({ limit, direction: "above" }));
              return m.axisLimits(lmps, thresholds).map(({ limit }) => limit);"""
    assert call(body, lmps=QUIET, limits=[100, 0, -20, 500, 100]) == [100, 0, -20]


def test_a_line_has_the_names_of_its_rules_or_says_what_it_is(call: Call) -> None:
    thresholds = [
        {"limit": 100, "direction": "above", "name": "Spike"},
        {"limit": 100, "direction": "above", "name": "Sell"},
        {"limit": 0, "direction": "below", "name": ""},
        {"limit": -20, "direction": "below"},
    ]
    lines = call("return m.axisLimits(lmps, thresholds)", lmps=QUIET, thresholds=thresholds)
    assert [line["name"] for line in lines] == ["Spike, Sell", "below 0", "below −20"]


def test_words_that_would_lie_on_one_another_stand_apart(call: Call) -> None:
    body = "return m.placesApart(wanted, 15, 10, 100)"
    assert call(body, wanted=[50, 52, 20]) == [50, 65, 20]
    assert call(body, wanted=[98, 99, 40]) == [85, 100, 40]
    assert call(body, wanted=[-5, 3]) == [10, 25]


def test_a_flag_stands_at_the_price_as_it_is_held_now(call: Call) -> None:
    body = """const held = (prices) => new Map(prices.map((price) => [price.start, price]));
              const at = (start) => new Date(start).toISOString();
              const alerts = new Map(opened.map(([market, start, state], i) => [i, { state,
                opened: { market, interval_start: at(start), price: 1234.56, watched: "lmp" } }]));
              const state = { alerts, rt: held(rt), fmm: held([]), da: held(da) };
              return m.alertsIn(state, { start: noon, end: noon + 3600000 }).map((a) => a.price);"""
    opened = [
        ["RTM", NOON, "open"],
        ["RTM", NOON + 5 * MINUTE, "retracted"],
        ["DAM", NOON, "open"],
        ["RTPD", NOON + 15 * MINUTE, "cleared"],
    ]
    prices = {"rt": five(NOON, 164.1, 40, revision=2), "da": hourly(NOON, 101)}
    assert call(body, noon=NOON, opened=opened, **prices) == [164.1, 101, 1234.56]


# The time axis


TICKS = "return m.timeTicks({ start, end }, most).map((tick) => [].concat(tick.text).join(' '))"


def ticks(call: Call, start: str, end: str, most: int) -> list[str]:
    found: list[str] = call(TICKS, start=ms(start), end=ms(end), most=most)
    return found


def test_in_november_one_o_clock_comes_twice(call: Call) -> None:
    found = ticks(call, "2026-11-01T00:00:00-07:00", "2026-11-01T04:00:00-08:00", 6)
    expected = ["00:00 Sun, Nov 1", "01:00 PDT", "01:00 PST", "02:00", "03:00", "04:00"]
    assert found == expected


def test_in_march_two_o_clock_does_not_come(call: Call) -> None:
    found = ticks(call, "2026-03-08T00:00:00-08:00", "2026-03-08T05:00:00-07:00", 5)
    assert found == ["00:00 Sun, Mar 8", "01:00", "03:00", "04:00", "05:00"]


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        ("2026-11-01T00:00:00-07:00", "2026-11-02T00:00:00-08:00", [0, 7, 13, 19, 25]),
        ("2026-03-08T00:00:00-08:00", "2026-03-09T00:00:00-07:00", [0, 5, 11, 17, 23]),
    ],
    ids=["25 hours", "23 hours"],
)
def test_ticks_lie_where_the_clock_says_so_on_an_axis_linear_in_time(
    call: Call, start: str, end: str, hours: list[int]
) -> None:
    body = "return m.timeTicks({ start, end }, 5).map(({ at }) => (at - start) / 3600000)"
    assert call(body, start=ms(start), end=ms(end)) == hours
    assert ticks(call, start, end, 5)[1:4] == ["06:00", "12:00", "18:00"]


def test_seven_days_have_a_tick_a_day_and_on_a_phone_every_other(call: Call) -> None:
    span = ("2026-06-17T13:00:00-07:00", "2026-06-24T13:30:00-07:00")
    wide, narrow = ticks(call, *span, 9), ticks(call, *span, 5)
    assert wide[0] == "Thu Jun 18"
    assert len(wide) == 7
    assert narrow == ["Thu Jun 18", "Sat Jun 20", "Mon Jun 22", "Wed Jun 24"]


def test_two_hours_have_ticks_at_quarters(call: Call) -> None:
    span = ("2026-06-24T11:35:00-07:00", "2026-06-24T14:05:00-07:00")
    assert ticks(call, *span, 12)[:3] == ["11:45", "12:00", "12:15"]
    assert ticks(call, *span, 5) == ["12:00", "12:30", "13:00", "13:30", "14:00"]


def test_the_axis_goes_as_far_as_day_ahead_prices_are_held(call: Call) -> None:
    now = NOON + 7 * MINUTE
    body = """const da = new Map(prices.map((price) => [price.start, price]));
              return m.rangeSpan({ da }, '24h', now, narrow);"""
    prices = hourly(NOON, *[30.0] * 36)
    whole = call(body, prices=prices, now=now, narrow=False)
    assert whole == {"start": NOON + 5 * MINUTE - 24 * HOUR, "end": NOON + 36 * HOUR}
    assert call(body, prices=prices, now=now, narrow=True)["end"] == now + 8 * HOUR
    assert call(body, prices=[], now=now, narrow=False)["end"] == NOON + 35 * MINUTE


def test_two_hours_end_half_an_hour_from_now(call: Call) -> None:
    body = "return m.rangeSpan({ da: new Map() }, '2h', now)"
    found = call(body, now=NOON + 7 * MINUTE)
    assert found == {"start": NOON - 115 * MINUTE, "end": NOON + 35 * MINUTE}


@pytest.mark.parametrize(("date", "hours"), [("2026-03-08", 23), ("2026-11-01", 25)])
def test_a_date_is_shown_from_midnight_to_midnight(date: str, hours: int, call: Call) -> None:
    span = call("return m.dateSpan(date)", date=date)
    assert (span["end"] - span["start"]) / HOUR == hours
    assert call("return m.operatingDate(m.dateSpan(date).start)", date=date) == date


# What is looked at


WHOLE = {"start": NOON, "end": NOON + 10 * HOUR}


def test_zooming_in_keeps_the_moment_under_the_pointer_where_it_is(call: Call) -> None:
    at = NOON + 2 * HOUR
    found = call("return m.zoomed(whole, whole, 0.5, at)", whole=WHOLE, at=at)
    assert found == {"start": NOON + HOUR, "end": NOON + 6 * HOUR}


def test_zooming_out_ends_at_all_that_is_shown(call: Call) -> None:
    view = {"start": NOON, "end": NOON + 6 * HOUR}
    body = "return m.zoomed(view, whole, factor, view.end)"
    assert call(body, view=view, whole=WHOLE, factor=2) is None
    wider = call(body, view=view, whole=WHOLE, factor=1.5)
    assert wider == {"start": NOON, "end": NOON + 9 * HOUR}


def test_nothing_is_seen_nearer_than_a_quarter_of_an_hour(call: Call) -> None:
    found = call("return m.zoomed(whole, whole, 0.0001, at)", whole=WHOLE, at=NOON + HOUR)
    assert found["end"] - found["start"] == 15 * MINUTE
    found = call("return m.between(at, at + 60000, whole)", whole=WHOLE, at=NOON)
    assert found == {"start": NOON, "end": NOON + 15 * MINUTE}


def test_a_part_is_moved_as_far_as_there_is_something_to_show(call: Call) -> None:
    view = {"start": NOON + HOUR, "end": NOON + 3 * HOUR}
    body = "return m.panned(view, whole, by)"
    moved = call(body, view=view, whole=WHOLE, by=9 * HOUR)
    assert moved == {"start": NOON + 8 * HOUR, "end": NOON + 10 * HOUR}
    assert call(body, view=view, whole=WHOLE, by=-9 * HOUR)["start"] == NOON


# Yesterday beside today


BEFORE = """
const rt = new Map(prices.map((price) => [price.start, price]));
const minute = (at) => (at - span.start) / 60000;
return m.dayBefore(rt, span).map(({ start, lmp }) => [minute(start), lmp]);
"""


def day_before(call: Call, first: str, start: str, hours: int) -> list[list[float]]:
    """Minutes and prices, where yesterday's intervals are numbered from `first` on for 5 hours."""
    prices = five(ms(first), *range(60))
    span = {"start": ms(start), "end": ms(start) + hours * HOUR}
    found: list[list[float]] = call(BEFORE, prices=prices, span=span)
    return found


def test_yesterday_stands_where_the_clock_says_the_same(call: Call) -> None:
    found = day_before(call, "2026-06-23T12:00:00-07:00", "2026-06-24T12:05:00-07:00", 2)
    assert found[0] == [0, 1]
    assert found[-1] == [115, 24]
    assert len(found) == 24


def test_on_the_day_of_25_hours_yesterdays_one_o_clock_comes_twice(call: Call) -> None:
    found = day_before(call, "2026-10-31T00:00:00-07:00", "2026-11-01T00:00:00-07:00", 5)
    hours = [found[12 * hour] for hour in range(5)]
    assert hours == [[0, 0], [60, 12], [120, 12], [180, 24], [240, 36]]


def test_on_the_day_of_23_hours_yesterdays_two_o_clock_does_not_come(call: Call) -> None:
    found = day_before(call, "2026-03-07T00:00:00-08:00", "2026-03-08T00:00:00-08:00", 4)
    hours = [found[12 * hour] for hour in range(4)]
    assert hours == [[0, 0], [60, 12], [120, 36], [180, 48]]


def test_after_the_day_of_23_hours_two_o_clock_has_nothing_beside_it(call: Call) -> None:
    found = day_before(call, "2026-03-08T00:00:00-08:00", "2026-03-09T00:00:00-07:00", 4)
    assert [minute for minute, _ in found if 120 <= minute < 180] == []
    assert found[12:24][0] == [60, 12]
    assert found[24] == [180, 24]


ALL_OF_21 = ["RTM 2026-06-21", "RTPD 2026-06-21", "DAM 2026-06-21"]


@pytest.mark.parametrize(
    ("date", "has_day_before", "needed"),
    [
        (None, False, []),
        (None, True, ["RTM 2026-06-22", "RTM 2026-06-23"]),
        ("2026-06-24", False, []),
        ("2026-06-24", True, ["RTM 2026-06-23"]),
        ("2026-06-21", True, [*ALL_OF_21, "RTM 2026-06-20"]),
        ("2026-06-20", False, ["RTM 2026-06-20", "RTPD 2026-06-20", "DAM 2026-06-20"]),
        ("2026-06-25", False, []),
    ],
)
def test_days_are_asked_for_where_the_page_does_not_hold_them(
    date: str | None, has_day_before: bool, needed: list[str], call: Call
) -> None:
    body = """const state = { seq: 7, hours: 24, da: new Map() };
              const whole = date ? m.dateSpan(date) : m.rangeSpan(state, "24h", now);
              const days = m.neededDays(state, whole, { date, now }, hasDayBefore);
              return days.map(({ market, date: day }) => `${market} ${day}`);"""
    assert call(body, date=date, now=NOON, hasDayBefore=has_day_before) == needed


# The CSV file


CSV = """
const held = (prices) => new Map(prices.map((price) => [price.start, price]));
const span = { start: now - 86400000, end: now };
return m.csvText({ hub, rt: held(rt), fmm: held(fmm), da: held(da) }, span);
"""


def test_the_csv_file_has_a_line_for_each_price_shown(call: Call) -> None:
    start = ms("2026-11-01T01:55:00-07:00")
    sent = {"interval_start": "2026-11-01T08:55:00Z", "interval_end": "2026-11-01T09:00:00Z"}
    parts = {"energy": 30.1, "congestion": -9.71, "loss": -0.49, "ghg": None}
    rt = five(start, -4.18, 1015.37, **sent, **parts, first_seen="2026-11-01T08:53:02Z")
    da = hourly(start + 5 * MINUTE, 28.5)
    old = five(start - 30 * HOUR, 5)
    fmm = five(start + 5 * MINUTE, 31.5, minutes=15)
    held = {"rt": old + rt, "fmm": fmm, "da": da}
    text = call(CSV, hub='A "node", long', now=start + 12 * MINUTE, **held)
    assert text.endswith("\r\n")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["market"] for row in rows] == ["RTM", "RTM", "RTPD", "DAM"]
    assert [row["hour_ending"] for row in rows] == ["2", "25", "25", "25"]
    assert [row["pacific_time"] for row in rows] == ["01:55 PDT", *["01:00 PST"] * 3]
    first = rows[0]
    assert (first["hub"], first["lmp"], first["congestion"]) == ('A "node", long', "-4.18", "-9.71")
    assert (first["interval_start"], first["ghg"]) == ("2026-11-01T08:55:00Z", "")
    assert first["operating_date"] == "2026-11-01"


# The components


def test_a_component_that_lowers_the_price_lies_left_of_zero_and_says_so(call: Call) -> None:
    price = {"energy": 6, "congestion": -4, "loss": 0.001, "ghg": None}
    bars = call("return m.componentBars(price)", price=price)
    assert [bar["word"] for bar in bars] == ["adds", "lowers", "adds nothing", "not published"]
    assert [(bar["left"], bar["width"]) for bar in bars[:2]] == [(40, 60), (0, 40)]
    assert [bar["tone"] for bar in bars[:2]] == ["positive", "negative"]


def test_components_that_are_not_known_are_no_bars_and_say_so(call: Call) -> None:
    price = dict.fromkeys(("energy", "congestion", "loss", "ghg"))
    bars = call("return m.componentBars(price)", price=price)
    assert {bar["word"] for bar in bars} == {"not known"}
    assert {(bar["value"], bar["tone"], bar["width"]) for bar in bars} == {(None, "none", 0)}


def test_components_that_are_not_known_are_empty_cells_of_the_file(call: Call) -> None:
    start = ms("2026-11-01T08:55:00Z")
    sent = {"interval_start": "2026-11-01T08:55:00Z", "interval_end": "2026-11-01T09:00:00Z"}
    unknown = dict.fromkeys(("energy", "congestion", "loss", "ghg"))
    [price] = five(start, -4.18, **sent, **unknown, first_seen="2026-11-01T08:53:02Z")
    held = {"rt": [price], "fmm": [], "da": []}
    text = call(CSV, hub="SP15", now=start + 12 * MINUTE, **held)
    (row,) = csv.DictReader(io.StringIO(text))
    assert row["lmp"] == "-4.18"
    assert {row[name] for name in unknown} == {""}
