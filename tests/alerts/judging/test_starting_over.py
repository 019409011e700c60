"""Rules that were changed or switched off and on, and what corrections then say of them."""

from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.contrib.auth.models import Permission, User
from django.core.exceptions import ValidationError
from django.test import Client

from alerts.admin import alerts_csv
from alerts.delivery.composing import message_of
from alerts.judging.evaluate import evaluate
from alerts.judging.rule_changes import save_changes
from alerts.models import Alert, Condition, Delivery, Method, Rule, Transition
from dashboard.alert_lines import lines
from prices.models import Node
from tests.conftest import utc
from tests.published import published, store

pytestmark = pytest.mark.django_db
NOON = utc("2026-07-14 19:00")
FIVE = timedelta(minutes=5)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def rule(db: None) -> Rule:
    Rule.objects.all().delete()
    sp15 = Node.objects.get(slug="sp15")
    return Rule.objects.create(node=sp15, limit=100, judges_from=NOON - timedelta(hours=6))


@pytest.fixture
def age(rule: Rule) -> Rule:
    Rule.objects.update(watched="age", limit=15)
    store([published(NOON, "50")], NOON)
    return rule


def seen(number: int, price: str, *, minutes: int = 1) -> None:
    """One interval's price, seen so many minutes after it began, and judged."""
    start = NOON + number * FIVE
    store([published(start, price)], start + minutes * MINUTE)
    evaluate(now=start + minutes * MINUTE)


def change(at: int, **values: object) -> None:
    """The rule changed so many minutes after noon, and judged."""
    rule = Rule.objects.get()
    for name, value in values.items():
        setattr(rule, name, value)
    save_changes(rule, list(values), now=NOON + at * MINUTE)
    evaluate(now=NOON + at * MINUTE)


@pytest.mark.database
def test_a_waiting_message_says_what_its_rule_watched_when_the_alert_opened(rule: Rule) -> None:
    rule.methods.add(Method.objects.create(name="desk", address="desk@example.org"))
    seen(0, "150")
    [before] = [message_of(one, now=NOON) for one in Delivery.objects.all()]
    change(10, node=Node.objects.get(slug="np15"), market="DAM", limit=50)
    opened, cleared = [message_of(one, now=NOON) for one in Delivery.objects.order_by("pk")]
    assert before.subject == "SIMULATED WARNING SP15 150.00 $/MWh, over 100 · 12:00–12:05 PT"
    assert opened.subject.startswith("SIMULATED Over already: SP15 over 100 · 12:00–12:10 PT")
    assert (opened.key, opened.facts) == (before.key, before.facts)
    for facts in (opened.facts, cleared.facts):
        assert (facts["hub"], facts["market"], facts["limit"]) == ("SP15", "RTM", 100.0)
        assert facts["interval_end"] == "2026-07-14T19:05:00Z"
    assert list(alerts_csv.lines(Alert.objects.all()))[1].split(",")[1] == "SP15"
    [line] = lines(Alert.objects.all(), now=NOON)
    assert line.remark == ""


@pytest.mark.database
def test_alerts_without_facts_take_them_from_their_rule(rule: Rule) -> None:
    seen(0, "150")
    facts_then = Alert.objects.get().facts
    Alert.objects.update(facts={})
    import_module("alerts.migrations.0006_alert_facts").fill(apps, None)
    alert = Alert.objects.get()
    assert facts_then == rule.facts
    assert facts_then | alert.facts == facts_then  # older ones say less
    assert [one.limit for one in alert.conditions] == [100]


def transitions() -> list[str]:
    return list(Transition.objects.order_by("pk").values_list("kind", flat=True))


def test_alerts_announced_by_an_earlier_limit_are_not_retracted(rule: Rule) -> None:
    seen(0, "150")
    seen(1, "50")
    change(10, limit=200)
    seen(3, "20")
    seen(4, "20")
    seen(3, "250", minutes=40)
    assert transitions() == ["opened", "cleared", "opened", "cleared"]


def test_an_alert_that_is_open_outlives_another_limit_and_a_correction(rule: Rule) -> None:
    Rule.objects.update(clear_limit=90)
    seen(0, "150")
    change(10, limit=120)
    seen(3, "110")
    seen(4, "110")
    seen(3, "121", minutes=40)
    seen(3, "111", minutes=41)
    assert transitions() == ["opened"]


def test_alerts_from_before_a_rule_was_switched_off_and_on_are_not_retracted(
    rule: Rule,
) -> None:
    seen(0, "150")
    seen(1, "50")
    change(9, active=False)
    change(10, active=True)
    seen(3, "20")
    seen(4, "20")
    seen(3, "250", minutes=40)
    assert transitions() == ["opened", "cleared", "opened", "cleared"]


def test_an_alert_that_ended_with_its_rule_does_not_hide_a_later_one(rule: Rule) -> None:
    seen(0, "150")
    days = 5 * 24 * 60
    change(5, active=False)
    change(days, active=True)
    seen(days // 5, "50")
    seen(days // 5, "150", minutes=20)
    assert transitions() == ["opened", "cleared", "opened"]


def test_a_rule_can_open_again_on_the_interval_on_which_it_was_switched_off(rule: Rule) -> None:
    seen(0, "150")
    change(2, active=False)
    change(3, active=True)
    seen(0, "151", minutes=4)
    seen(1, "150")
    assert transitions() == ["opened", "cleared", "opened"]


@pytest.mark.database
@pytest.mark.parametrize("changes", [[{"limit": 60}], [{"active": False}, {"active": True}]])
def test_missing_data_open_an_alert_again_after_the_rule_changed(
    age: Rule, changes: list[dict[str, object]]
) -> None:
    evaluate(now=NOON + 20 * MINUTE)
    for number, values in enumerate(changes):
        change(25 + number, **values)
    evaluate(now=NOON + 90 * MINUTE)
    assert transitions() == ["opened", "cleared", "opened"]


def test_a_rule_on_data_age_has_no_conditions_and_no_waits(age: Rule) -> None:
    more = Condition(rule=Rule.objects.get(), watched="lmp", limit=100)
    with pytest.raises(ValidationError, match="no further conditions"):
        more.full_clean()
    with pytest.raises(ValidationError, match="has no such time"):
        Rule(node=age.node, watched="age", limit=15, for_minutes=5).full_clean()


@pytest.mark.database
def test_a_limit_on_the_wrong_side_of_the_clear_limit_is_an_error_in_the_list(
    admin_client: Client, rule: Rule
) -> None:
    Rule.objects.update(clear_limit=90)
    data = {"form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "1", "_save": "Save"}
    data |= {"form-0-id": str(rule.pk), "form-0-limit": "80", "form-0-active": "on"}
    answer = admin_client.post("/admin/alerts/rule/", data)
    assert answer.status_code == 200
    assert "The clear limit lies at or below the limit." in answer.text


@pytest.mark.database
def test_a_secret_is_for_those_who_may_write_it(client: Client) -> None:
    viewer = User.objects.create(username="viewer", is_staff=True)
    viewer.user_permissions.add(Permission.objects.get(codename="view_method"))
    client.force_login(viewer)
    address = "https://example.com/hook"
    hook = Method.objects.create(name="hook", kind="webhook", address=address, secret="s3cr3t")
    assert "s3cr3t" not in client.get(f"/admin/alerts/method/{hook.pk}/change/").text
    assert client.get("/admin/alerts/method/?secret__startswith=s3c").status_code == 400


def test_a_user_who_may_only_view_cannot_mute(client: Client, rule: Rule) -> None:
    client.force_login(User.objects.create(username="viewer", is_staff=True))
    assert client.post(f"/alerts/rules/{rule.pk}/mute/").status_code == 403


def test_odd_queries_are_answered_as_oasis_does(admin_client: Client) -> None:
    assert admin_client.get("/admin/alerts/alert/csv/?foo=bar").status_code == 400
    odd = admin_client.post(
        "/api/v1/rules/preview", r'{"hub": "\ud800", "limit": 1}', content_type="application/json"
    )
    assert odd.status_code == 400
