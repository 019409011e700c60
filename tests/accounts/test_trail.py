"""Who changed what: through the admin, the pages, the API, and by programs."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.test import Client
from django.utils import timezone

from accounts.admin.history import changes_of
from accounts.models import JUDGING
from alerts import attending
from alerts.delivery.deliver import switch_off
from alerts.models import Condition, Method, Rule
from battery.models import Battery, GridLimit, Outage
from prices.models import Node

pytestmark = [pytest.mark.database, pytest.mark.django_db]


@pytest.fixture
def ada() -> User:
    return User.objects.create_superuser("ada", password="right")


@pytest.fixture
def client(ada: User) -> Client:
    found = Client()
    found.force_login(ada)
    return found


@pytest.fixture
def rule() -> Rule:
    found = Rule.objects.get(direction="above", watched="lmp")
    found.save()  # as it is
    return found


def rows(thing: Any) -> list[tuple[str, str, str]]:
    """Who, how and from what to what, the oldest first."""
    history = thing.history.model.objects.filter(id=thing.pk).order_by("history_id")
    return [(row.history_user_id, row.history_type, changes_of(row)) for row in history]


def test_a_rule_changed_on_its_page(client: Client, rule: Rule) -> None:
    typed = {"name": "High", "node": "sp15", "market": "RTM", "watched": "lmp"}
    typed |= {"direction": "above", "limit": "120", "clear_limit": "", "span": "0"}
    typed |= {"for_minutes": "0", "severity": "warning"}
    answer = client.post(f"/alerts/rules/{rule.pk}/", typed)
    assert answer.status_code == 302, answer.context["form"].errors
    who, how, changes = rows(rule)[-1]
    assert (who, how) == ("ada", "~")
    assert f"limit: {rule.limit} → 120" in changes


def test_a_rule_changed_in_a_list_of_the_admin(client: Client, rule: Rule) -> None:
    client.post(f"/alerts/rules/{rule.pk}/switch/", {"active": "off"})
    assert rows(rule)[-1] == ("ada", "~", "active: True → False")


def test_a_rule_that_is_muted(ada: User, client: Client, rule: Rule) -> None:
    client.post(f"/alerts/rules/{rule.pk}/mute/")
    who, _, changes = rows(rule)[-1]
    assert who == "ada"
    assert changes.startswith("muted_until: None → ")
    attending.mute(rule.pk, timezone.now() + timedelta(hours=2), ada, now=timezone.now())
    assert rows(rule)[-1][0] == "a program"


def test_what_a_rule_remembers_of_judging_is_no_change(rule: Rule) -> None:
    before = rows(rule)
    rule.judged_seq += 1
    rule.flaps += 1
    rule.save()
    assert rows(rule) == before
    assert not {field.name for field in Rule.history.model._meta.fields} & set(JUDGING)


def test_a_battery_changed_by_the_api(client: Client) -> None:
    battery = Battery.objects.get()
    battery.save()
    limits = [{"from_hour": 17, "until_hour": 21, "max_in_mw": 0}]
    body = {"energy_mwh": 3, "grid_limits": limits}
    address = f"/api/v1/batteries/{battery.pk}"
    answer = client.patch(address, body, content_type="application/json")
    assert answer.status_code == 200, answer.content
    who, how, changes = rows(battery)[-1]
    assert (who, how) == ("ada", "~")
    assert "energy_mwh: 4.000 → 3" in changes
    assert rows(battery.grid_limits.get())[0][:2] == ("ada", "+")


def test_nodes_whose_tracking_was_stopped_in_one_go(client: Client) -> None:
    node = Node.objects.get(slug="sp15")
    node.save()
    client.post("/admin/prices/node/", {"action": "stop_tracking", "_selected_action": [node.pk]})
    assert rows(node)[-1] == ("ada", "~", "tracked: True → False")


def test_a_methods_secret_and_address_are_compared_and_not_kept(client: Client) -> None:
    method = Method.objects.create(name="desk", kind="slack", address="https://a/x", secret="s1")
    method.secret = "s2"
    method.save()
    method.address = "https://a/y"
    method.save()
    switch_off(method)
    method.delete()
    kept = Method.history.model.objects.order_by("history_id")
    assert [changes_of(row) for row in kept][1:] == [
        "secret: another one",
        "address: another one",
        "active: True → False",
        "",
    ]
    text = str(list(kept.values()))
    assert not any(secret in text for secret in ("s1", "s2", "https://a"))
    assert {row.history_user_id for row in kept} == {"a program"}
    page = client.get("/admin/accounts/historicalmethod/").content.decode()
    assert "another one" in page
    assert "https://a" not in page


def test_a_link_made_from_its_other_side_is_a_change_of_the_rule(rule: Rule) -> None:
    method = Method.objects.create(name="desk", address="desk@example.org")
    method.rule_set.add(rule)
    assert rows(rule)[-1][2] == "methods: + desk (e-mail)"
    method.rule_set.clear()
    assert rows(rule)[-1][2] == "methods: − desk (e-mail)"


def test_users_groups_and_passwords(client: Client) -> None:
    vera = User.objects.create_user("vera", password="right")
    vera.groups.add(Group.objects.get(name="viewer"))
    vera.set_password("another")
    vera.save()
    Client().post("/accounts/log-in/", {"username": "vera", "password": "another"})
    made, joined, changed = rows(vera)
    assert made[1] == "+"
    assert joined[2] == "groups: + viewer"
    assert changed[2] == "password: another one"
    assert "pbkdf2" not in str(list(User.history.model.objects.values()))
    group = Group.objects.get(name="viewer")
    group.permissions.add(Permission.objects.get(codename="change_alert"))
    assert "permissions: + " in rows(group)[-1][2]


def test_what_belongs_to_a_rule_or_a_battery_is_followed(rule: Rule) -> None:
    battery, noon = Battery.objects.get(), timezone.now()
    for made in (
        Condition.objects.create(rule=rule, watched="spread", direction="above", limit=20),
        GridLimit.objects.create(battery=battery, from_hour=17, until_hour=21, max_in_mw=0),
        Outage.objects.create(battery=battery, start=noon, end=noon + timedelta(hours=1)),
    ):
        kept, key = made.history.model.objects, made.pk
        made.delete()
        assert list(kept.filter(id=key).values_list("history_type", flat=True)) == ["-", "+"]


def test_who_did_it_is_known_when_the_account_is_gone(ada: User, client: Client) -> None:
    node = Node.objects.get(slug="np15")
    client.post("/admin/prices/node/", {"action": "stop_tracking", "_selected_action": [node.pk]})
    ada.delete()
    assert rows(node)[-1][0] == "ada"


def test_history_is_read_and_never_written(client: Client, rule: Rule) -> None:
    for kind in ("rule", "user", "group", "method", "node", "battery", "condition"):
        base = f"/admin/accounts/historical{kind}/"
        assert client.get(base).status_code == 200
        assert client.get(f"{base}add/").status_code == 403
    row = Rule.history.model.objects.order_by("pk").first()
    page = f"/admin/accounts/historicalrule/{row.pk}/"
    assert client.get(f"{page}change/").status_code == 200
    assert client.post(f"{page}change/", {}).status_code == 403
    assert client.post(f"{page}delete/", {"post": "yes"}).status_code == 403


def test_a_row_of_history_opens_when_what_it_names_is_gone(client: Client) -> None:
    node = Node.objects.create(slug="gone", oasis_name="GONE", tracked=False)
    rule = Rule.objects.create(node=node, limit=100)
    row = Rule.history.model.objects.filter(id=rule.pk).latest()
    rule.delete()
    node.delete()
    assert client.get("/admin/accounts/historicalrule/").status_code == 200
    page = client.get(f"/admin/accounts/historicalrule/{row.pk}/change/")
    assert page.status_code == 200
