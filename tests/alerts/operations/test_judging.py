"""When operational alerts open and clear, who is told, and that they do not flap."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client

from alerts import retention
from alerts.delivery.composing import message_of
from alerts.delivery.deliver import due
from alerts.delivery.message import (
    Message,
    ntfy_body,
    push_body,
    slack_body,
    teams_body,
    webhook_body,
)
from alerts.models import Delivery, Method, OperationalAlert
from alerts.operations.conditions import Condition
from alerts.operations.judging import judge
from alerts.rules.rule import Stance
from alerts.watching import Watch
from tests.alerts.delivery.desk import deliver, plain, subjects
from tests.alerts.delivery.inbox import Inbox, inbox
from tests.conftest import utc

__all__ = ["inbox"]
NOW = utc("2026-11-30 22:05")
TEN_S = timedelta(seconds=10)
pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture(autouse=True)
def desk() -> Method:
    Method.objects.create(name="prices", address="prices@example.org")
    Method.objects.create(name="off", address="off@example.org", operations=True, active=False)
    return Method.objects.create(name="ops", address="ops@example.org", operations=True)


def disk(stance: Stance, reason: str = "The disk has 900 MB left.") -> Condition:
    return Condition("disk", stance, reason, "alpha")


def looks(*stances: Stance, start: int = 0) -> None:
    """A look every ten seconds."""
    for number, stance in enumerate(stances, start=start):
        judge([disk(stance)], now=NOW + number * TEN_S)


def told() -> list[tuple[str, str]]:
    return list(Delivery.objects.order_by("pk").values_list("method__name", "kind"))


BEYOND, BETWEEN, BACK, UNKNOWN = Stance.BEYOND, Stance.BETWEEN, Stance.BACK, Stance.UNKNOWN


def test_it_opens_once_after_half_a_minute_and_clears_once_after_a_minute() -> None:
    looks(*[BEYOND] * 3)
    assert told() == []
    looks(*[BEYOND] * 7, start=3)
    assert told() == [("ops", "opened")]
    looks(*[BACK] * 6, start=10)
    assert told() == [("ops", "opened")]
    looks(*[BACK] * 3, start=16)
    assert told() == [("ops", "opened"), ("ops", "cleared")]
    [row] = OperationalAlert.objects.all()
    assert (row.since, row.opened_at, row.cleared_at) == (
        NOW,
        NOW + 3 * TEN_S,
        NOW + 16 * TEN_S,
    )


@pytest.mark.parametrize(
    "stances",
    [
        [BEYOND, BACK] * 10,
        [BEYOND, BEYOND, BETWEEN] * 7,
        [BETWEEN] * 20,
        [BACK] * 20,
        [UNKNOWN] * 20,
        [BEYOND, UNKNOWN, UNKNOWN, BACK] * 5,
    ],
)
def test_what_does_not_last_opens_nothing(stances: list[Stance]) -> None:
    looks(*stances)
    assert told() == []


@pytest.mark.parametrize(
    "stances", [[BACK, BEYOND] * 20, [BETWEEN] * 40, [UNKNOWN] * 40, [BACK, BACK, BEYOND] * 13]
)
def test_what_is_not_well_for_a_minute_clears_nothing(stances: list[Stance]) -> None:
    looks(*[BEYOND] * 4, *stances)
    assert told() == [("ops", "opened")]


def test_after_a_pause_in_which_nobody_looked_it_begins_anew() -> None:
    looks(BEYOND)
    judge([disk(BEYOND)], now=NOW + timedelta(hours=8))
    assert told() == []
    assert OperationalAlert.objects.get().since == NOW + timedelta(hours=8)


def test_several_that_look_at_once_tell_it_once() -> None:
    for number in range(20):
        stance = BEYOND if number < 8 else BACK
        for _ in range(3):
            judge([disk(stance)], now=NOW + number * TEN_S)
    assert told() == [("ops", "opened"), ("ops", "cleared")]


def test_two_who_read_the_same_row_before_either_wrote_tell_it_once() -> None:
    looks(*[BEYOND] * 3)
    from alerts.operations import judging

    rows = [OperationalAlert.objects.get(), OperationalAlert.objects.get()]
    for row in rows:
        judging.wrong(disk(BEYOND), row, now=NOW + 3 * TEN_S)
    assert told() == [("ops", "opened")]


def test_an_alert_of_a_machine_that_is_gone_ends() -> None:
    looks(*[BEYOND] * 4)
    judge([], now=NOW + timedelta(minutes=59))
    assert told() == [("ops", "opened")]
    judge([], now=NOW + timedelta(minutes=62))
    assert told() == [("ops", "opened"), ("ops", "cleared")]


def test_a_source_may_be_down_for_some_minutes() -> None:
    for number in range(30):
        judge([Condition("source", BEYOND, "CAISO is out of order.")], now=NOW + number * TEN_S)
    assert told() == []
    judge([Condition("source", BEYOND, "CAISO is out of order.")], now=NOW + 30 * TEN_S)
    assert told() == [("ops", "opened")]


def test_the_letter_says_what_is_wrong_since_when_and_what_to_do(inbox: Inbox) -> None:
    looks(*[BEYOND] * 4)
    deliver(NOW + 4 * TEN_S)
    looks(*[BACK] * 7, start=4)
    deliver(NOW + 12 * TEN_S)
    assert subjects(inbox.letters) == [
        "CRITICAL The disk is filling: alpha · CAISO Live",
        "Cleared: The disk has room again: alpha · CAISO Live",
    ]
    opened, cleared = map(plain, inbox.letters)
    assert opened.startswith("The disk has 900 MB left.\nSince: Mon 30 Nov, 14:05 PT\nWhat to do: ")
    assert cleared.startswith("It lasted from Mon 30 Nov, 14:05 PT, until Mon 30 Nov, 14:06 PT.")
    assert inbox.letters[1]["In-Reply-To"] == inbox.letters[0]["Message-ID"]


def test_an_all_clear_does_not_overtake_its_opening(inbox: Inbox) -> None:
    inbox.data_answer = "450 later"
    looks(*[BEYOND] * 4)
    deliver(NOW + 4 * TEN_S)
    looks(*[BACK] * 7, start=4)
    inbox.letters.clear()
    deliver(NOW + 11 * TEN_S)
    inbox.data_answer = "250 OK"
    deliver(NOW + timedelta(minutes=5))
    deliver(NOW + timedelta(minutes=5))
    assert [subject.split()[0] for subject in subjects(inbox.letters)][-2:] == [
        "CRITICAL",
        "Cleared:",
    ]


def test_an_all_clear_waits_while_its_opening_is_put_off() -> None:
    looks(*[BEYOND] * 4)
    Delivery.objects.update(attempts=3, due_at=NOW + timedelta(hours=1))
    looks(*[BACK] * 7, start=4)
    assert told() == [("ops", "opened"), ("ops", "cleared")]
    assert due(NOW + timedelta(minutes=5)) == []
    again = due(NOW + timedelta(hours=2))
    assert [one.kind for one in again] == ["opened"]
    Delivery.objects.filter(kind="opened").update(state=Delivery.SENT)
    assert [one.kind for one in due(NOW + timedelta(minutes=5))] == ["cleared"]


def test_who_watches_sends_what_no_worker_has_sent(
    inbox: Inbox, valkey: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch = Watch()
    looks(*[BEYOND] * 4)
    opened = NOW + 3 * TEN_S
    watch.send_overdue(now=opened + timedelta(seconds=4))
    assert inbox.letters == [], "a worker may be about to send it"
    watch.send_overdue(now=opened + timedelta(seconds=6))
    assert watch.lanes
    watch.lanes.ended(20)
    assert len(inbox.letters) == 1


@pytest.mark.parametrize("form", [webhook_body, slack_body, teams_body, ntfy_body, push_body])
def test_each_service_gets_it_in_its_form(form: Callable[[Message], object]) -> None:
    looks(*[BEYOND] * 4)
    message = message_of(Delivery.objects.get(), now=NOW)
    assert "The disk has 900 MB left." in str(form(message))
    assert (message.kind, message.severity) == ("opened", "critical")
    assert message.facts["operational"] == "disk"


def test_it_is_shown_in_the_admin_read_only(admin_client: Client) -> None:
    looks(*[BEYOND] * 3)
    page = admin_client.get("/admin/alerts/operationalalert/")
    assert b"The disk has 900 MB left." not in page.content, "it has not opened yet"
    looks(*[BEYOND] * 3, start=3)
    row = OperationalAlert.objects.get()
    page = admin_client.get("/admin/alerts/operationalalert/")
    assert b"The disk has 900 MB left." in page.content
    assert admin_client.get(f"/admin/alerts/operationalalert/{row.pk}/change/").status_code == 200
    assert admin_client.get("/admin/alerts/operationalalert/add/").status_code == 403
    assert b"disk: The disk has 900 MB left." in admin_client.get("/admin/alerts/delivery/").content


def test_the_switch_is_at_the_delivery_method(admin_client: Client, admin_user: User) -> None:
    method = Method.objects.get(name="prices")
    form = {"name": "prices", "kind": "email", "address": "prices@example.org", "active": "on"}
    address = f"/admin/alerts/method/{method.pk}/change/"
    admin_client.post(address, form | {"operations": "on"})
    method.refresh_from_db()
    assert method.operations
    looks(*[BEYOND] * 4)
    assert {name for name, _ in told()} == {"ops", "prices"}


def test_an_alert_is_open_on_the_status_page_and_then_over(client: Client, valkey: object) -> None:
    looks(*[BEYOND] * 4)
    assert b"The disk is filling" in client.get("/status/").content
    looks(*[BACK] * 7, start=4)
    assert OperationalAlert.objects.get().cleared_at


def test_what_is_long_over_is_deleted_and_what_is_open_is_kept(settings: object) -> None:
    looks(*[BEYOND] * 4, *[BACK] * 7)
    judge([Condition("beat", BEYOND, "x")], now=NOW)
    Delivery.objects.update(state=Delivery.SENT, sent_at=NOW)
    retention.prune(now=NOW + timedelta(days=729))
    assert OperationalAlert.objects.count() == 2
    retention.prune(now=NOW + timedelta(days=731))
    assert [one.kind for one in OperationalAlert.objects.all()] == ["beat"]
    assert not Delivery.objects.exists()
