"""A rule made and changed by those who never open the admin."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Permission, User
from django.test import Client

from alerts.judging.evaluate import evaluate
from alerts.models import Alert, Condition, Method, Rule
from prices.models import FeedEvent, Node
from tests.conftest import utc
from tests.published import published, store

pytestmark = pytest.mark.django_db
NOON = utc("2026-07-14 19:00")
FIVE = timedelta(minutes=5)
NEW = "/alerts/new/"


@pytest.fixture(autouse=True)
def at_noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def trader() -> User:
    """May add alerts, and nothing in the admin."""
    user = User.objects.create(username="anna")
    user.user_permissions.add(Permission.objects.get(codename="add_rule"))
    return user


@pytest.fixture
def desk(client: Client, trader: User) -> Client:
    client.force_login(trader)
    return client


def sent(**values: Any) -> dict[str, Any]:
    """What the form posts."""
    return {
        "name": "Discharge",
        "node": "sp15",
        "market": "RTM",
        "watched": "lmp",
        "direction": "above",
        "limit": "85",
        "clear_limit": "",
        "span": "0",
        "for_minutes": "0",
        "severity": "warning",
    } | values


def told() -> list[str]:
    """The texts of what pages were told."""
    events = FeedEvent.objects.filter(kind="status").order_by("created_at", "seq")
    return [event.body["text"] for event in events]


@pytest.mark.database
def test_a_trader_makes_an_alert_and_owns_it(desk: Client, trader: User) -> None:
    mine = Method.objects.create(name="mine", address="a@example.org", owner=trader)
    answer = desk.post(NEW, sent(methods=[str(mine.pk)]))
    rule = Rule.objects.get(name="Discharge")
    assert answer.headers["Location"] == f"/alerts/?rule={rule.pk}#rule-{rule.pk}"
    assert (rule.owner, rule.limit, rule.node.slug) == (trader, 85, "sp15")
    assert list(rule.methods.all()) == [mine]
    assert told() == ["Rule “Discharge” was added by anna: SP15 real-time above 85.00"]


def test_the_address_fills_in_the_form(desk: Client) -> None:
    query = "?hub=NP15&market=DAM&watched=lmp&direction=below&limit=-5&name=Charge"
    page = desk.get(NEW + query).content.decode()
    for filled in ('value="np15" selected', 'value="DAM" selected', 'value="below" selected'):
        assert filled in page
    assert 'value="-5"' in page
    assert 'value="Charge"' in page
    assert desk.get(f"{NEW}?hub=%3Cb%3E&limit=%22&watched=x").status_code == 200


def test_templates_keep_the_hub(desk: Client) -> None:
    page = desk.get(f"{NEW}?hub=NP15").content.decode()
    assert "?hub=NP15&amp;name=Charge&amp;direction=below&amp;limit=0" in page


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"limit": ""}, "This field is required."),
        ({"limit": "NaN"}, "Enter a number."),
        ({"clear_limit": "90"}, "The clear limit lies at or below the limit."),
        ({"watched": "change", "span": "7"}, "A change is over 5 to 1440 minutes"),
        ({"watched": "age", "for_minutes": "5"}, "A rule on data age has no such time"),
        ({"market": "DAM", "watched": "spread"}, "has no spread to itself"),
        ({"node": "xx"}, "Select a valid choice."),
        ({"name": "a\u202eb"}, "invisible character"),
    ],
)
def test_what_is_wrong_is_said_as_in_the_admin_and_nothing_is_saved(
    wrong: dict[str, str], sentence: str, desk: Client
) -> None:
    before = Rule.objects.count()
    page = desk.post(NEW, sent(**wrong)).content.decode()
    assert sentence in page
    assert Rule.objects.count() == before


def test_without_scripts_a_button_shows_the_preview_and_saves_nothing(desk: Client) -> None:
    for number, price in enumerate(("80", "120", "80")):
        store([published(NOON - (3 - number) * FIVE, price)], NOON)
    before = Rule.objects.count()
    page = desk.post(NEW, sent(preview="1")).content.decode()
    assert "This rule would have fired once in the last 90 days, for 5 min." in page
    assert "<li>Tue, Jul 14, 11:50–11:55</li>" in page
    assert Rule.objects.count() == before
    late = desk.post(NEW, sent(preview="1", watched="age", limit="15")).content.decode()
    assert "can&#x27;t be previewed" in late


def test_a_trader_is_offered_own_and_shared_delivery_methods(desk: Client, trader: User) -> None:
    other = User.objects.create(username="bob")
    for name, owner in (("mine", trader), ("shared", None), ("bobs", other)):
        Method.objects.create(name=name, address="a@example.org", owner=owner)
    page = desk.get(NEW).content.decode()
    assert [name for name in ("mine", "shared", "bobs") if f"{name} (" in page] == [
        "mine",
        "shared",
    ]
    bobs = Method.objects.get(name="bobs")
    assert "not one of the available choices" in (
        desk.post(NEW, sent(methods=[str(bobs.pk)])).content.decode()
    )


@pytest.mark.database
def test_changing_a_rule_keeps_what_the_form_does_not_show(desk: Client, trader: User) -> None:
    rule = Rule.objects.create(
        node=Node.objects.get(slug="sp15"),
        name="Discharge",
        limit=100,
        owner=trader,
        cool_down_minutes=30,
    )
    bobs = Method.objects.create(
        name="bobs", address="b@example.org", owner=User.objects.create(username="bob")
    )
    rule.methods.add(bobs)
    Condition.objects.create(rule=rule, watched="spread", limit=20)
    page = desk.get(f"/alerts/rules/{rule.pk}/").content.decode()
    assert 'value="100"' in page
    assert "spread above 20" in page
    assert desk.post(f"/alerts/rules/{rule.pk}/", sent(limit="100")).status_code == 302
    assert told() == []
    desk.post(f"/alerts/rules/{rule.pk}/", sent(limit="120"))
    rule.refresh_from_db()
    assert (rule.limit, rule.cool_down_minutes) == (120, 30)
    assert list(rule.methods.all()) == [bobs]
    assert told() == ["Rule “Discharge” is now above 120 (was 100), changed by anna"]
    wrong = desk.post(f"/alerts/rules/{rule.pk}/", sent(market="DAM")).content.decode()
    assert "The day-ahead price has no spread to itself." in wrong


@pytest.mark.database
def test_an_own_rule_is_switched_off_and_on(desk: Client, trader: User) -> None:
    rule = Rule.objects.create(
        node=Node.objects.get(slug="sp15"), name="Discharge", limit=100, owner=trader
    )
    for active in ("off", "on"):
        desk.post(f"/alerts/rules/{rule.pk}/switch/", {"active": active})
        rule.refresh_from_db()
        assert rule.active == (active == "on")
    assert told() == [
        "Rule “Discharge” was switched off by anna",
        "Rule “Discharge” was switched on by anna",
    ]


@pytest.mark.database
def test_a_rule_that_is_on_already_keeps_its_open_alert_when_it_is_switched_on(
    desk: Client, trader: User
) -> None:
    rule = Rule.objects.create(node=Node.objects.get(slug="sp15"), limit=100, owner=trader)
    store([published(NOON, "150")], NOON)
    evaluate(now=NOON)
    desk.post(f"/alerts/rules/{rule.pk}/switch/", {"active": "on"})  # from a page of before
    assert Alert.objects.get(rule=rule).cleared_at is None
    assert told() == []


def test_who_may_make_no_alerts_any_more_changes_none(desk: Client, trader: User) -> None:
    rule = Rule.objects.create(node=Node.objects.get(slug="sp15"), limit=100, owner=trader)
    trader.user_permissions.clear()
    address = f"/alerts/rules/{rule.pk}/"
    assert desk.get(address).status_code == 403
    assert desk.post(f"{address}switch/", {"active": "off"}).status_code == 403


def test_rules_of_others_are_for_those_who_may_change_them(
    desk: Client, admin_client: Client
) -> None:
    rule = Rule.objects.earliest("pk")
    address = f"/alerts/rules/{rule.pk}/"
    assert desk.get(address).status_code == 403
    assert desk.post(address, sent()).status_code == 403
    assert desk.post(f"{address}switch/", {"active": "off"}).status_code == 403
    assert admin_client.get(address).status_code == 200
    assert admin_client.get("/alerts/rules/99999/").status_code == 404
    rule.refresh_from_db()
    assert rule.active


def test_who_is_not_logged_in_finds_the_way_in_and_back(client: Client) -> None:
    answer = client.get(f"{NEW}?hub=SP15&limit=85")
    page = answer.content.decode()
    assert answer.status_code == 403
    assert 'href="/accounts/log-in/?next=%2Falerts%2Fnew%2F%3Fhub%3DSP15%26limit%3D85"' in page
    client.force_login(User.objects.create(username="reader"))
    assert "You are logged in as reader, who may not make an alert." in (
        client.get(NEW).content.decode()
    )
    assert client.post(NEW, sent()).status_code == 403


def test_the_form_is_only_taken_from_the_page(trader: User) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(trader)
    assert strict.post(NEW, sent()).status_code == 403
    assert not Alert.objects.exists()
