"""Alerts in the page's words, and where they stand on it."""

from typing import Any

import pytest

from tests.page.by_name import Run, run
from tests.page.modules import in_a_browser
from tests.page.test_store import LOG, NOON, after, alert, events, snapshot

__all__ = ["run"]

pytestmark = in_a_browser


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ({"direction": "above", "limit": 100}, "RT above 100"),
        ({"watched": "lmp", "direction": "below", "limit": 0}, "RT below 0"),
        ({"watched": "spread", "direction": "below", "limit": -20}, "RT spread below −20"),
        ({"watched": "change", "direction": "above", "limit": 50}, "RT change above 50"),
        ({"watched": "congestion", "direction": "above", "limit": 7.5}, "RT congestion above 7.5"),
        ({"watched": "dearest", "direction": "below", "limit": 5}, "RT dearest 5 %"),
        ({"watched": "age", "direction": "above", "limit": 15}, "RT data older than 15 min"),
    ],
)
def test_a_rule_is_said_in_few_words(rule: dict[str, Any], words: str, run: Run) -> None:
    assert run("alerts/alert_words.js", "ruleText(a)", {"market": "RTM", **rule}) == words


def test_a_rule_with_a_name_is_called_by_it(run: Run) -> None:
    rule = {"market": "RTM", "direction": "above", "limit": 100}
    said = [
        run("alerts/alert_words.js", "namedRuleText(a)", rule | {"name": name})
        for name in ("Discharge", "")
    ]
    assert said == ["Discharge, RT above 100", "RT above 100"]


@pytest.mark.parametrize(
    ("severity", "words"),
    [(None, ""), ("info", ""), ("warning", "⚠\ufe0e warning"), ("critical", "‼\ufe0e critical")],
)
def test_how_grave_an_alert_is_has_a_sign_and_a_word(
    severity: str | None, words: str, run: Run
) -> None:
    assert run("alerts/alert_words.js", "severityText(a ?? undefined)", severity) == words


def test_an_opening_is_said_aloud_with_its_rule_and_how_grave_it_is(run: Run) -> None:
    text = "SP15 63.68 $/MWh, over 20 · 07:05–07:10 PT"
    opened = {"state": "open", "severity": "critical", "name": "Evening", "text": text}
    said = "SP15 63.68 dollars per megawatt-hour, over 20, 07:05–07:10 PT"
    spoken = "spokenText(a)"
    words = "alerts/alert_words.js"
    assert run(words, spoken, opened) == f"Alert, critical: Evening. {said}"
    assert run(words, spoken, {"state": "open", "text": text}) == f"Alert: {said}"
    assert run(words, spoken, opened | {"state": "cleared"}) == said


def test_an_alert_taken_back_is_no_longer_open_and_the_log_has_both(run: Run) -> None:
    sent = [alert(1, "open", 0, 120), alert(1, "retracted", 0, 90, sent=7)]
    open_ = "[...state.alerts.values()].filter((one) => one.state === 'open').length"
    first = snapshot(alerts=sent[:1])
    assert after(run, open_, first) == 1
    assert after(run, open_, first, events(10, sent[1])) == 0
    assert after(run, LOG, first, events(10, sent[1])) == [
        ["alert", "retracted"],
        ["alert", "open"],
    ]


def test_only_alerts_that_stand_and_have_a_price_are_marked_on_the_chart(run: Run) -> None:
    sent = [alert(n, "open", n, 120 + n) for n in range(3)]
    sent[1]["watched"] = "age"
    sent.append(alert(2, "retracted", 2, 90))
    noon = NOON.timestamp() * 1000
    span = {"start": noon - 1, "end": noon + 3_600_000}
    alerts = "a.sent.reduce((held, e) => held.set(e.alert_id, "
    alerts += "{ opened: held.get(e.alert_id)?.opened ?? e, state: e.state }), new Map())"
    held = f"{{ alerts: {alerts}, rt: new Map(), fmm: new Map(), da: new Map() }}"
    marked = f"alertsIn({held}, a.span).map((one) => one.price)"
    assert run("charts/chart_series.js", marked, {"sent": sent, "span": span}) == [120]
