"""The states the screen is designed for, each as the server would bring it about."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from tests.page.advices import advice
from tests.page.market_day import Body, alert, at, corrected, valued
from tests.page.staged import NODES, Day, Stage, ordinary

NOON = at("2026-07-14 12:37:14-07:00")
RUNNING = NOON - timedelta(minutes=2, seconds=14)  # the interval that NOON lies in
LONG = "ALAMITOS_7_UNIT_1_AGGREGATED-APND_RTM_TEST"
State = Callable[[Stage], None]
REDIRECTED = (
    "CAISO redirects to https://oasis.caiso.com/oasisapi/SingleZip (HTTP 301) instead of"
    " answering since 12:35: is OASIS_URL right?"
)
REFUSED = (
    "CAISO can't be reached since 12:15: the proxy (HTTPS_PROXY) refuses to pass the request on:"
    " 403 Forbidden."
)


def plain() -> Day:
    """A summer noon without anything odd."""
    return ordinary(NOON)


def newest_is(day: Day, lmp: str) -> Day:
    """The same day with another newest price."""
    return replace(day, rt=[*day.rt[:-1], valued(day.rt[-1], lmp)])


def ages(day: Day, minutes: int) -> Day:
    """The same day without its last prices."""
    until = (day.now - timedelta(minutes=minutes)).isoformat()
    return replace(day, rt=[price for price in day.rt if price["interval_end"] <= until])


def eventful() -> Day:
    """A spike with its alert, prices below zero, corrections, and half an hour that is missing."""
    day = plain()
    spike, low = day.rt[100], day.rt[-8]
    rt = [price for price in day.rt if price not in day.rt[150:156]]
    for price, lmp in ((spike, "183.4"), (day.rt[101], "121"), (low, "-12.5"), (rt[-1], "-4.18")):
        rt[rt.index(price)] = valued(price, lmp)
    opened = [valued(spike, "183.4"), valued(low, "-12.5")]
    alerts = [
        alert(1, opened[0]),
        alert(1, day.rt[102], state="cleared"),
        alert(2, opened[1], limit=0),
    ]
    return replace(day, rt=rt, alerts=alerts, advice=[advice()])


def first_start(stage: Stage) -> None:
    current = {"rt_price": None, "rt_quality": None, "rt_timestamp": None}
    stage.show(Day(NOON, current=current, source_age_s=None, seq=0, answered={}))


def loading(stage: Stage) -> None:
    stage.show(replace(plain(), speaks=False, is_followed=False))


def no_alerts(stage: Stage) -> None:
    stage.show(plain())


def stale(stage: Stage) -> None:
    stage.show(plain())
    stage.day.speaks = False
    stage.let_pass(17)


def disconnected(stage: Stage) -> None:
    stage.show(plain())
    stage.day.speaks = False
    stage.sockets[-1].close(code=1011)
    stage.let_pass(65)


def degraded(stage: Stage) -> None:
    day = ages(plain(), minutes=25)
    start = "2026-07-14T19:35:00Z"
    estimate = {"rt_price": 31.2, "rt_quality": "previous_day", "rt_timestamp": start}
    stage.show(replace(day, current=estimate))


def catching_up(stage: Stage) -> None:
    stage.show(plain())
    stage.sockets[-1].close(code=1012)
    stage.day = replace(stage.day, now=NOON + timedelta(hours=2), seq=1000, has_more=True)
    stage.let_pass(5)


def simulated(stage: Stage) -> None:
    stage.show(replace(eventful(), source="simulator"))


def above_a_thousand(stage: Stage) -> None:
    day = newest_is(plain(), "1015.37")
    stage.show(replace(day, alerts=[alert(1, day.rt[-1])]))


def negative(stage: Stage) -> None:
    day = newest_is(plain(), "-23.4")
    stage.show(replace(day, alerts=[alert(1, day.rt[-1], limit=0)]))


def alerts_open(stage: Stage) -> None:
    stage.show(eventful())
    changed: list[Body] = [corrected(stage.day.rt[-20], "18.25", NOON)]
    stage.publish(*changed)
    stage.let_pass(2)


def long_name(stage: Stage) -> None:
    nodes = {LONG: "ALAMITOS_7_N001-UNIT-1-AGGREGATED-APND", **NODES}
    battery = {"id": 1, "name": f"Battery of 1,234.25 MW at {LONG}"[:60], "energy_mwh": 4937.0}
    selling = advice(action="discharge", power_mw=1234.25, soc_mwh=2468.75, energy_mwh=4937.0)
    day = replace(newest_is(plain(), "-1015.37"), batteries=[battery], advice=[selling])
    stage.show(replace(day, nodes=nodes))


def spring(stage: Stage) -> None:
    stage.show(ordinary(at("2026-03-08 23:52:10-07:00")))


def autumn(stage: Stage) -> None:
    stage.show(ordinary(at("2026-11-01 23:52:10-08:00"), 25))


def seven_days(stage: Stage) -> None:
    stage.show(ordinary(NOON, 168), "?range=7d")


def never_answered(stage: Stage) -> None:
    current = {"rt_price": None, "rt_quality": None, "rt_timestamp": None}
    day = Day(NOON, current=current, source_age_s=None, seq=0, answered={})
    stage.show(replace(day, source_trouble=REDIRECTED))


def silent(stage: Stage) -> None:
    day = ages(plain(), minutes=25)
    late = [advice(interval=[10, 15])]
    stage.show(replace(day, source_age_s=22 * 60, source_trouble=REFUSED, advice=late))


def fed_by_stream(stage: Stage) -> None:
    stage.blocked = {"socket"}
    day = plain()
    stage.open(day)
    stage.until("data-fed-by", "stream")


def asking(stage: Stage, *, is_followed: bool = True) -> None:
    stage.blocked = {"socket", "stream"}
    stage.open(replace(plain(), is_followed=is_followed))
    stage.until("data-fed-by", "poll")


def unverified(stage: Stage) -> None:
    day = plain()
    doubtful = [price | {"quality": "unverified"} for price in (day.rt[-1], day.rt[-9])]
    rt = [
        next((d for d in doubtful if d["interval_start"] == p["interval_start"]), p) for p in day.rt
    ]
    stage.show(replace(day, rt=rt, current={"rt_quality": "unverified"}))


def several_batteries(stage: Stage) -> None:
    names = ("Example 1 MW / 4 MWh", "Of the longest name that there may be for a battery, 60 char")
    batteries = [{"id": n, "name": name, "energy_mwh": 4.0} for n, name in enumerate(names, 1)]
    stale = {
        "action": "hold",
        "fallback": "stale prices",
        "reason": "Holding: no price since 12:05.",
    }
    both = [advice(), advice(battery_id=2, **stale)]
    stage.show(replace(plain(), batteries=batteries, advice=both), "?battery=2")


def no_battery(stage: Stage) -> None:
    stage.show(replace(plain(), batteries=[]))


def many_nodes(stage: Stage) -> None:
    more = {f"BATTERY-{n:02}": f"BATTERY_{n:02}_UNIT_1-APND" for n in range(1, 21)}
    stage.show(replace(plain(), nodes={**NODES, **more}))


STATES: dict[str, State] = {
    "never-answered": never_answered,
    "silent": silent,
    "fed-by-stream": fed_by_stream,
    "asking": asking,
    "unverified": unverified,
    "several-batteries": several_batteries,
    "no-battery": no_battery,
    "23-nodes": many_nodes,
    "first-start": first_start,
    "loading": loading,
    "no-alerts": no_alerts,
    "stale": stale,
    "disconnected": disconnected,
    "source-degraded": degraded,
    "catching-up": catching_up,
    "simulated": simulated,
    "above-1000": above_a_thousand,
    "negative": negative,
    "alerts-open": alerts_open,
    "long-name": long_name,
    "23-hour-day": spring,
    "25-hour-day": autumn,
    "7-days": seven_days,
}
