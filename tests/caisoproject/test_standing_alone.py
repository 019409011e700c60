"""One bad node, rule or delivery method stops nothing else, and is reported."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import redis
from celery.exceptions import SoftTimeLimitExceeded
from django.contrib.auth.models import User
from django.db import OperationalError, connection
from django.test import Client
from structlog.testing import capture_logs

from alerts.judging.evaluate import evaluate
from alerts.models import Alert, Rule
from caisoproject import publishing, tasks
from caisoproject.metrics.page import registry
from prices.models import Node, Trouble
from prices.troubles import Isolation, forget_old
from tests.conftest import utc
from tests.published import NP15, published, store

pytestmark = pytest.mark.django_db
NOON = utc("2026-07-14 19:00")
FIVE = timedelta(minutes=5)


@pytest.fixture
def nobody_there(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A Redis that is away."""
    client = redis.Redis(host="127.0.0.1", port=9, socket_connect_timeout=1)
    monkeypatch.setattr("prices.projection.redis_client", lambda: client)
    yield
    client.close()


@pytest.fixture
def two_rules(db: None) -> tuple[Rule, Rule]:
    """Both above 100; the first has quiet hours on a clock that is not there."""
    Rule.objects.all().delete()
    node, begin = Node.objects.get(slug="sp15"), NOON - timedelta(hours=1)
    bad = Rule.objects.create(
        node=node,
        limit=100,
        judges_from=begin,
        quiet_from="22:00",
        quiet_until="06:00",
        quiet_zone="Mars/Olympus",
    )
    return bad, Rule.objects.create(node=node, limit=100, judges_from=begin)


def spike(at: datetime, lmp: str = "500") -> None:
    store([published(at, lmp)], at + timedelta(minutes=1))
    evaluate(now=at + timedelta(minutes=1))


def troubles() -> list[tuple[str, str, int]]:
    return list(Trouble.objects.order_by("part", "subject").values_list("part", "subject", "times"))


@pytest.fixture(autouse=True)
def someone_has_a_method(two_rules: tuple[Rule, Rule]) -> None:
    for rule in two_rules:
        rule.methods.create(name="desk", kind="email", address="desk@example.test")


def test_a_rule_whose_time_zone_vanished_leaves_the_others_judged(
    two_rules: tuple[Rule, Rule],
) -> None:
    bad, good = two_rules
    spike(NOON)
    assert list(Alert.objects.values_list("rule", flat=True)) == [good.pk]
    assert troubles() == [("judging", f"rule {bad.pk}", 1)]
    assert "Mars/Olympus" in Trouble.objects.get().text


def test_a_trouble_is_logged_once_and_over_when_it_works_again(
    two_rules: tuple[Rule, Rule],
) -> None:
    bad, _ = two_rules
    with capture_logs() as logs:
        for number in range(4):
            spike(NOON + number * FIVE)
        assert troubles() == [("judging", f"rule {bad.pk}", 4)]
        Rule.objects.filter(pk=bad.pk).update(quiet_zone="Europe/Berlin")
        evaluate(now=NOON + 5 * FIVE)
    assert [entry["event"] for entry in logs] == ["trouble", "trouble over"]
    assert (troubles(), Alert.objects.filter(rule=bad).count()) == ([], 1)


def test_a_rule_that_can_not_be_read_is_left_out_alone(
    two_rules: tuple[Rule, Rule], monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, good = two_rules
    Rule.objects.update(quiet_zone="Europe/Berlin")
    whole = Rule.ruling.fget  # type: ignore[attr-defined]

    def ruling(rule: Rule) -> Any:
        return 1 / 0 if rule.pk == bad.pk else whole(rule)

    monkeypatch.setattr(Rule, "ruling", property(ruling))
    spike(NOON)
    assert list(Alert.objects.values_list("rule", flat=True)) == [good.pk]
    assert troubles() == [("judging", f"rule {bad.pk}", 1)]


def test_one_locked_write_of_a_rule_on_data_age_stops_no_other(
    two_rules: tuple[Rule, Rule],
) -> None:
    Rule.objects.update(watched="age", limit=15, quiet_from=None, quiet_until=None)
    store([published(NOON)], NOON + FIVE)
    locked = two_rules[0].pk

    def locked_for_one(execute: Any, sql: str, params: Any, *rest: Any) -> Any:
        if sql.startswith('UPDATE "alerts_rule"') and locked in params:
            raise OperationalError("database is locked")
        return execute(sql, params, *rest)

    with connection.execute_wrapper(locked_for_one):
        evaluate(now=NOON + 8 * FIVE)
    assert list(Alert.objects.values_list("rule", flat=True)) == [two_rules[1].pk]
    evaluate(now=NOON + 9 * FIVE)
    assert (Alert.objects.count(), troubles()) == (2, [])


@pytest.mark.long
def test_the_rule_on_data_age_fires_while_redis_is_away(
    two_rules: tuple[Rule, Rule], nobody_there: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    Rule.objects.update(watched="age", limit=15, quiet_from=None, quiet_until=None)
    store([published(NOON)], NOON + FIVE)
    monkeypatch.setattr("caisoproject.publishing.announce", lambda feed_range: None)
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOON + timedelta(hours=1))
    tasks.catch_up()
    assert Alert.objects.count() == 2
    assert [part for part, _, _ in troubles()] == ["projecting"]


def test_a_node_whose_key_is_of_the_wrong_type_leaves_the_others_projected(
    valkey: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = publishing.project

    def project(node: Node, *, now: datetime) -> int:
        if node.slug == "sp15":
            raise redis.ResponseError("WRONGTYPE Operation against a key")
        return whole(node, now=now)

    monkeypatch.setattr("caisoproject.publishing.project", project)
    store([published(NOON), published(NOON, node=NP15)], NOON + FIVE)
    tasks.catch_up()
    assert valkey.hget("caiso:np15:current", "seq") == "1"
    assert troubles() == [("projecting", "sp15", 1)]
    monkeypatch.setattr("caisoproject.publishing.project", whole)
    tasks.catch_up()
    assert troubles() == []


def test_a_database_that_takes_nothing_stops_nobody_and_says_so_once() -> None:
    def locked(execute: Any, sql: str, params: Any, *rest: Any) -> Any:
        if "prices_trouble" in sql:
            raise OperationalError("database is locked")
        return execute(sql, params, *rest)

    done: list[str] = []
    with connection.execute_wrapper(locked), capture_logs() as logs:
        for _ in range(3):
            isolation = Isolation("projecting", now=NOON)
            for slug in ("locked-1", "locked-2"):
                with isolation.each(slug):
                    done.append(slug)
                    raise OSError("no route")
    assert done == ["locked-1", "locked-2"] * 3
    assert [entry["subject"] for entry in logs] == ["locked-1", "locked-2"]


def test_what_ends_the_task_is_no_trouble_of_one_unit() -> None:
    with pytest.raises(SoftTimeLimitExceeded), Isolation("judging", now=NOON).each("rule 1"):
        raise SoftTimeLimitExceeded
    assert troubles() == []


def test_what_nobody_tries_any_more_is_forgotten() -> None:
    with Isolation("projecting", now=NOON).each("gone"):
        raise OSError("no route")
    assert forget_old(now=NOON + timedelta(minutes=59)) == 0
    assert forget_old(now=NOON + timedelta(minutes=61)) == 1


def test_troubles_are_a_gauge_and_staff_is_told_on_the_page(client: Client) -> None:
    for subject in ("rule 1", "rule 2"):
        with Isolation("judging", now=NOON).each(subject):
            raise ValueError("no such clock")
    assert registry().get_sample_value("caiso_troubles", {"part": "judging"}) == 2
    assert "TROUBLE" not in client.get("/alerts/").content.decode()
    client.force_login(User.objects.create_superuser("boss"))
    assert "2 parts fail" in client.get("/alerts/").content.decode()
    assert "no such clock" in client.get("/admin/prices/trouble/").content.decode()
