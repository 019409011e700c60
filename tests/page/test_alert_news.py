"""What others do to alerts and rules, on a dashboard that is open: shown, and nothing sounds."""

from dataclasses import replace
from typing import Any

from playwright.sync_api import expect

from tests.page.by_name import Run, run
from tests.page.market_day import alert, valued
from tests.page.staged import Stage, on_the_stage
from tests.page.states import asking, newest_is, plain
from tests.page.test_fallback_transports import OPEN, OPENED
from tests.page.test_screen import HEARD
from tests.page.test_store import after, events, price, snapshot
from tests.page.test_store import alert as held

__all__ = ["run"]

pytestmark = on_the_stage
HOUR = "2026-07-14T19:00:00Z"
NAMED = {"name": "Discharge", "severity": "warning", "rule_id": 1}
LIMIT: dict[str, Any] = {
    "rule": 1,
    "name": "Discharge",
    "severity": "warning",
    "direction": "above",
    "limit": 100.0,
    "market": "RTM",
    "since": "2026-07-01T07:00:00Z",
}


def status(about: str, **more: Any) -> dict[str, Any]:
    """A status event a minute ago."""
    told = {"kind": "status", "about": about, "by": "anna", "at": "2026-07-14T19:36:14Z"}
    return told | {"text": f"anna: {about}"} | more


def test_who_acknowledged_an_open_alert_is_shown_and_nothing_sounds_again(stage: Stage) -> None:
    stage.run_first(HEARD + "localStorage.setItem('alert-sound', 'on');")
    day = newest_is(plain(), "123.4")
    page = stage.show(replace(day, alerts=[alert(1, day.rt[-1]) | NAMED]))
    page.keyboard.press("x")
    stage.publish(status("acknowledged", alert_id=1, rule_id=1))
    stage.let_pass(1)
    line = page.locator("#alerts li")
    expect(line).to_contain_text("Discharge")
    expect(line).to_contain_text("✓ acknowledged by anna 12:36 PT")
    expect(line).to_have_attribute("data-state", "open")
    expect(page.locator("#alerts-count")).to_have_text("⚑ 1 open")
    expect(page.locator("#log li[data-kind=status]").first).to_contain_text("anna: acknowledged")
    assert page.evaluate("() => heard") == {"notified": [], "tones": 0}


def test_an_alert_has_one_figure_with_what_it_is_and_its_unit(stage: Stage) -> None:
    day = newest_is(plain(), "123.4")
    [beside] = [price["lmp"] for price in day.da if price["interval_start"] == HOUR]
    low = valued(day.rt[-2], f"{beside - 45.2:.5f}")
    spread = {"watched": "spread", "value": -45.2, "limit": -20, "direction": "below"}
    alerts = [alert(1, day.rt[-1]) | NAMED, alert(2, low) | spread]
    page = stage.show(replace(day, rt=[*day.rt[:-2], low, day.rt[-1]], alerts=alerts))
    figures = page.locator("#alerts li b")
    expect(figures).to_have_text(["peak price 123.40 $/MWh", "lowest spread −45.20 $/MWh"])


def test_a_rule_that_was_muted_is_said_to_be_until_it_is_heard_again(stage: Stage) -> None:
    page = stage.show(plain())
    muted = page.locator("#alerts-muted")
    expect(muted).to_be_hidden()
    until = {"rule_id": 1, "name": "Discharge", "until": "2026-07-14T20:40:00Z"}
    stage.publish(status("mute", **until))
    stage.let_pass(1)
    expect(muted).to_have_text("☾ Discharge is muted until 13:40 PT")
    stage.publish(status("mute", **until | {"until": None}))
    stage.let_pass(1)
    expect(muted).to_be_hidden()


def test_a_limit_that_an_administrator_moves_counts_at_once(stage: Stage) -> None:
    page = stage.show(newest_is(plain(), "150"))
    tile = page.locator("#tile-rt")
    expect(tile).to_have_attribute("data-tone", "high")
    stage.publish(status("rules", rule_id=1, thresholds=[LIMIT | {"limit": 200.0}]))
    stage.let_pass(1)
    expect(tile).not_to_have_attribute("data-tone", "high")
    expect(page.locator("#alerts-empty")).to_have_text(
        "No alerts in the last 24 hours. Watching Discharge, RT above 200."
    )


def test_the_page_claims_nothing_of_the_time_before_it_watched(stage: Stage) -> None:
    page = stage.show(plain())
    young = LIMIT | {"since": "2026-07-14T19:21:00Z"}
    stage.publish(status("rules", rule_id=1, thresholds=[young]))
    stage.let_pass(1)
    expect(page.locator("#alerts-empty")).to_have_text(
        "No alerts. Watching Discharge, RT above 100 since 12:21 PT."
    )


def test_an_alert_that_opens_is_spoken_once_also_to_who_asked_for_no_sound(stage: Stage) -> None:
    page = stage.show(plain())
    spoken = page.locator("#alerts-spoken[role=status]")
    expect(spoken).to_have_text("")
    text = "SP15 real-time above 100.00: 123.40 at 12:35 PT"
    opening = alert(7, stage.day.rt[-1]) | {"at": "2026-07-14T19:37:00Z", "text": text}
    stage.publish(opening)
    expect(spoken).to_have_text(f"Alert: {text}")
    page.evaluate("() => { document.getElementById('alerts-spoken').textContent = ''; }")
    stage.publish(opening, alert(7, stage.day.rt[-1], state="cleared"))
    stage.let_pass(1)
    expect(spoken).to_have_text("")


def test_who_polls_hears_of_an_opening_too(stage: Stage) -> None:
    stage.alerts_page = OPEN.format(OPENED.format(1, "old"))
    asking(stage)
    page = stage.page
    for _ in range(40):
        stage.let_pass(3)
        page.wait_for_timeout(50)
        if stage.asked.count("/alerts/") >= 2:
            break
    expect(page.locator("#alerts-spoken")).to_have_text("")
    stage.alerts_page = OPEN.format(OPENED.format(1, "old") + OPENED.format(2, "NP15 above 80"))
    for _ in range(4):
        stage.let_pass(3)
        page.wait_for_timeout(50)
    expect(page.locator("#alerts-spoken")).to_have_text("Alert: NP15 above 80")


def test_a_new_alert_is_one_click_away_at_the_hub_shown(stage: Stage) -> None:
    page = stage.show(plain())
    expect(page.locator("#alert-new")).to_have_attribute("href", "/alerts/new/?hub=SP15")


def test_a_snapshot_says_what_events_said_before_a_reload(run: Run) -> None:
    seen = held(1, "open", 0, 120) | {
        "acknowledged_at": "2026-07-14T19:02:00Z",
        "acknowledged_by": "anna",
    }
    muted = {"rule": 1, "name": "Discharge", "until": "2026-07-14T20:40:00Z"}
    first = snapshot(alerts=[seen]) | {"thresholds": [LIMIT], "muted": [muted]}
    told = "[state.alerts.get(1).acknowledged.by, state.thresholds[0].name, state.muted[0].until]"
    assert after(run, told, first) == ["anna", "Discharge", "2026-07-14T20:40:00Z"]
    cleared = events(10, held(1, "cleared", 5, 90, sent=6))
    assert after(run, "state.alerts.get(1).acknowledged.by", first, cleared) == "anna"
    assert after(run, "state.thresholds", snapshot(price(0, 40))) is None


def test_an_acknowledgement_of_what_the_page_does_not_hold_is_only_a_line(run: Run) -> None:
    told = status("acknowledged", alert_id=99)
    assert after(run, "state.alerts.size", snapshot(), events(10, told)) == 0
    assert after(run, "state.log.length", snapshot(), events(10, told)) == 1
