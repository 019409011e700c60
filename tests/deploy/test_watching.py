"""The Prometheus rules and the Grafana dashboard ask for what there is, and alerts fire."""

import shutil
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from telemetry.catalog.family import HISTOGRAM, INFO
from tests.deploy.fires import FIRES, HEALTHY
from tests.deploy.promql import Matcher, alternatives, grouping, selectors
from tests.deploy.watching import (
    ADDED,
    ALERTING,
    DASHBOARD,
    GRAFANA,
    PANELS,
    PROMETHEUS,
    RECORDING,
    expressions,
    families,
    is_known,
    labels_of,
)

EXPRESSIONS = dict(expressions())
RULES = [str(path) for path in sorted((PROMETHEUS / "rules").iterdir())]
SENTENCES = ("summary", "description", "runbook")


def promtool(*arguments: str, told: str = "") -> str:
    """What promtool says. Fails with it."""
    if not (program := shutil.which("promtool")):
        pytest.skip("no promtool here: apt-get install prometheus")
    done = subprocess.run(
        [program, *arguments], input=told, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.mark.parametrize(
    ("expression", "asked", "grouped"),
    [
        ("up", {"up"}, set()),
        ("sum by (a, b) (rate(x_total[5m])) > 5", {"x_total"}, {"a", "b"}),
        ('60 * a:b{c="d e"} / on (f) group_left (g) h_info', {"a:b", "h_info"}, {"f", "g"}),
        ("time() - max by (kind) (x) < 2e9 or predict_linear(y[6h], 24 * 3600) < 0",
         {"x", "y"}, {"kind"}),
    ],
)  # fmt: skip
def test_what_an_expression_asks_for(expression: str, asked: set[str], grouped: set[str]) -> None:
    assert {one.metric for one in selectors(expression)} == asked
    assert grouping(expression) == grouped


def test_matchers_are_read() -> None:
    (one,) = selectors('x{a="b",c=~"d|e"}')
    assert one.matchers == (Matcher("a", "=", "b"), Matcher("c", "=~", "d|e"))


@pytest.mark.parametrize("name", EXPRESSIONS)
def test_every_expression_asks_for_metrics_labels_and_values_that_there_are(name: str) -> None:
    asked = list(selectors(EXPRESSIONS[name]))
    assert asked
    for metric, matchers in asked:
        assert is_known(metric), metric
        for label, _, value in matchers:
            assert label in labels_of(metric), (metric, label)
            family = families().get(metric)
            listed = family.labels[label].values if family and label not in ADDED else set()
            assert not listed or {*alternatives(value)} <= listed, (metric, label, value)
    all_labels = set().union(*(labels_of(one.metric) for one in asked))
    assert grouping(EXPRESSIONS[name]) <= all_labels


def test_every_family_that_an_operator_looks_at_is_asked_for_somewhere() -> None:
    asked = {one.metric for text in EXPRESSIONS.values() for one in selectors(text)}
    # The description of Prometheus's own series, and what only explains another.
    unasked = {
        "caiso_tracked_nodes",
        "caiso_process_last_seen_timestamp_seconds",
        "caiso_batteries",
    }
    unasked |= {"caiso_backtests_waiting", "caiso_feed_skipped_readers_total"}
    unasked |= {"caiso_oasis_request_seconds_total"}
    shown = {name for name, family in families().items() if family.kind not in (HISTOGRAM, INFO)}
    assert shown - unasked <= asked


@pytest.mark.parametrize("rule", ALERTING, ids=lambda rule: rule["alert"])
def test_every_alert_says_what_is_wrong_what_follows_and_what_to_look_at(rule: Any) -> None:
    assert rule["alert"].startswith("Caiso")
    assert rule["labels"]["severity"] in ("warning", "critical")
    assert rule["for"]
    for name in SENTENCES:
        assert len(rule["annotations"][name]) > 10
    assert rule["annotations"]["description"].rstrip()[-1] == "."


def test_no_two_rules_have_one_name() -> None:
    names = Counter([rule.get("record") or rule["alert"] for rule in [*RECORDING, *ALERTING]])
    assert names.most_common(1)[0][1] == 1


def test_the_panels_of_the_dashboard_have_their_own_places_and_words() -> None:
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(DASHBOARD["panels"])
    taken: set[tuple[int, int]] = set()
    for panel in DASHBOARD["panels"]:
        at = panel["gridPos"]
        cells = {(at["x"] + i, at["y"] + j) for i in range(at["w"]) for j in range(at["h"])}
        assert not taken & cells
        assert at["x"] + at["w"] <= 24
        taken |= cells
    for panel in PANELS:
        assert panel["title"]
        assert panel["description"].endswith(".")


def test_every_panel_asks_the_source_that_is_provisioned() -> None:
    source = yaml.safe_load((GRAFANA / "provisioning/datasources/prometheus.yml").read_text())
    (uid,) = [one["uid"] for one in source["datasources"]]
    used = [panel["datasource"]["uid"] for panel in PANELS]
    used += [target["datasource"]["uid"] for panel in PANELS for target in panel["targets"]]
    assert set(used) == {uid}


@pytest.mark.process
def test_promtool_takes_the_rules_and_the_configuration() -> None:
    promtool("check", "rules", *RULES)
    for name in ("prometheus.yml", "compose.yml"):
        # The token is where the container has it.
        promtool("check", "config", "--syntax-only", str(PROMETHEUS / name))


@pytest.mark.process
def test_every_alert_fires_when_it_should_and_none_when_all_is_well(tmp_path: Path) -> None:
    assert FIRES.keys() == {rule["alert"] for rule in ALERTING}
    tests = [story(name, {**HEALTHY, **series}, at) for name, (series, at) in FIRES.items()]
    file = tmp_path / "alerts.yml"
    stories = [*tests, story("", HEALTHY, "2h")]
    file.write_text(yaml.safe_dump({"rule_files": RULES, "tests": stories}))
    promtool("test", "rules", str(file))


def story(alert: str, series: dict[str, str], at: str) -> dict[str, Any]:
    """A story in which one alert fires, and at its end no other; or none at all."""
    firing = 'count by (alertname) (ALERTS{alertstate="firing"})'
    expected = [{"labels": f'{{alertname="{alert}"}}', "value": 1}] if alert else []
    return {
        "interval": "1m",
        "input_series": [{"series": name, "values": values} for name, values in series.items()],
        "promql_expr_test": [{"expr": firing, "eval_time": at, "exp_samples": expected}],
    }
