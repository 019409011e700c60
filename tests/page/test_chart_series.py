"""What the charts draw, worked by hand: steps, gaps, marks, both axes, and the CSV file."""

import csv
import io

import pytest

from tests.page.modules import Call, in_a_browser
from tests.page.prices import HOUR, MINUTE, five, hourly, ms

pytestmark = in_a_browser
NOON = ms("2026-06-24T12:00:00-07:00")
STEPS = """
const minute = (at) => (at - start) / 60000;
return m.stepPoints(prices).map(({ x, y }) => [minute(x), Number.isNaN(y) ? null : y]);
"""


def test_a_run_of_prices_is_a_step_each_and_an_end(call: Call) -> None:
    found = call(STEPS, prices=five(NOON, 10, 12), start=NOON)
    assert found == [[0, 10], [5, 12], [10, 12]]


def test_a_missing_interval_breaks_the_line(call: Call) -> None:
    found = call(STEPS, prices=five(NOON, 10, None, 12), start=NOON)
    assert found == [[0, 10], [5, 10], [5, None], [10, 12], [15, 12]]
    gaps = call("return m.gapsIn(prices)", prices=five(NOON, 10, None, None, 12, 13))
    assert gaps == [{"start": NOON + 5 * MINUTE, "end": NOON + 15 * MINUTE}]


@pytest.mark.parametrize("prices", [[], five(NOON, 10)], ids=["none", "one"])
def test_no_price_and_one_price_have_no_gap(call: Call, prices: list[dict[str, object]]) -> None:
    assert call("return m.gapsIn(prices)", prices=prices) == []
    assert call("return m.stepPoints(prices).length", prices=prices) == 2 * len(prices)


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
              const text = m.squeezeText(axis, m.shortText);
              return { axis, at: m.placed(-340.2, axis), text };"""
    found = call(body, lmps=[*QUIET, -4.0, -340.2])
    below = found["axis"]["below"]
    assert found["at"] == pytest.approx(below["from"] - below["room"])
    assert found["axis"]["min"] < found["at"]
    assert found["text"] == "below −10"


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
    body = "return m.axisLimits(lmps, limits.map((limit) => ({ limit })), { low: -50, high: 150 })"
    assert call(body, lmps=QUIET, limits=[100, 0, -20, 500, 100]) == [100, 0, -20]


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


# The CSV file


CSV = """
const held = (prices) => new Map(prices.map((price) => [price.start, price]));
return m.csvText({ hub, rt: held(rt), da: held(da) }, '24h', now);
"""


def test_the_csv_file_has_a_line_for_each_price_shown(call: Call) -> None:
    start = ms("2026-11-01T01:55:00-07:00")
    sent = {"interval_start": "2026-11-01T08:55:00Z", "interval_end": "2026-11-01T09:00:00Z"}
    parts = {"energy": 30.1, "congestion": -9.71, "loss": -0.49, "ghg": None}
    rt = five(start, -4.18, 1015.37, **sent, **parts, first_seen="2026-11-01T08:53:02Z")
    da = hourly(start + 5 * MINUTE, 28.5)
    old = five(start - 30 * HOUR, 5)
    text = call(CSV, hub='A "node", long', rt=old + rt, da=da, now=start + 12 * MINUTE)
    assert text.endswith("\r\n")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["market"] for row in rows] == ["RTM", "RTM", "DAM"]
    assert [row["hour_ending"] for row in rows] == ["2", "25", "25"]
    assert [row["pacific_time"] for row in rows] == ["01:55 PDT", "01:00 PST", "01:00 PST"]
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
