"""No label of `/metrics` has values without bound, whatever there is to tell of."""

import time
from collections import defaultdict
from typing import Any

import pytest
import redis
from django.test import Client
from prometheus_client.metrics_core import Metric
from prometheus_client.parser import text_string_to_metric_families

from alerts.models import Rule, Total
from alerts.totals import ANNOUNCED
from market.markets import Market
from prices.models import Node, Price, RequestTotal, Trouble
from telemetry import signs, tallies
from telemetry.catalog.everything import FAMILIES
from telemetry.catalog.family import OTHER
from telemetry.redis_pipe import through
from telemetry.redis_words import Command
from tests.conftest import utc

NOON = utc("2026-07-14 19:00")
MANY = 130
# What a family may be shown as in all, over all of its labels: Prometheus holds it all in memory.
MOST_SERIES = 2_500
BUCKET_BOUND = "le"


def shown(client: Client) -> dict[str, Metric]:
    page = client.get("/metrics").content.decode()
    families = text_string_to_metric_families(page)
    return {family.name.removesuffix("_info"): family for family in families}


def values(family: Metric) -> dict[str, set[str]]:
    """The values of each label, but for the bounds of buckets."""
    found: dict[str, set[str]] = defaultdict(set)
    for sample in family.samples:
        for label, value in sample.labels.items():
            if label != BUCKET_BOUND:
                found[label].add(value)
    return found


@pytest.mark.parametrize("name", FAMILIES)
def test_each_label_says_where_its_values_come_from_and_how_many_there_are(name: str) -> None:
    family, series = FAMILIES[name], 1
    for label in family.labels.values():
        assert label.source
        assert 1 < label.bound <= 101
        series *= label.bound
    # The name and the wording of a rule are one for each rule.
    if name == "caiso_rule":
        series = family.labels["rule"].bound
    assert series * (len(family.bounds) + 3 if family.bounds else 1) <= MOST_SERIES


@pytest.fixture
def too_many_of_all(valkey: redis.Redis, db: None) -> Any:
    """More nodes, rules, reports, tasks, troubles and processes than are told apart."""
    numbers = range(MANY)
    nodes = [Node(slug=f"n{number:03}", oasis_name=f"N{number:03}") for number in numbers]
    Node.objects.bulk_create(nodes)
    Price.objects.bulk_create(price(node) for node in nodes)
    rules = [Rule(node=nodes[0], name=f"rule {number}", limit=100) for number in numbers]
    ids = [*(rule.pk for rule in Rule.objects.bulk_create(rules)), 10**9]
    Total.objects.bulk_create(
        Total(name=ANNOUNCED, first=str(pk), second="opened", count=1) for pk in ids
    )
    RequestTotal.objects.bulk_create(
        RequestTotal(report=f"PRC_{number}", outcome=f"odd {number}", count=1) for number in numbers
    )
    Trouble.objects.bulk_create(
        Trouble(part=f"part {number}", subject="x", since=NOON, last_at=NOON) for number in numbers
    )
    commands: list[Command] = []
    for number in numbers:
        commands.append(("HSET", tallies.KEY, f"caiso_tasks|task{number}|odd {number}", 1))
        commands.append(("HSET", tallies.KEY, f"caiso_feed_refused|odd {number}", 1))
        said = {f"caiso_feed_readers|way {number}": 1, f"odd {number}": 1}
        commands += signs.saying("web", f"host.{number}", said, now=time.time())
    through(valkey)(commands)


def price(node: Node) -> Price:
    times = dict.fromkeys(("interval_start", "first_seen_at", "seen_at", "recorded_at"), NOON)
    end = NOON + Market.RTM.interval
    return Price(node=node, market="RTM", lmp=1, interval_end=end, source="oasis", **times)


@pytest.mark.long
@pytest.mark.usefixtures("too_many_of_all")
def test_whatever_there_is_each_label_stays_within_its_bound(client: Client) -> None:
    found = shown(client)
    assert found.keys() <= FAMILIES.keys()
    is_other(found)
    for name, family in found.items():
        labels = FAMILIES[name].labels
        assert values(family).keys() == (labels.keys() if labels else set())
        for label, some in values(family).items():
            assert len(some) <= labels[label].bound, (name, label)
            if labels[label].values:
                assert some <= labels[label].values | {OTHER}, (name, label)


def is_other(families: dict[str, Metric]) -> None:
    """What is too much for a label counts as `other`, put together as its family says."""
    found = {
        (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in families.values()
        for sample in family.samples
    }
    told = sum(value for key, value in found.items() if key[0] == "caiso_alerts_total")
    assert told == MANY + 1
    assert found["caiso_alerts_total", "opened", OTHER] == MANY + 1 - 100
    assert found["caiso_oasis_requests_total", OTHER, OTHER] == MANY
    assert found["caiso_tasks_total", OTHER, OTHER] == MANY - 40
    assert found["caiso_feed_readers", OTHER] == MANY
    ages = "caiso_newest_interval_age_seconds"
    labelled = [key for key in found if key[:2] == (ages, "RTM")]
    assert len(labelled) == 101
    oldest = max(found[key] for key in labelled)
    assert found[ages, "RTM", OTHER] == pytest.approx(oldest, abs=1)
