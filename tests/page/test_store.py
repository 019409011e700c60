"""What the page makes of frames: nothing twice, nothing older over something newer."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from market.intervals import iso
from tests.page.by_name import Run, run
from tests.page.modules import in_a_browser

__all__ = ["run"]

pytestmark = in_a_browser
NOON = datetime(2026, 7, 14, 19, tzinfo=UTC)
SNAPSHOT = "applySnapshot(emptyHub('SP15'), a.snapshot, 24)"
LOG = "state.log.map((e) => [e.kind, e.price?.lmp ?? e.alert?.state ?? e.text])"


def price(minute: int, lmp: float, revision: int = 1, **more: Any) -> dict[str, Any]:
    """A real-time price of the interval that many minutes after noon, seen a minute into it."""
    start = NOON + timedelta(minutes=minute)
    body = {"energy": lmp, "congestion": 0, "loss": 0, "ghg": 0, "lmp": lmp}
    return body | {
        "market": "RTM",
        "interval_start": iso(start),
        "interval_end": iso(start + timedelta(minutes=5)),
        "first_seen": iso(start + timedelta(minutes=1)),
        "revision": revision,
        "quality": "observed" if revision == 1 else "corrected",
        **more,
    }


def alert(number: int, state: str, minute: int, lmp: float, sent: int = 1) -> dict[str, Any]:
    """An alert above 100, as an event has it so many minutes after its interval began."""
    start = NOON + timedelta(minutes=minute)
    return {
        "alert_id": number,
        "state": state,
        "market": "RTM",
        "direction": "above",
        "limit": 100,
        "price": lmp,
        "interval_start": iso(start),
        "interval_end": iso(start + timedelta(minutes=5)),
        "at": iso(start + timedelta(minutes=sent)),
        "text": f"alert {number} {state}",
        "kind": "alert",
    }


def snapshot(*prices: dict[str, Any], seq: int = 10, alerts: Any = ()) -> dict[str, Any]:
    """A snapshot of SP15 in epoch "a"."""
    body = {"hub": "SP15", "epoch": "a", "seq": seq, "current": None}
    return body | {"rt": list(prices), "da": [], "alerts": list(alerts)}


def events(prev: int, *sent: dict[str, Any]) -> dict[str, Any]:
    """Events that follow on `prev`."""
    numbered = [
        {"seq": seq, "kind": "correction" if "old" in event else "price", **event}
        for seq, event in enumerate(sent, prev + 1)
    ]
    frame = {"hub": "SP15", "epoch": "a", "prev": prev, "seq": prev + len(sent)}
    return frame | {"events": numbered}


def after(run: Run, expression: str, first: dict[str, Any], *frames: dict[str, Any]) -> Any:
    """`expression` of the state after a snapshot and frames of events, or further snapshots."""
    apply = "frame.events ? applyEvents(held, frame, 0) : applySnapshot(held, frame, 48)"
    state = f"a.frames.reduce((held, frame) => {apply}, {SNAPSHOT})"
    argument = {"snapshot": first, "frames": list(frames)}
    return run("live/store.js", f"((state) => {expression})({state})", argument)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({"epoch": "a", "seq": 11}, 20),
        ({"epoch": "a", "seq": 12}, 20),
        ({"epoch": "a", "seq": 10}, None),
        ({"epoch": "b", "seq": 99}, None),
    ],
)
def test_an_answer_counts_only_where_the_feed_has_not_gone_on(
    answer: Any, expected: float | None, run: Run
) -> None:
    current = answer | {"rt_price": 20, "rt_quality": "previous_day", "rt_timestamp": iso(NOON)}
    shown = f"applyAnswer(state, {json.dumps(current)}).estimate?.price ?? null"
    assert after(run, shown, snapshot(price(0, 30)), events(10, price(5, 31))) == expected


LMPS = "[...state.rt.values()].map((p) => p.lmp)"


def test_a_new_price_is_the_newest(run: Run) -> None:
    found = after(
        run,
        "[state.seq, newestRealTime(state).lmp]",
        snapshot(price(0, 30)),
        events(10, price(5, 31)),
    )
    assert found == [11, 31]


# Prices of 11:55, 12:00 and 12:05, the last of them published ahead, and day-ahead hours.
AHEAD = [price(-5, 44.5), price(0, 45), price(5, 46)]
HOURS = [price(60 * hour, 30 + 100 * hour) | {"market": "DAM"} for hour in (-1, 0)]


@pytest.mark.parametrize(
    ("held", "second", "shown", "spread"),
    [
        (AHEAD, -1, [44.5, -5], 44.5 + 70),
        (AHEAD, 0, [45, 0], 15),
        (AHEAD, 299, [45, 0], 15),
        (AHEAD, 300, [46, 5], 16),
        (AHEAD[:1], 30, [44.5, -5], 44.5 + 70),  # of its own hour, not of the hour that runs
        (AHEAD[2:], 0, None, None),
    ],
)
def test_the_tile_shows_the_interval_that_runs_or_the_last_that_ran(
    held: Any, second: int, shown: Any, spread: float | None, run: Run
) -> None:
    now = (NOON + timedelta(seconds=second)).timestamp() * 1000
    found = (
        f"((shown) => [shown && [shown.lmp, shown.start], spreadOf(state, {now})])"
        f"(begunRealTime(state, {now}))"
    )
    start = shown and (NOON + timedelta(minutes=shown[1])).timestamp() * 1000
    expected = [shown and [shown[0], start], spread]
    assert after(run, found, snapshot(*held) | {"da": HOURS}) == expected


def test_an_estimate_goes_once_the_price_of_its_interval_is_here(run: Run) -> None:
    current = {"rt_price": 20, "rt_quality": "interpolated", "rt_timestamp": iso(NOON)}
    first = snapshot(price(-15, 30), price(5, 46)) | {"current": current}
    times = [(NOON + timedelta(seconds=s)).timestamp() * 1000 for s in (40, 299, 300)]
    found = f"{times}.map((now) => [begunRealTime(state, now).lmp, estimateNow(state, now)?.price])"
    assert after(run, found, first) == [[30, 20], [30, 20], [46, None]]
    late = events(10, price(0, 44))
    assert after(run, f"estimateNow(state, {times[0]})", first, late) is None


@pytest.mark.parametrize(
    "current",
    [
        {"rt_price": 20, "rt_quality": "cached", "rt_timestamp": iso(NOON)},
        {"rt_price": 20, "rt_quality": "observed", "rt_timestamp": iso(NOON)},
        {"rt_price": None, "rt_quality": None, "rt_timestamp": None},
    ],
)
def test_a_price_that_was_published_is_no_estimate(current: Any, run: Run) -> None:
    first = snapshot(price(-15, 30)) | {"current": current}
    assert after(run, "state.estimate", first) is None


def test_a_late_price_takes_its_place_among_the_others(run: Run) -> None:
    first = snapshot(price(0, 30), price(10, 32))
    assert after(run, LMPS, first, events(10, price(5, 31))) == [30, 31, 32]


def test_a_correction_replaces_its_price(run: Run) -> None:
    corrected = price(0, 28, revision=2, old={"lmp": 30}, seen=iso(NOON + timedelta(hours=2)))
    assert after(run, LMPS, snapshot(price(0, 30)), events(10, corrected)) == [28]


def test_a_lower_revision_never_replaces_a_higher_one(run: Run) -> None:
    known = price(0, 28, revision=2)
    assert after(run, LMPS, snapshot(known), events(10, price(0, 30))) == [28]


def test_what_a_snapshot_and_a_resume_both_bring_is_logged_once(run: Run) -> None:
    corrected = price(0, 28, revision=2, old={"lmp": 30}, seen=iso(NOON + timedelta(hours=2)))
    opened = alert(1, "open", 5, 130)
    first = snapshot(corrected, price(5, 130), alerts=[opened])
    sent = after(run, LOG, first, events(10, price(0, 30), corrected, price(5, 130), opened))
    assert sent == [["correction", 28], ["alert", "open"], ["price", 130], ["price", 30]]


def test_what_comes_by_resume_is_timed_by_when_it_was_published(run: Run) -> None:
    times = "state.log.map((e) => e.at)"
    found = after(run, times, snapshot(), events(10, price(0, 30), price(5, 31)))
    expected = [NOON + timedelta(minutes=6), NOON + timedelta(minutes=1)]
    assert found == [moment.timestamp() * 1000 for moment in expected]


def day_ahead(hours: int) -> list[dict[str, Any]]:
    """Day-ahead prices from midnight in California, which is twelve hours after NOON."""
    return [
        price(60 * (12 + hour), 20 + hour)
        | {"market": "DAM", "interval_end": iso(NOON + timedelta(hours=13 + hour))}
        for hour in range(hours)
    ]


@pytest.mark.parametrize(
    ("hours", "lines"),
    [(24, [[24, 20, 43]]), (48, [[24, 20, 43], [24, 44, 67]]), (25, [[24, 20, 43], [None] * 3])],
)
def test_each_day_of_day_ahead_prices_is_one_line(hours: int, lines: Any, run: Run) -> None:
    sent = "[state.da.size, state.log.map((e) => [e.hours ?? null, e.low ?? null, e.high ?? null])]"
    size, found = after(run, sent, snapshot(), events(10, *day_ahead(hours)))
    assert size == hours
    assert sorted(found, key=str) == sorted(lines, key=str)


def test_what_is_rare_is_not_pushed_out_by_what_is_frequent(run: Run) -> None:
    prices = [price(5 * i, 30) for i in range(200)]
    found = after(
        run,
        "['alert', 'price'].map((kind) => state.log.filter((e) => e.kind === kind).length)",
        snapshot(alerts=[alert(1, "open", 0, 130)]),
        events(10, *prices),
    )
    assert found == [1, 100]


def test_the_list_has_what_is_open_or_was_within_a_day_and_a_week_is_held(run: Run) -> None:
    day = 24 * 60
    sent = [alert(1, "open", 0, 120), alert(2, "open", 5, 120), alert(2, "cleared", 10, 90)]
    later = [alert(3, "open", day * 2, 120), alert(3, "cleared", day * 2 + 5, 90)]
    much_later = alert(4, "open", day * 9, 120)
    shown = "[alertsToShow(state, a.now).map((one) => one.opened.alert_id), state.alerts.size]"
    for events_, now, expected in (
        (sent, day, [[1, 2], 2]),
        ([*sent, *later], day * 3, [[1, 3], 3]),
        ([*sent, *later, much_later], day * 9, [[4, 1], 3]),
    ):
        held = {"sent": events_, "now": (NOON + timedelta(minutes=now)).timestamp() * 1000}
        state = "{ alerts: a.sent.reduce(withAlert, new Map()) }"
        assert run("alerts/held_alerts.js", f"((state) => {shown})({state})", held) == expected


def test_a_correction_is_in_the_log_once_however_it_was_heard(run: Run) -> None:
    old = {"lmp": 30, "energy": 30, "congestion": 0, "loss": 0, "ghg": 0}
    corrected = price(0, 28, revision=2, old=old, seen=iso(NOON + timedelta(minutes=9)))
    lines = "state.log.map((e) => [e.kind, e.price.lmp])"
    heard = [["correction", 28], ["price", 30]]
    assert after(run, lines, snapshot(corrected)) == heard
    event = {**corrected, "kind": "correction"}
    live = (snapshot(price(0, 30)), events(10, event), snapshot(corrected))
    assert after(run, lines, *live) == heard
    again = price(0, 27, revision=3, old={**old, "lmp": 28}, seen=iso(NOON + timedelta(minutes=20)))
    assert after(run, lines, snapshot(again)) == [["correction", 27]]
    assert after(run, lines, *live, snapshot(again)) == [["correction", 27], *heard]


def test_a_snapshot_logs_day_ahead_corrections_too(run: Run) -> None:
    seen = {"seen": iso(NOON + timedelta(minutes=9))}
    corrected = price(60, 28, revision=2, old={"lmp": 30}, **seen) | {"market": "DAM"}
    first = snapshot(price(0, 25)) | {"da": [corrected, price(120, 31) | {"market": "DAM"}]}
    lines = "state.log.map((e) => [e.kind, e.price.market, e.price.lmp])"
    heard = [["correction", "DAM", 28], ["price", "RTM", 25]]
    assert after(run, lines, first) == heard
    assert after(run, lines, first, first) == heard


def test_seven_days_and_an_hour_are_kept(run: Run) -> None:
    week = [price(60 * hour, 30) for hour in range(24 * 8)]
    assert after(run, "state.rt.size", snapshot(*week)) == 169


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ([alert(1, "open", 0, 120)], ["open", 1_200_000, 150]),
        ([alert(1, "open", 0, 120), alert(1, "cleared", 10, 90)], ["cleared", 600_000, 150]),
        ([alert(1, "cleared", 10, 90)], ["cleared", None, None]),
        ([alert(1, "open", 0, 120), alert(1, "retracted", 0, 90, 7)], ["retracted", 360_000, None]),
        ([alert(1, "retracted", 0, 90)], ["retracted", None, None]),
        # What was announced was corrected since: it is no peak any more.
        ([alert(1, "open", 0, 900)], ["open", 1_200_000, 150]),
        # An opening whose interval is not held counts as it was announced.
        ([alert(1, "open", -5, 900)], ["open", 1_500_000, 900]),
        ([alert(1, "open", 0, 120) | {"watched": "spread", "value": 999}], ["open", 1_200_000, 90]),
        (
            [alert(1, "open", 0, 1) | {"watched": "energy", "direction": "below"}],
            ["open", 1_200_000, 7],
        ),
        ([alert(1, "open", 0, 120) | {"watched": "change"}], ["open", 1_200_000, None]),
    ],
    ids=[
        *("open", "cleared", "opened before what we hold", "retracted"),
        *("retracted, opened before what we hold", "corrected", "its opening is not held"),
        *("of the spread", "of a component", "of a change, which no price has"),
    ],
)
def test_the_course_of_an_alert(sent: Any, expected: Any, run: Run) -> None:
    prices = [price(0, 120), price(5, 150), price(10, 90)]
    held = {
        "rt": [
            [NOON.timestamp() * 1000 + 300_000 * i, body["lmp"]] for i, body in enumerate(prices)
        ],
        "da": [NOON.timestamp() * 1000, 60],
        "sent": sent,
        "now": (NOON + timedelta(minutes=20)).timestamp() * 1000,
    }
    state = (
        "{ rt: new Map(a.rt.map(([start, lmp], i) => [start, { start, lmp, energy: 9 - i }])),"
        " da: new Map([[a.da[0], { lmp: a.da[1] }]]),"
        " alerts: a.sent.reduce(withAlert, new Map()) }"
    )
    course = "((s, alert) => [alert.state, alertCourse(alert, s, a.now)])"
    kind, found = run(
        "alerts/held_alerts.js", f"((s) => {course}(s, alertsToShow(s, a.now)[0]))({state})", held
    )
    assert [kind, found["lastedMs"], found["peak"]] == expected


@pytest.mark.parametrize(
    ("lost_s", "shortest_s", "longest_s"), [(0, 1, 2), (20, 1, 2), (60, 3, 6), (3600, 15, 30)]
)
def test_the_wait_before_another_try(
    lost_s: int, shortest_s: float, longest_s: float, run: Run
) -> None:
    found = run("live/retry.js", "[retryDelay(a, 0), retryDelay(a, 1)]", lost_s * 1000)
    assert found == [shortest_s * 1000, longest_s * 1000]


@pytest.mark.parametrize(
    ("ended", "expected"),
    [
        ({"code": 1012, "byeMs": 1234, "lostMs": 0}, 1234),
        ({"code": 1012, "byeMs": None, "lostMs": 0}, 1500),
        ({"code": 4408, "byeMs": None, "lostMs": 90_000}, 750),
        ({"code": 4429, "byeMs": None, "lostMs": 0}, 45_000),
        ({"code": 4404, "byeMs": None, "lostMs": 0}, 45_000),
        ({"code": 1006, "byeMs": None, "lostMs": 0}, 1500),
    ],
)
def test_how_a_socket_ended_says_how_long_to_wait(ended: Any, expected: int, run: Run) -> None:
    assert run("live/retry.js", "delayAfter(a, 0.5)", ended) == expected


def test_what_was_polled_leaves_the_cursor_to_the_feed_and_what_it_knows_better(run: Run) -> None:
    """Once the feed is back it sends all of it from there, and none of it is there twice."""
    known = price(0, 21.0, 2, old={"lmp": 20.0}, seen=iso(NOON))
    snapshot = {"hub": "SP15", "epoch": "a", "seq": 7, "current": None, "da": [], "alerts": []}
    answers = {"current": {"rt_quality": "observed"}, "da": []}
    answers["rt"] = [price(0, 21.0, 2), price(5, 30.0)]
    frame = {"seq": 8, "events": [price(5, 30.0) | {"kind": "price", "seq": 8}]}
    script = f"""(() => {{
        const held = applyPolled({SNAPSHOT}, a.answers, 24);
        const state = applyEvents(held, a.frame, 0);
        const lmps = [...state.rt.values()].map((p) => [p.lmp, p.old?.lmp ?? 0]);
        return [cursorOf(held), cursorOf(state), lmps,
            state.log.filter((e) => e.price?.lmp === 30).length];
    }})()"""
    arguments = {"snapshot": snapshot | {"rt": [known]}, "answers": answers, "frame": frame}
    before, after, held, lines = run("live/store.js", script, arguments)
    assert (before, after) == ({"epoch": "a", "seq": 7}, {"epoch": "a", "seq": 8})
    assert (held, lines) == ([[21, 20], [30, 0]], 1)


def test_a_page_that_never_had_a_feed_asks_for_a_snapshot_from_nowhere(run: Run) -> None:
    answers = {"current": {"rt_quality": "observed"}, "rt": [price(5, 30.0)], "da": []}
    script = "cursorOf(applyPolled(emptyHub('SP15'), a, 24))"
    assert run("live/store.js", script, answers) == {"epoch": "asked", "seq": 0}


def quarter(minutes: int, lmp: float, revision: int = 1) -> dict[str, Any]:
    """A fifteen-minute price, as an event or a snapshot has it."""
    start = NOON + timedelta(minutes=minutes)
    return price(minutes, lmp, revision) | {
        "market": "RTPD",
        "interval_end": iso(start + timedelta(minutes=15)),
    }


def test_fifteen_minute_prices_are_kept_from_snapshots_events_and_polls(run: Run) -> None:
    """The price of a moment is that of the quarter hour it lies in."""
    at = NOON.timestamp() * 1000
    first = snapshot(price(0, 20.0)) | {"fmm": [quarter(0, 31.0), quarter(15, 32.0)]}
    later = events(10, quarter(30, 33.0), quarter(15, 32.5, 2) | {"kind": "correction"})
    prices = [f"fmmAt(state, {at} + {m} * 60000)?.lmp ?? null" for m in (-1, 0, 14, 15, 44, 45)]
    found = after(run, f"[{', '.join(prices)}]", first, later)
    assert found == [None, 31.0, 31.0, 32.5, 33.0, None]
    polled = {"current": {"rt_quality": "observed"}, "rt": [], "fmm": [quarter(0, 31.0)], "da": []}
    script = f"fmmAt(applyPolled(emptyHub('SP15'), a, 24), {at}).lmp"
    assert run("live/store.js", script, polled) == 31.0


def advised(battery: int, minute: int, action: str, **more: Any) -> dict[str, Any]:
    """Advice for the interval that many minutes after noon, made a minute before."""
    start = NOON + timedelta(minutes=minute)
    return {
        "kind": "advice",
        "battery_id": battery,
        "battery": f"B{battery}",
        "interval_start": iso(start),
        "interval_end": iso(start + timedelta(minutes=5)),
        "made_at": iso(start - timedelta(minutes=1)),
        "action": action,
        "reason": f"{action} at {minute}.",
        **more,
    }


def held(*advice: dict[str, Any]) -> dict[str, Any]:
    """A snapshot with this advice."""
    rows = [{name: one[name] for name in one if name != "kind"} for one in advice]
    return snapshot() | {"advice": rows}


ADVICE = "[...state.advice].map(([id, one]) => [id, one.action, one.reason])"
TEXTS = "state.log.map((e) => [e.kind, e.text])"


def test_the_newest_advice_is_held_by_battery(run: Run) -> None:
    first = held(advised(1, 0, "hold"), advised(2, 0, "charge"))
    assert after(run, ADVICE, snapshot() | {"advice": None}) == []
    sent = events(10, advised(2, 5, "discharge"), advised(3, 5, "hold"))
    assert after(run, ADVICE, first, sent) == [
        [1, "hold", "hold at 0."],
        [2, "discharge", "discharge at 5."],
        [3, "hold", "hold at 5."],
    ]


def test_advice_of_an_earlier_interval_never_replaces_a_later_one(run: Run) -> None:
    first = held(advised(1, 5, "charge"))
    late = events(10, advised(1, 0, "discharge"))
    assert after(run, ADVICE, first, late) == [[1, "charge", "charge at 5."]]
    again = events(10, advised(1, 5, "charge", reason="The same."))
    assert after(run, ADVICE, first, again) == [[1, "charge", "The same."]]


def test_a_battery_that_is_switched_off_has_no_advice(run: Run) -> None:
    first = held(advised(1, 0, "hold"), advised(2, 0, "hold"))
    about = {"kind": "status", "about": "battery", "battery_id": 1, "text": "So."}
    for active, batteries in ((True, [1, 2]), (False, [2])):
        sent = events(10, about | {"active": active})
        assert after(run, "[...state.advice.keys()]", first, sent) == batteries


def test_a_snapshot_replaces_all_advice(run: Run) -> None:
    assert after(run, ADVICE, held(advised(1, 0, "hold")), held()) == []


def test_advice_is_a_line_of_the_log_only_when_there_is_something_else_to_do(run: Run) -> None:
    first = held(advised(1, 0, "hold"))
    sent = events(
        10,
        advised(1, 5, "hold"),
        advised(1, 10, "charge"),
        advised(2, 10, "hold"),
        advised(1, 15, "charge"),
        advised(1, 20, "hold"),
    )
    assert after(run, TEXTS, first, sent) == [
        ["status", "B1: hold at 20."],
        ["status", "B1: charge at 10."],
        ["status", "B2: hold at 10."],
    ]
    assert after(run, TEXTS, first) == []


def test_a_back_test_is_a_line_when_it_begins_and_when_it_ends(run: Run) -> None:
    about = {"kind": "status", "about": "backtest", "backtest_id": 7, "battery_id": 1}
    states = ["waiting", "running", "running", "done"]
    moved = [
        about | {"state": state, "text": state, "at": iso(NOON + timedelta(minutes=n))}
        for n, state in enumerate(states)
    ]
    found = after(run, TEXTS, snapshot(), events(10, *moved))
    assert found == [["status", "done"], ["status", "waiting"]]


UNKNOWN = dict.fromkeys(("energy", "congestion", "loss", "ghg"))
PARTS = {"energy": 30, "congestion": -1.5, "loss": 0.5, "ghg": 0}


def test_what_completes_a_price_brings_its_components_and_no_news(run: Run) -> None:
    bare = price(0, 29, 2, old={"lmp": 20, **UNKNOWN}, seen=iso(NOON)) | UNKNOWN
    whole = price(0, 29, 2) | PARTS | {"completes": True}
    shown = "[...state.rt.values()].map((p) => [p.lmp, p.congestion, p.old.lmp, p.revision])"
    log = "state.log.map((entry) => entry.key)"
    (held, lines), (_, before) = (
        after(run, f"[{shown}, {log}]", snapshot(bare), *frames)
        for frames in ([events(10, whole)], [])
    )
    assert held == [[29, -1.5, 20, 2]]
    assert lines == before
