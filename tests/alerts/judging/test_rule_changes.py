"""Changes that an administrator makes while rules are being judged."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.contrib import admin
from django.contrib.auth.models import User
from django.forms import model_to_dict
from django.test import Client, RequestFactory

from alerts.admin.rules import RuleAdmin
from alerts.judging.evaluate import evaluate, judge_rules
from alerts.judging.verdicts import Judging
from alerts.models import Alert, Condition, Delivery, Rule
from live.snapshot import snapshot_alerts
from market.markets import Market
from oasis.published import PublishedPrice
from prices.models import Feed, FeedEvent, Node
from prices.troubles import Isolation
from tests.conftest import utc
from tests.published import NP15, published, store

pytestmark = pytest.mark.django_db
NOON = utc("2026-07-14 19:00")
FIVE = timedelta(minutes=5)
HOUR = timedelta(hours=1)
SWITCHED_OFF = "SP15 over 100, ended: rule switched off"


@pytest.fixture(autouse=True)
def rules_made_in_the_morning(db: None) -> None:
    Rule.objects.update(judges_from=NOON - 6 * HOUR)


@pytest.fixture
def above() -> Rule:
    Rule.objects.filter(watched="age").delete()
    Rule.objects.update(clear_limit=None)
    return Rule.objects.get(direction="above")


def publish(*prices: PublishedPrice, at: datetime) -> list[str]:
    """Publish and judge prices at a moment. Returns the texts of all alerts."""
    store(prices, at)
    evaluate(now=at)
    return list(Alert.objects.order_by("pk").values_list("text", flat=True))


def alert_events() -> list[tuple[str, str, str]]:
    """All alert events in order: hub, state and text."""
    events = FeedEvent.objects.filter(kind="alert").order_by("created_at", "seq")
    return [(event.node.hub, event.body["state"], event.body["text"]) for event in events]


def edit(rule: Rule, **values: str) -> None:
    """Change the rule, as it was read, in the admin's form, without what was judged since."""
    request, rules = RequestFactory().post("/"), RuleAdmin(Rule, admin.site)
    request.user = User(is_superuser=True)
    now = {name: held for name, held in model_to_dict(rule).items() if held is not None}
    data = {**now, **values}
    form = rules.get_form(request, rule)(data, instance=rule)
    assert form.is_valid(), form.errors
    rules.save_model(request, form.save(commit=False), form, change=True)


def edit_in_list(client: Client, rules: Iterable[Rule], *active: Rule) -> None:
    """Save the list of rules with only these active."""
    data = {"form-TOTAL_FORMS": "2", "form-INITIAL_FORMS": "2", "_save": "Save"}
    for number, rule in enumerate(rules):
        data |= {f"form-{number}-id": str(rule.pk), f"form-{number}-limit": str(rule.limit)}
        data |= {f"form-{number}-active": "on"} if rule in active else {}
    assert client.post("/admin/alerts/rule/", data).status_code == 302


def test_saving_a_rule_keeps_what_was_judged_since_it_was_read(above: Rule) -> None:
    publish(published(NOON, "120"), at=NOON + FIVE)
    above.beyond, above.judged_seq, above.judged_until = False, 0, None  # as read at 11:59
    edit(above, limit="110")
    after = Rule.objects.get(pk=above.pk)
    assert (after.limit, after.beyond, after.judged_seq, after.judged_until) == (
        110,
        True,
        2,
        NOON,
    )


def test_a_rule_saved_without_changes_keeps_its_cursor(above: Rule) -> None:
    publish(published(NOON, "120"), at=NOON + FIVE)
    above.judged_seq = 0
    edit(above)
    assert Rule.objects.get(pk=above.pk).judged_seq == 2


@pytest.mark.database
def test_the_list_of_rules_saves_what_was_changed_in_it(admin_client: Client, above: Rule) -> None:
    publish(published(NOON, "120"), at=NOON + FIVE)
    below = Rule.objects.get(direction="below")
    edit_in_list(admin_client, [below, above], above)
    active = {rule.direction: rule.active for rule in Rule.objects.exclude(watched="age")}
    assert active == {"above": True, "below": False}
    assert Rule.objects.get(pk=above.pk).beyond


def test_a_rule_for_another_market_does_not_wait_for_the_old_ones_hours(above: Rule) -> None:
    edit(above, market="DAM")
    Rule.objects.update(judges_from=NOON - 6 * HOUR)
    hours = [published(NOON + n * HOUR, "90", Market.DAM) for n in range(30)]
    publish(*hours, at=NOON)
    with time_machine.travel(NOON + FIVE, tick=False):
        edit(Rule.objects.get(pk=above.pk), market="RTM")
    texts = publish(published(NOON + FIVE, "140"), at=NOON + 2 * FIVE)
    assert texts == ["SP15 140.00 $/MWh, over 100 · 12:05–12:10 PT"]


def test_a_rule_for_another_hub_starts_at_the_head_of_that_hubs_feed(above: Rule) -> None:
    np15 = Node.objects.get(slug="np15")
    old = [published(NOON - n * FIVE, "150", node=NP15) for n in range(3)]
    publish(*old, published(NOON, "120"), at=NOON + FIVE)
    with time_machine.travel(NOON + FIVE, tick=False):
        edit(above, node=str(np15.pk))
    after = Rule.objects.get(pk=above.pk)
    assert (after.node, after.judged_seq, after.judged_until) == (np15, 3, None)
    assert (after.beyond, after.judges_from) == (False, NOON + FIVE)


def test_changing_the_meaning_of_a_rule_clears_its_alert_on_the_feed_that_announced_it(
    above: Rule,
) -> None:
    publish(published(NOON, "120"), at=NOON)
    with time_machine.travel(NOON + FIVE, tick=False):
        edit(above, node=str(Node.objects.get(slug="np15").pk), market="DAM", limit="50")
    assert alert_events()[1:] == [("SP15", "cleared", "SP15 over 100, ended: rule changed")]
    assert Alert.objects.get().cleared_at == NOON + FIVE


@pytest.mark.database
def test_another_direction_is_judged_anew(above: Rule) -> None:
    Rule.objects.exclude(pk=above.pk).delete()
    publish(published(NOON, "120"), at=NOON)
    with time_machine.travel(NOON + FIVE, tick=False):
        edit(Rule.objects.get(pk=above.pk), direction="below")
    texts = publish(published(NOON + FIVE, "40"), at=NOON + 2 * FIVE)
    assert texts[1:] == ["SP15 40.00 $/MWh, below 100 · 12:05–12:10 PT"]


@pytest.mark.database
@pytest.mark.parametrize("change", [{"market": "RTPD"}, {"node": "2"}, {"limit": "150"}])
def test_a_rule_changed_while_it_is_judged_announces_nothing_by_its_old_meaning(
    above: Rule, change: dict[str, str]
) -> None:
    store([published(NOON, "120")], NOON)
    read = Rule.objects.select_related("node").get(pk=above.pk)
    edit(Rule.objects.get(pk=above.pk), **change)
    judging = Judging(read.node, Market.RTM, [read], 1, now=NOON)
    assert not any(judge_rules(judging, Isolation("judging", now=NOON), now=NOON))
    assert not Alert.objects.exists()


@pytest.mark.database
def test_switching_a_rule_off_clears_its_alert_and_gives_the_reason(above: Rule) -> None:
    publish(published(NOON, "120"), at=NOON)
    evaluate(now=NOON)  # judged up to its own alert: no price is needed for what follows
    Rule.objects.filter(pk=above.pk).update(active=False)
    [publication] = evaluate(now=NOON + FIVE)
    event = FeedEvent.objects.get(node=above.node, seq=publication.seq)
    alert = Alert.objects.get()
    assert (event.body["state"], event.body["alert_id"]) == ("cleared", alert.pk)
    assert (event.body["text"], event.body["price"]) == (SWITCHED_OFF, 120.0)
    assert (publication.prev + 1, alert.cleared_at) == (publication.seq, NOON + FIVE)


def test_a_rule_switched_off_clears_its_alert_once(above: Rule) -> None:
    publish(published(NOON, "120"), at=NOON)
    Rule.objects.filter(pk=above.pk).update(active=False)
    publish(published(NOON + FIVE, "130"), at=NOON + FIVE)
    publish(published(NOON + 2 * FIVE, "90"), at=NOON + 2 * FIVE)
    assert alert_events()[1:] == [("SP15", "cleared", SWITCHED_OFF)]


@pytest.mark.database
def test_a_rule_switched_off_without_an_open_alert_announces_nothing() -> None:
    Rule.objects.update(active=False)
    publish(published(NOON, "120"), at=NOON)
    assert alert_events() == []
    assert set(Rule.objects.values_list("judged_seq", flat=True)) == {1}


def test_a_new_rule_is_not_alerted_by_hours_already_published() -> None:
    sp15 = Node.objects.get(slug="sp15")
    Rule.objects.all().delete()
    tomorrow = [published(NOON + n * HOUR, "300", Market.DAM) for n in range(12, 36)]
    publish(*tomorrow, at=NOON)
    with time_machine.travel(NOON + FIVE, tick=False):
        rule = Rule.objects.create(node=sp15, market="DAM", direction="above", limit=100)
    assert rule.judged_seq == Feed.objects.get(node=sp15).head == 24
    assert publish(published(NOON, "50"), at=NOON + FIVE) == []
    news = published(NOON + 36 * HOUR, "310", Market.DAM)
    assert len(publish(news, at=NOON + HOUR)) == 1


@pytest.mark.database
def test_a_rule_made_in_the_admin_starts_at_the_head(admin_client: Client) -> None:
    publish(published(NOON, "40"), at=NOON)
    sp15 = Node.objects.get(slug="sp15").pk
    rule = model_to_dict(Rule(node_id=sp15, market="DAM", direction="below", limit=-10))
    rule = {name: value for name, value in rule.items() if value is not None}
    rule |= {"conditions-TOTAL_FORMS": "0", "conditions-INITIAL_FORMS": "0"}
    assert admin_client.post("/admin/alerts/rule/add/", rule).status_code == 302
    assert Rule.objects.get(market="DAM").judged_seq == 1


def edit_at(moment: datetime, rule: Rule, **values: str) -> None:
    """Change the rule as it is now, at a moment."""
    with time_machine.travel(moment, tick=False):
        edit(Rule.objects.get(pk=rule.pk), **values)


def test_the_end_of_an_alert_is_announced_by_the_limit_it_opened_with(above: Rule) -> None:
    publish(published(NOON, "120"), at=NOON)
    edit_at(NOON + timedelta(minutes=2), above, limit="90")
    publish(published(NOON + FIVE, "80"), at=NOON + FIVE)
    assert alert_events()[1] == (
        "SP15",
        "cleared",
        "SP15 80.00 $/MWh, back under 100 · 12:05–12:10 PT",
    )
    events = FeedEvent.objects.filter(kind="alert").order_by("seq")
    assert [event.body["limit"] for event in events] == [100, 100]


def test_an_alert_that_ends_because_its_limit_was_raised_says_so(above: Rule) -> None:
    publish(published(NOON, "500"), at=NOON)
    edit_at(NOON + timedelta(minutes=2), above, limit="1000")
    publish(published(NOON + FIVE, "500"), at=NOON + FIVE)
    assert alert_events()[1][2] == (
        "SP15 500.00 $/MWh, not over 1,000, the rule's new limit · 12:05–12:10 PT"
    )


@pytest.mark.database
def test_an_alert_that_ends_by_its_other_condition_is_not_ascribed_to_the_new_limit(
    above: Rule,
) -> None:
    Condition.objects.create(rule=above, watched="congestion", direction="below", limit=0)
    publish(published(NOON, "150"), at=NOON)
    edit_at(NOON + timedelta(minutes=2), above, limit="120")
    ends = published(NOON + FIVE, "130")._replace(congestion=Decimal(1), energy=Decimal("128.25"))
    publish(ends, at=NOON + FIVE)
    assert alert_events()[1][2] == (
        "SP15 130.00 $/MWh, no longer over 100 and congestion below 0 · 12:05–12:10 PT"
    )


def test_the_snapshot_shows_an_open_alert_by_the_limit_it_opened_with(above: Rule) -> None:
    publish(published(NOON, "500"), at=NOON)
    edit_at(NOON + timedelta(minutes=2), above, limit="150")
    two_days_on = NOON + 48 * HOUR
    (shown,) = snapshot_alerts(above.node, two_days_on, up_to=99, now=two_days_on)
    assert (shown["limit"], shown["text"]) == (
        100,
        "SP15 500.00 $/MWh, over 100 · 12:00–12:05 PT",
    )


def test_a_run_beyond_the_limit_counts_from_the_change_of_a_limit(above: Rule) -> None:
    """As when it is judged again after a correction, which would otherwise retract the alert."""
    edit_at(NOON - HOUR, above, for_minutes="10")
    publish(published(NOON, "120"), at=NOON + FIVE)
    edit_at(NOON + FIVE, above, limit="110")
    assert publish(published(NOON + FIVE, "120"), at=NOON + 2 * FIVE) == []
    assert len(publish(published(NOON + 2 * FIVE, "120"), at=NOON + 3 * FIVE)) == 1


@pytest.mark.database
def test_alerts_are_withdrawn_when_their_node_is_no_longer_tracked(above: Rule) -> None:
    above.methods.create(name="desk", kind="email", address="desk@example.test")
    publish(published(NOON, "500"), at=NOON)
    Node.objects.filter(pk=above.node_id).update(tracked=False)
    evaluate(now=NOON + FIVE)
    evaluate(now=NOON + 2 * FIVE)
    why = "SP15 over 100, ended: node no longer tracked"
    assert alert_events()[1:] == [("SP15", "cleared", why)]
    assert Delivery.objects.filter(kind="cleared", transition__text=why).count() == 1


@pytest.mark.database
def test_a_node_that_is_tracked_again_is_judged_from_there(above: Rule) -> None:
    edit_at(NOON - HOUR, above, for_minutes="10")
    publish(published(NOON, "500"), at=NOON)
    Node.objects.filter(pk=above.node_id).update(tracked=False)
    evaluate(now=NOON + FIVE)
    Node.objects.filter(pk=above.node_id).update(tracked=True)
    assert publish(published(NOON + 2 * FIVE, "500"), at=NOON + 3 * FIVE) == []
    assert len(publish(published(NOON + 3 * FIVE, "500"), at=NOON + 4 * FIVE)) == 1


@pytest.mark.database
def test_a_rule_on_data_age_is_silent_once_its_node_is_not_tracked(above: Rule) -> None:
    Rule.objects.exclude(pk=above.pk).delete()
    Rule.objects.update(watched="age", limit=15)
    publish(published(NOON, "50"), at=NOON + FIVE)
    evaluate(now=NOON + HOUR)
    Node.objects.filter(pk=above.node_id).update(tracked=False)
    evaluate(now=NOON + 2 * HOUR)
    evaluate(now=NOON + 3 * HOUR)
    assert [state for _, state, _ in alert_events()] == ["open", "cleared"]
