"""What deploy/prometheus and deploy/grafana hold, as data."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from telemetry.catalog.everything import FAMILIES
from telemetry.catalog.family import Family
from tests.deploy.promql import grouping, selectors

ROOT = Path(__file__).resolve().parents[2]
PROMETHEUS, GRAFANA = ROOT / "deploy/prometheus", ROOT / "deploy/grafana"
DASHBOARD: dict[str, Any] = json.loads((GRAFANA / "dashboards/caiso-live.json").read_text())
# What Prometheus adds to each series.
ADDED = {"job", "instance"}
SHOWN_AS = {"counter": ("_total",), "histogram": ("_bucket", "_count", "_sum"), "info": ("_info",)}


def rules(name: str) -> list[dict[str, Any]]:
    """The rules of one file."""
    file = yaml.safe_load((PROMETHEUS / "rules" / f"{name}.yml").read_text())
    return [rule for group in file["groups"] for rule in group["rules"]]


RECORDING, ALERTING = rules("recording"), rules("alerting")
PANELS = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]


def expressions() -> Iterator[tuple[str, str]]:
    """Every expression, and where it stands."""
    for rule in [*RECORDING, *ALERTING]:
        yield rule.get("record") or rule["alert"], rule["expr"]
    for panel in PANELS:
        for target in panel["targets"]:
            yield f"{panel['title']} {target['refId']}", target["expr"]


def families() -> dict[str, Family]:
    """What a series may be called, and the family it is of."""
    return {
        f"{name}{end}": family
        for name, family in FAMILIES.items()
        for end in SHOWN_AS.get(family.kind, ("",))
    }


def labels_of(metric: str) -> set[str]:
    """The labels of a series of ours, of Prometheus, or of a recording rule."""
    if metric == "up":
        return ADDED
    if found := families().get(metric):
        return {*found.labels, *ADDED, *({"le"} if metric.endswith("_bucket") else ())}
    (recorded,) = [rule["expr"] for rule in RECORDING if rule["record"] == metric]
    if "histogram_quantile" in recorded or " by (" in recorded:
        return grouping(recorded) - {"le"}
    if re.match(r"(\d+ \* )?(sum|max)\(", recorded):
        return set()
    return set().union(*(labels_of(one.metric) for one in selectors(recorded)))


def is_known(metric: str) -> bool:
    return metric in {"up", *families(), *(rule["record"] for rule in RECORDING)}
