"""Sending what is in the outbox: real rows, and a real receiver on loopback."""

import json
import threading
from collections.abc import Callable
from datetime import datetime, time, timedelta

import pytest
from celery.signals import worker_process_shutdown
from django.db import DataError

from alerts.delivery.deliver import (
    LEASE,
    MOST_OF_A_METHOD,
    after_failure,
    begin,
    by_method,
    claim,
    deliver_due,
    due,
    try_again,
    write_test,
)
from alerts.delivery.digest import write_digests
from alerts.judging.evaluate import evaluate
from alerts.models import Alert, Delivery, Method, Rule
from alerts.tasks import finish_sending
from tests.conftest import utc
from tests.outbound.receiver import Handler, Receiver, status
from tests.published import published, store

# Threads send; the rows are met by the main one alone.
pytestmark = pytest.mark.django_db
NOON = utc("2026-07-14 19:00")
FIVE = timedelta(minutes=5)
DAY = timedelta(days=1)
NAME = "Discharge opportunity"


@pytest.fixture
def hook(receiver: Receiver) -> Method:
    """A webhook on all of SP15's rules."""
    address = f"http://127.0.0.1:{receiver.port}/hook"
    hook = Method.objects.create(name="hook", kind="webhook", address=address, secret="s3cret")
    Rule.objects.update(judges_from=NOON - timedelta(hours=6))
    for rule in Rule.objects.all():
        rule.methods.add(hook)
    return hook


def come(*prices: str, start: datetime = NOON) -> None:
    """Publish and judge prices one by one."""
    for number, price in enumerate(prices):
        at = start + number * FIVE
        store([published(at, price)], at)
        evaluate(now=at)


def arrived(receiver: Receiver) -> list[tuple[str, str]]:
    """Kind and subject of the messages that arrived."""
    bodies = [json.loads(one.body) for one in receiver.received]
    return [(body["kind"], body["subject"]) for body in bodies]


def states() -> list[str]:
    return list(Delivery.objects.order_by("pk").values_list("state", flat=True))


def test_a_crossing_and_its_end_go_out_in_order_and_once(hook: Method, receiver: Receiver) -> None:
    come("120")
    assert deliver_due(now=NOON) == 1
    come("90", start=NOON + FIVE)
    assert deliver_due(now=NOON + FIVE) == 1
    assert arrived(receiver) == [
        ("opened", f"SIMULATED INFO SP15 120.00 $/MWh, over 100 · 12:00–12:05 PT · {NAME}"),
        (
            "cleared",
            f"SIMULATED Cleared: SP15 90.00 $/MWh, back under 95 · 12:05–12:10 PT · {NAME}",
        ),
    ]
    assert deliver_due(now=NOON + DAY) == 0
    assert states() == ["sent", "sent"]


def test_a_message_carries_the_figures_and_what_they_are_of(
    hook: Method, receiver: Receiver
) -> None:
    come("120.5")
    deliver_due(now=NOON)
    facts = json.loads(receiver.received[0].body)["facts"]
    assert {name: facts[name] for name in ("hub", "market", "price", "limit", "source")} == {
        "hub": "SP15",
        "market": "RTM",
        "price": 120.5,
        "limit": 100.0,
        "source": "simulator",
    }
    assert facts["interval_start"] == "2026-07-14T19:00:00Z"


@pytest.mark.database
def test_a_failed_message_is_tried_again_with_the_same_key_before_later_ones(
    hook: Method, receiver: Receiver
) -> None:
    receiver.answer = status(503)
    come("120")
    deliver_due(now=NOON)
    come("90", start=NOON + FIVE)
    assert [one.kind for one in due(NOON + FIVE)] == ["opened"]
    delivery = Delivery.objects.earliest("pk")
    assert (delivery.state, delivery.attempts) == ("waiting", 1)
    assert delivery.last_error.startswith("Unreachable: ")
    receiver.answer = status(200)
    Delivery.objects.update(due_at=NOON)
    deliver_due(now=NOON + 2 * FIVE)
    assert [kind for kind, _ in arrived(receiver)] == ["opened", "opened", "cleared"]
    assert len({one.headers["idempotency-key"] for one in receiver.received}) == 2


@pytest.mark.database
def test_after_a_day_a_delivery_is_given_up_visibly_and_can_be_taken_up(
    hook: Method, receiver: Receiver
) -> None:
    receiver.answer = status(503)
    come("120")
    Delivery.objects.update(created_at=NOON - 2 * DAY)
    deliver_due(now=NOON)
    delivery = Delivery.objects.get()
    assert delivery.state == "given up"
    assert delivery.given_up_at is not None
    receiver.answer = status(200)
    assert try_again(Delivery.objects.all(), now=NOON) == 1
    deliver_due(now=NOON)
    assert states() == ["sent"]


def test_a_refused_message_is_given_up_at_once(hook: Method, receiver: Receiver) -> None:
    receiver.answer = status(404)
    come("120")
    deliver_due(now=NOON)
    assert states() == ["given up"]


@pytest.mark.database
def test_messages_waiting_for_an_inactive_method_are_given_up_with_the_reason(
    hook: Method, receiver: Receiver
) -> None:
    come("120")
    Method.objects.update(active=False)
    deliver_due(now=NOON)
    assert receiver.received == []
    assert states() == ["given up"]
    assert Delivery.objects.get().last_error == "The delivery method is switched off."


@pytest.mark.database
def test_one_bad_method_does_not_hold_up_another(hook: Method, receiver: Receiver) -> None:
    bad = Method.objects.create(name="bad", kind="webhook", address="https://10.0.0.1/")
    Rule.objects.get(limit=100).methods.add(bad)
    come("120")
    deliver_due(now=NOON)
    assert sorted(states()) == ["given up", "sent"]
    assert Delivery.objects.get(method=bad).last_error.startswith("ForbiddenTarget: ")


@pytest.mark.database
def test_a_slow_receiver_holds_up_no_other_and_its_outcome_is_recorded_by_the_next_call(
    hook: Method, receiver: Receiver
) -> None:
    at_last = threading.Event()

    def answer(handler: Handler) -> None:
        at_last.wait(4)
        status(200)(handler)

    receiver.answer = answer
    come("120")
    assert deliver_due(now=NOON, patience=timedelta()) == 1
    come("90", start=NOON + FIVE)
    Rule.objects.create(node=Rule.objects.earliest("pk").node, limit=10, judges_from=NOON - DAY)
    Rule.objects.latest("pk").methods.add(hook)
    come("95", start=NOON + 2 * FIVE)
    assert deliver_due(now=NOON + 2 * FIVE, patience=timedelta()) == 0  # it is busy
    at_last.set()
    deliver_due(now=NOON + 2 * FIVE)
    deliver_due(now=NOON + 3 * FIVE)
    assert set(states()) == {"sent"}
    assert len({one.headers["idempotency-key"] for one in receiver.received}) == len(
        receiver.received
    )


@pytest.mark.database
def test_an_unreachable_receiver_is_tried_once_a_round_and_holds_up_no_other(
    hook: Method, receiver: Receiver
) -> None:
    receiver.answer = status(503)
    Rule.objects.filter(limit=100).update(clear_limit=None)
    for other in range(3):
        rule = Rule.objects.create(
            node=Rule.objects.earliest("pk").node, limit=50 + other, judges_from=NOON - DAY
        )
        rule.methods.add(hook)
    come("120")
    deliver_due(now=NOON)
    assert len(receiver.received) == 1
    # The others were not tried: they are claimed when it is their turn.
    assert set(Delivery.objects.values_list("state", "attempts")) == {
        ("waiting", 1),
        ("waiting", 0),
    }


def test_a_worker_that_is_replaced_records_what_it_is_sending(
    hook: Method, receiver: Receiver
) -> None:
    at_last = threading.Event()

    def answer(handler: Handler) -> None:
        at_last.wait(4)
        status(200)(handler)

    receiver.answer = answer
    write_test(hook, now=NOON)
    assert deliver_due(now=NOON, patience=timedelta()) == 1
    at_last.set()
    assert finish_sending in [receiver() for _, receiver in worker_process_shutdown.receivers]
    worker_process_shutdown.send(sender="worker", pid=1, exitcode=0)
    assert states() == ["sent"]
    assert deliver_due(now=NOON + LEASE) == 0
    assert len(receiver.received) == 1


@pytest.mark.database
def test_messages_behind_a_slow_one_stay_unclaimed(hook: Method, receiver: Receiver) -> None:
    at_last = threading.Event()

    def answer(handler: Handler) -> None:
        at_last.wait(4)
        status(200)(handler)

    receiver.answer = answer
    for _ in range(3):
        write_test(hook, now=NOON)
    assert deliver_due(now=NOON, patience=timedelta()) == 1
    assert [one.due_at - NOON for one in Delivery.objects.order_by("pk")[1:]] == [timedelta()] * 2
    half = NOON + timedelta(seconds=60)
    deliver_due(now=half, patience=timedelta())
    assert Delivery.objects.earliest("pk").due_at == half + LEASE  # ours for as long as it takes
    at_last.set()
    deliver_due(now=half)
    assert states() == ["sent"] * 3
    keys = [one.headers["idempotency-key"] for one in receiver.received]
    assert len(keys) == len(set(keys)) == 3


def test_a_process_that_lost_its_claim_does_not_send(hook: Method, receiver: Receiver) -> None:
    first, second = write_test(hook, now=NOON), write_test(hook, now=NOON)
    ours = by_method(due(NOON))
    assert claim(Delivery.objects.get(pk=first.pk), now=NOON)  # another process
    assert begin(ours, lambda: NOON) == 0
    assert ours == {}
    assert claim(Delivery.objects.get(pk=second.pk), now=NOON)


def test_a_message_that_cannot_be_composed_does_not_stop_the_others(
    hook: Method, receiver: Receiver
) -> None:
    come("120")
    Alert.objects.update(facts={})
    write_test(hook, now=NOON)
    write_test(Method.objects.create(name="b", kind="webhook", address=hook.address), now=NOON)
    deliver_due(now=NOON)
    assert states() == ["waiting", "sent", "sent"]
    assert Delivery.objects.earliest("pk").last_error == "KeyError: 'limit'"


def test_other_messages_to_an_unreachable_receiver_wait_for_its_next_try(
    hook: Method, receiver: Receiver
) -> None:
    receiver.answer = status(503)
    for _ in range(MOST_OF_A_METHOD + 3):
        write_test(hook, now=NOON)
    deliver_due(now=NOON)
    assert len(receiver.received) == 1
    assert due(NOON + timedelta(seconds=4)) == []
    assert len(due(NOON + FIVE)) == 1
    receiver.answer = status(200)
    deliver_due(now=NOON + FIVE)
    assert set(states()) == {"sent"}


@pytest.mark.database
def test_a_new_message_does_not_wait_as_long_as_an_old_one(
    hook: Method, receiver: Receiver
) -> None:
    receiver.answer = status(503)
    old = write_test(hook, now=NOON)
    Delivery.objects.filter(pk=old.pk).update(attempts=12, last_error="Unreachable: HTTP 503")
    new = write_test(hook, now=NOON)
    deliver_due(now=NOON)
    old.refresh_from_db()
    new.refresh_from_db()
    assert old.due_at - NOON > timedelta(minutes=10)
    assert timedelta(seconds=55) < new.due_at - NOON < timedelta(seconds=65)


def test_the_method_that_has_waited_longest_is_sent_to_first(hook: Method) -> None:
    other = Method.objects.create(name="other", kind="webhook", address=hook.address)
    write_test(hook, now=NOON)
    write_test(other, now=NOON - FIVE)
    write_test(hook, now=NOON - timedelta(minutes=1))
    assert [one.method for one in due(NOON)] == [other, hook, hook]


def test_a_mistake_of_ours_is_kept_and_tried_again(
    hook: Method, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("alerts.delivery.senders.webhook.webhook_body", broken)
    come("120")
    deliver_due(now=NOON)
    assert Delivery.objects.get().last_error == "KeyError: 'odd'"
    assert states() == ["waiting"]


def broken(message: object) -> Callable[[Handler], None]:
    raise KeyError("odd")


def test_an_error_is_kept_as_one_printable_line(hook: Method, receiver: Receiver) -> None:
    receiver.answer = status(503, b"busy\x00\x1b[31m\xc2\xa0now")
    come("120")
    deliver_due(now=NOON)
    kept = Delivery.objects.get().last_error
    assert kept.isprintable()
    assert kept.endswith(r"busy\x00\x1b[31m now")


def test_our_own_mistake_is_kept_as_one_printable_line() -> None:
    delivery = Delivery(attempts=1, created_at=NOON)
    found = after_failure(delivery, ValueError("odd\x00\ud800 one"), now=NOON)
    assert found["last_error"] == r"ValueError: odd\x00\ud800 one"


def test_an_outcome_that_cannot_be_recorded_loses_no_other(
    hook: Method, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    receiver.answer = lambda handler: status(503 if len(receiver.received) == 1 else 200)(handler)
    monkeypatch.setattr("alerts.delivery.deliver.after_failure", unkept)
    come("120")
    write_test(Method.objects.create(name="b", kind="webhook", address=hook.address), now=NOON)
    deliver_due(now=NOON)
    assert sorted(states()) == ["sent", "waiting"]


def unkept(*_: object, **__: object) -> None:
    raise DataError("a NUL byte")


def test_the_process_that_claims_a_delivery_first_sends_it(hook: Method) -> None:
    come("120")
    first, second = due(NOON), due(NOON)
    assert claim(first[0], now=NOON)
    assert not claim(second[0], now=NOON)
    assert due(NOON + timedelta(seconds=1)) == []
    assert len(due(NOON + LEASE)) == 1  # whoever took it died


def test_a_test_delivery_says_that_nothing_has_happened(hook: Method, receiver: Receiver) -> None:
    write_test(hook, now=NOON)
    deliver_due(now=NOON)
    assert arrived(receiver) == [("test", "Test from CAISO Live")]


@pytest.mark.database
def test_the_digest_at_seven_sends_once_what_quiet_hours_held(
    hook: Method, receiver: Receiver
) -> None:
    night = {"quiet_from": time(22), "quiet_until": time(7)}
    Rule.objects.update(**night)
    midnight = utc("2026-07-14 07:00")
    Rule.objects.update(judges_from=midnight - DAY)
    come("120", "90", start=midnight)
    assert deliver_due(now=midnight + FIVE) == 0
    assert write_digests(now=utc("2026-07-14 13:59")) == 0
    assert write_digests(now=utc("2026-07-14 14:00")) == 1
    assert write_digests(now=utc("2026-07-14 14:01")) == 0
    deliver_due(now=utc("2026-07-14 14:01"))
    assert arrived(receiver) == [("digest", "SIMULATED CAISO Live: 1 alert at SP15 in quiet hours")]
    text = json.loads(receiver.received[0].body)["text"]
    assert text.splitlines() == [
        f"Over: SP15 over 100 · 00:00–00:05 PT, peak 120.00 $/MWh · {NAME}",
    ]
    assert states() == ["in a digest", "in a digest", "sent"]
