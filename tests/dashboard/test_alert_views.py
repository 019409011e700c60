"""`/alerts/`: what is open, what has been, and what may be done about it."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Permission, User
from django.test import Client

from alerts.delivery.outbox import state_of
from alerts.models import Alert, Condition, Delivery, Method, Rule, Transition
from prices.models import Node
from tests.conftest import utc
from tests.published import published, store

pytestmark = pytest.mark.django_db
NOON = utc("2026-07-14 19:00")
HOUR, MINUTE, FIVE = timedelta(hours=1), timedelta(minutes=1), timedelta(minutes=5)


@pytest.fixture(autouse=True)
def at_noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def above() -> Rule:
    """SP15 real-time above 100, watching for years."""
    Rule.objects.update(judges_from=NOON - 24 * 1000 * HOUR)
    return Rule.objects.get(direction="above", watched="lmp")


def opened(rule: Rule, start: datetime, **more: Any) -> Alert:
    """An alert of a rule."""
    text = f"{rule.subject}: 120.00 at 11:00 PT"
    plain = {"wording": rule.subject, "text": text, "price": 120, "value": 120}
    plain |= {"severity": rule.severity, "opened_at": start + MINUTE, "interval_start": start}
    return Alert.objects.create(rule=rule, **plain | more)


def cleared(rule: Rule, start: datetime, minutes: int = 25, **more: Any) -> Alert:
    """An alert that is over."""
    end = start + minutes * MINUTE
    return opened(rule, start, cleared_interval=end, cleared_at=end + MINUTE, **more)


def shown(client: Client, query: str = "") -> Any:
    """What the page is made of."""
    answer = client.get(f"/alerts/{query}")
    assert answer.status_code == 200
    return answer.context


def ids(lines: Any) -> list[int]:
    return [line.id for line in lines]


def test_open_alerts_come_first_the_gravest_on_top(client: Client, above: Rule) -> None:
    info = opened(above, NOON - 10 * MINUTE)
    critical = opened(above, NOON - HOUR, severity="critical")
    past = cleared(above, NOON - 2 * HOUR)
    context = shown(client)
    assert ids(context["open"]) == [critical.pk, info.pk]
    assert ids(context["past"]) == [past.pk]
    first = context["open"][0]
    assert (first.sign, first.since, first.lasted) == ("‼\ufe0e", "11:00 PT", "open for 1 h 0 min")
    assert (first.figure, first.remark) == (("price", "120.00", "$/MWh"), "")


def test_what_the_text_says_beyond_rule_price_and_time_is_shown(
    client: Client, above: Rule
) -> None:
    words = "120.00 at 11:00 PT (after a correction)"
    opened(above, NOON - HOUR, text=f"{above.subject}: {words}")
    assert shown(client)["open"][0].remark == "after a correction"


@pytest.mark.database
def test_a_day_ahead_hour_of_tomorrow_is_still_to_come(client: Client, above: Rule) -> None:
    Rule.objects.filter(pk=above.pk).update(market="DAM")
    opened(above, NOON + 24 * HOUR)
    line = shown(client)["open"][0]
    assert (line.since, line.lasted) == ("Wed 15 Jul 12:00 PT", "still to come")


@pytest.mark.database
def test_what_has_been_is_narrowed_by_hub_rule_and_state(client: Client, above: Rule) -> None:
    below = Rule.objects.get(direction="below")
    below.node = Node.objects.get(slug="np15")
    below.save()
    one, two = cleared(above, NOON - HOUR), cleared(below, NOON - 2 * HOUR)
    back = opened(above, NOON - 3 * HOUR, retracted_at=NOON - 2 * HOUR)
    queries = {
        "": [one, two, back],
        "?hub=NP15": [two],
        f"?rule={above.pk}": [one, back],
        "?state=retracted": [back],
        f"?rule={above.pk}&state=cleared": [one],
        "?hub=%00": [],
        "?rule=9999999999999999999": [],
        "?state=nonsense&page=x": [one, two, back],
    }
    for query, expected in queries.items():
        assert ids(shown(client, query)["past"]) == [alert.pk for alert in expected], query


@pytest.mark.database
def test_what_has_been_comes_in_pages(client: Client, above: Rule) -> None:
    for number in range(45):
        cleared(above, NOON - (number + 2) * HOUR)
    assert [len(shown(client, f"?hub=SP15&page={n}")["past"]) for n in (1, 2, 99)] == [40, 5, 5]
    assert "?hub=SP15&amp;page=2" in client.get("/alerts/?hub=SP15").content.decode()


def test_each_alert_says_what_became_of_its_deliveries(client: Client, above: Rule) -> None:
    alert = opened(above, NOON - HOUR)
    opening = Transition.objects.create(
        alert=alert, kind="opened", interval_start=NOON, price=1, value=1, text="t", at=NOON
    )
    for number, state in enumerate(("sent", "sent", "given up", "waiting")):
        method = Method.objects.create(name=str(number), address="a@example.org")
        Delivery.objects.create(
            transition=opening,
            method=method,
            kind="opened",
            state=state,
            created_at=NOON,
            due_at=NOON,
        )
    assert shown(client)["open"][0].deliveries == "1 waiting, 2 sent, 1 given up"


def test_each_rule_says_how_often_how_long_and_how_good(client: Client, above: Rule) -> None:
    cleared(above, NOON - HOUR, 25, flaps=2)
    cleared(above, NOON - 48 * HOUR, 40)
    cleared(above, NOON - 24 * 8 * HOUR, 60, flaps=9)
    opened(above, NOON - 3 * HOUR, retracted_at=NOON - 2 * HOUR)
    first = shown(client)["rules"][0]
    assert first.often == [("7 days", "2 times, 1 h 5 min"), ("30 days", "3 times, 2 h 5 min")]
    assert first.quality == "3 alerts, 1 withdrawn, 2 short crossings left out"


@pytest.mark.database
def test_the_first_who_acknowledges_is_kept(admin_client: Client, above: Rule) -> None:
    alert = opened(above, NOON - HOUR)
    answer = admin_client.post(f"/alerts/{alert.pk}/acknowledge/", {"next": "/alerts/?hub=SP15"})
    assert answer.headers["Location"] == f"/alerts/?hub=SP15#alert-{alert.pk}"
    second = Client()
    second.force_login(User.objects.create(username="second", is_staff=True, is_superuser=True))
    second.post(f"/alerts/{alert.pk}/acknowledge/", {"next": "https://example.org/"})
    alert.refresh_from_db()
    assert (alert.acknowledged_at, str(alert.acknowledged_by)) == (NOON, "admin")
    assert shown(second)["open"][0].acknowledged == "acknowledged by admin 12:00 PT"


def test_after_a_button_nobody_is_sent_elsewhere(admin_client: Client, above: Rule) -> None:
    there = {"next": "https://example.org/alerts/"}
    answer = admin_client.post(f"/alerts/rules/{above.pk}/mute/", there)
    assert answer.headers["Location"] == f"/alerts/#rule-{above.pk}"


@pytest.mark.database
def test_a_rule_is_muted_for_an_hour_and_heard_again(admin_client: Client, above: Rule) -> None:
    admin_client.post(f"/alerts/rules/{above.pk}/mute/")
    above.refresh_from_db()
    assert (above.muted_until, state_of(above, now=NOON)) == (NOON + HOUR, "muted")
    muted = {rule.id: rule.muted_until for rule in shown(admin_client)["rules"]}
    assert muted[above.pk] == "13:00 PT"
    admin_client.post(f"/alerts/rules/{above.pk}/unmute/")
    above.refresh_from_db()
    assert state_of(above, now=NOON) == "waiting"


@pytest.mark.parametrize(
    "address", ["{alert}/acknowledge/", "rules/{rule}/mute/", "rules/{rule}/unmute/"]
)
def test_only_staff_may_do_anything_and_only_from_the_page(
    address: str, client: Client, admin_user: User, above: Rule
) -> None:
    alert = opened(above, NOON - HOUR)
    where = f"/alerts/{address.format(rule=above.pk, alert=alert.pk)}"
    assert client.post(where).status_code == 403
    client.force_login(User.objects.create(username="reader"))
    assert client.post(where).status_code == 403
    assert client.get(where).status_code == 405
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(admin_user)
    assert strict.post(where).status_code == 403
    alert.refresh_from_db()
    above.refresh_from_db()
    assert (alert.acknowledged_at, above.muted_until) == (None, None)


def test_readers_see_no_buttons_but_a_way_to_log_in(client: Client, above: Rule) -> None:
    opened(above, NOON - HOUR)
    page = client.get("/alerts/").content.decode()
    assert "Log in to acknowledge" in page
    assert "<button form" not in page
    assert "for an hour" not in page


OFFERED = {
    "change_alert": 'acknowledge/"',
    "change_rule": "Mute <span",
    "add_method": "Notify this browser",
    "view_rule": 'href="/admin/alerts/rule/"',
}


@pytest.mark.database
@pytest.mark.parametrize("permission", OFFERED)
def test_staff_are_offered_what_they_may_do_and_nothing_else(
    permission: str, client: Client, above: Rule
) -> None:
    opened(above, NOON - HOUR)
    clerk = User.objects.create(username="clerk", is_staff=True)
    clerk.user_permissions.add(Permission.objects.get(codename=permission))
    client.force_login(clerk)
    page = client.get("/alerts/").content.decode()
    assert [name for name, words in OFFERED.items() if words in page] == [permission]
    assert "Log in" not in page


def test_who_is_logged_in_reads_that_it_is_not_for_them(client: Client, above: Rule) -> None:
    client.force_login(User.objects.create(username="reader"))
    refused = client.post(f"/alerts/rules/{above.pk}/mute/")
    assert "You are logged in as reader" in refused.content.decode()
    assert "Log in" not in refused.content.decode()
    pushed = client.post("/api/v1/push/subscriptions", "{}", content_type="application/json")
    assert "reader may not add delivery methods" in pushed.json()["detail"]


def test_the_page_without_anything_says_so(client: Client) -> None:
    Rule.objects.all().delete()
    page = client.get("/alerts/").content.decode()
    assert "Nothing is watched" in page
    assert "No alert has opened yet." in page
    assert "There are no rules." in page


def test_where_all_alerts_are_still_open_none_is_over(client: Client, above: Rule) -> None:
    opened(above, NOON - HOUR)
    page = client.get("/alerts/").content.decode()
    assert "No alert is over yet." in page
    assert "No alert has opened yet." not in page


def test_nothing_on_the_page_is_markup_but_what_is_written_there(
    client: Client, above: Rule
) -> None:
    opened(above, NOON - HOUR, wording="<script>x</script>", text="<b>t</b>")
    page = client.get("/alerts/").content.decode()
    assert "<script>x" not in page
    assert "<b>t</b>" not in page


def test_the_number_of_queries_does_not_grow_with_what_is_shown(
    client: Client, above: Rule, django_assert_max_num_queries: Any
) -> None:
    for number in range(20):
        rule = Rule.objects.create(node=above.node, limit=100 + number)
        Condition.objects.create(rule=rule, watched="spread", limit=number)
        opened(rule, NOON - HOUR)
        cleared(rule, NOON - 2 * HOUR)
    with django_assert_max_num_queries(19):
        client.get("/alerts/")


def test_the_figure_of_an_alert_is_what_its_rule_watches(client: Client, above: Rule) -> None:
    facts = {**above.facts, "limit": -40.0}
    for watched, value in (("spread", "-45.2"), ("age", "22.3"), ("dearest", "3")):
        opened(above, NOON - HOUR, value=value, facts={**facts, "watched": watched})
        Alert.objects.filter(facts__watched=watched).update(cleared_at=NOON)
    found = {line.figure for line in shown(client)["past"]}
    assert found == {
        ("spread", "−45.20", "$/MWh"),
        ("age of the data", "22", "min"),
        ("price", "120.00", "$/MWh"),
    }


def test_a_young_rule_claims_nothing_of_the_time_before_it(client: Client, above: Rule) -> None:
    Rule.objects.filter(pk=above.pk).update(judges_from=NOON - 3 * HOUR)
    rules = {rule.id: rule.often for rule in shown(client)["rules"]}
    assert rules[above.pk] == [("watching", "since 09:00 PT, no alert yet")]
    cleared(above, NOON - HOUR)
    rules = {rule.id: rule.often for rule in shown(client)["rules"]}
    assert rules[above.pk][0] == ("watching", "since 09:00 PT")
    Rule.objects.update(judges_from=NOON - 24 * 1000 * HOUR)
    others = [rule.often for rule in shown(client)["rules"] if rule.id != above.pk]
    assert others[0] == [("7 days", "no alert"), ("30 days", "no alert")]


@pytest.mark.database
def test_an_alert_that_a_link_names_is_on_top_however_old(client: Client, above: Rule) -> None:
    old = cleared(above, NOON - 900 * HOUR)
    for number in range(41):
        cleared(above, NOON - (number + 2) * HOUR)
    newest = Alert.objects.latest("interval_start")
    assert ids(shown(client, f"?alert={old.pk}")["addressed"]) == [old.pk]
    assert "The alert you came for" in client.get(f"/alerts/?alert={old.pk}").content.decode()
    for query in (f"?alert={newest.pk}", "?alert=x", "?alert=99999", ""):
        assert ids(shown(client, query)["addressed"]) == [], query


def test_buttons_of_the_same_name_say_what_they_are_for(admin_client: Client, above: Rule) -> None:
    Rule.objects.filter(pk=above.pk).update(name="Discharge")
    above.refresh_from_db()
    opened(above, NOON - HOUR)
    page = admin_client.get("/alerts/").content.decode()
    assert 'Mute <span class="unseen">Discharge at SP15 </span>for an hour' in page
    since = "Discharge SP15 real-time above 100.00, open since 11:00 PT"
    assert f'Acknowledge<span class="unseen"> {since}</span>' in page
    assert f'id="rule-{above.pk}"' in page


def test_whoever_may_change_a_rule_finds_the_way_to_it(
    client: Client, admin_client: Client, above: Rule
) -> None:
    assert f'href="/alerts/rules/{above.pk}/"' in admin_client.get("/alerts/").content.decode()
    page = client.get("/alerts/").content.decode()
    assert f'href="/alerts/rules/{above.pk}/"' not in page
    assert 'href="/alerts/new/"' in page


def test_an_alert_says_how_far_it_went_by_the_prices_that_are_held(
    client: Client, above: Rule
) -> None:
    start = NOON - HOUR
    for number, price in enumerate(("120", "150", "130", "90")):
        store([published(start + number * FIVE, price)], NOON)
    opened(above, start)
    past = cleared(above, start + FIVE, minutes=5)
    far = [line.figure for kind in ("open", "past") for line in shown(client)[kind]]
    assert far == [("peak price", "150.00", "$/MWh")] * 2
    store([published(start + FIVE, "125")], NOON + MINUTE)  # corrected
    context = shown(client)
    assert context["open"][0].figure == ("peak price", "130.00", "$/MWh")
    assert context["past"][0].figure == ("peak price", "125.00", "$/MWh")
    Alert.objects.filter(pk=past.pk).update(retracted_at=NOON)
    assert shown(client)["past"][0].figure == ("price", "120.00", "$/MWh")
