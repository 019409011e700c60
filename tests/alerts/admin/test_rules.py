"""Rules, conditions and alerts in the admin."""

import csv
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client

from alerts.judging.evaluate import evaluate
from alerts.models import Alert, Condition, Rule
from prices.models import Node
from tests.conftest import utc
from tests.published import published, store

pytestmark = [pytest.mark.database, pytest.mark.django_db]
NOON = utc("2026-07-14 19:00")
FIVE = timedelta(minutes=5)
PLAIN = {
    "market": "RTM",
    "watched": "lmp",
    "direction": "above",
    "limit": "100",
    "span": "0",
    "for_minutes": "0",
    "cool_down_minutes": "0",
    "severity": "warning",
    "active": "on",
    "quiet_days": "1234567",
    "quiet_zone": "America/Los_Angeles",
    "quiet_then": "held",
}


@pytest.fixture(autouse=True)
def half_past() -> Iterator[None]:
    """The clock is stopped a little after the first price."""
    with time_machine.travel(NOON + FIVE, tick=False):
        yield


@pytest.fixture
def above() -> Rule:
    """The only rule: SP15 real-time above 100."""
    Rule.objects.exclude(direction="above", watched="lmp").delete()
    Rule.objects.update(judges_from=NOON - timedelta(hours=6), clear_limit=None)
    return Rule.objects.get()


def form(*conditions: dict[str, str], initial: int = 0, **values: str) -> dict[str, str]:
    """The data that the rule's form posts."""
    data = PLAIN | {"node": str(Node.objects.get(slug="sp15").pk)} | values
    data |= {"conditions-TOTAL_FORMS": str(len(conditions))}
    data |= {"conditions-INITIAL_FORMS": str(initial)}
    for number, condition in enumerate(conditions):
        plain = {"watched": "spread", "direction": "above", "limit": "20", "span": "0"}
        for name, value in (plain | condition).items():
            data[f"conditions-{number}-{name}"] = value
    return data


def save(client: Client, rule: Rule, data: dict[str, str]) -> Any:
    return client.post(f"/admin/alerts/rule/{rule.pk}/change/", data)


def open_alert() -> None:
    """Publish and judge a price above 100."""
    store([published(NOON, "120")], NOON)
    evaluate(now=NOON)


def test_the_user_who_adds_a_rule_is_its_owner_by_default(
    admin_client: Client, admin_user: User
) -> None:
    shown = admin_client.get("/admin/alerts/rule/add/")
    assert shown.context["adminform"].form.initial["owner"] == admin_user.pk


def test_a_rule_is_added_with_its_conditions(admin_client: Client, above: Rule) -> None:
    assert admin_client.post("/admin/alerts/rule/add/", form({})).status_code == 302
    added = Rule.objects.exclude(pk=above.pk).get()
    assert added.subject == "SP15 real-time above 100.00 and spread above 20.00"


def test_a_condition_is_judged_by_the_market_that_the_form_names(
    admin_client: Client, above: Rule
) -> None:
    answer = save(admin_client, above, form({}, market="DAM"))
    assert answer.status_code == 200
    assert "The day-ahead price has no spread to itself." in answer.content.decode()


@pytest.mark.parametrize("changed", ["added", "changed", "deleted"])
def test_a_rule_with_other_conditions_starts_over(
    changed: str, admin_client: Client, above: Rule
) -> None:
    held: list[dict[str, str]] = []
    if changed != "added":
        condition = Condition.objects.create(
            rule=above, watched="energy", direction="above", limit=1
        )
        held = [{"id": str(condition.pk), "watched": "energy", "limit": "1"}]
    open_alert()
    if changed == "deleted":
        held[0]["DELETE"] = "on"
    else:
        held = [{**dict(*held), "limit": "30"}]
    data = form(*held, initial=0 if changed == "added" else 1)
    assert save(admin_client, above, data).status_code == 302
    after, alert = Rule.objects.get(), Alert.objects.get()
    assert (after.beyond, after.judges_from, after.version) == (False, NOON + FIVE, 2)
    assert alert.cleared_at == NOON + FIVE
    assert alert.transitions.get(kind="cleared").text.endswith("rule changed")


def test_a_rule_with_the_same_conditions_goes_on(admin_client: Client, above: Rule) -> None:
    condition = Condition.objects.create(rule=above, watched="energy", limit=1)
    open_alert()
    held = {"id": str(condition.pk), "watched": "energy", "limit": "1"}
    assert save(admin_client, above, form(held, initial=1)).status_code == 302
    assert Rule.objects.get().beyond
    assert Alert.objects.get().cleared_at is None


def test_the_list_says_how_good_a_rule_was_this_week(admin_client: Client, above: Rule) -> None:
    figures = {"rule": above, "price": 1, "value": 1, "wording": "w", "text": "t"}
    for days, more in ((1, {"flaps": 2}), (2, {"retracted_at": NOON}), (9, {"flaps": 5})):
        start = NOON - timedelta(days=days)
        Alert.objects.create(interval_start=start, opened_at=start, **figures, **more)
    shown = admin_client.get("/admin/alerts/rule/").content.decode()
    assert "2 alerts, 1 withdrawn, 2 short crossings left out" in shown


def rows(answer: Any) -> list[dict[str, str]]:
    """The lines of a CSV answer."""
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(answer.getvalue().decode().splitlines()))


def test_alerts_are_exported_as_filtered_or_as_selected(admin_client: Client, above: Rule) -> None:
    open_alert()
    [row] = rows(admin_client.get("/admin/alerts/alert/csv/?state=open"))
    assert (row["hub"], row["state"], row["price"]) == ("SP15", "open", "120.00000")
    assert (row["interval_start"], row["cleared_at"]) == ("2026-07-14T19:00:00Z", "")
    assert rows(admin_client.get("/admin/alerts/alert/csv/?state=cleared")) == []
    chosen = {"action": "export", "_selected_action": [str(Alert.objects.get().pk)]}
    assert rows(admin_client.post("/admin/alerts/alert/", chosen)) == [row]


def test_no_spreadsheet_takes_a_name_for_a_formula(admin_client: Client, above: Rule) -> None:
    open_alert()
    who = User.objects.create(username="@SUM(1)")
    Alert.objects.update(acknowledged_by=who, acknowledged_at=NOON)
    [row] = rows(admin_client.get("/admin/alerts/alert/csv/"))
    assert row["acknowledged_by"] == "'@SUM(1)"


def test_alerts_are_not_for_those_who_may_not_see_them(client: Client) -> None:
    client.force_login(User.objects.create(username="clerk", is_staff=True))
    assert client.get("/admin/alerts/alert/csv/").status_code == 403
