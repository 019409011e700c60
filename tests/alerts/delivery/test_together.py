"""Rules that open together at one hub and interval are one message, which is never lost."""

from datetime import timedelta

import pytest
from django.db.models import F
from pytest_django import Settings

from alerts import method_kinds
from alerts.delivery.deliver import LEASE, begin_one, claim, due
from alerts.delivery.together import is_behind_another
from alerts.judging.evaluate import evaluate
from alerts.models import Delivery, Method, Rule
from market.markets import Market
from prices.models import Node
from tests.alerts.delivery.desk import (
    FIVE,
    T,
    at,
    day_ahead,
    deliver,
    judged,
    plain,
    rule,
    subjects,
    told,
)
from tests.alerts.delivery.inbox import Inbox, inbox
from tests.outbound.receiver import Receiver
from tests.published import NP15, published, store

__all__ = ["inbox"]
pytestmark = [pytest.mark.database, pytest.mark.django_db]


@pytest.fixture
def desk(settings: Settings) -> Method:
    """Three rules of one desk: two on the price, one of them changed, and one on the spread."""
    settings.SITE_URL, settings.PRICE_SOURCE = "https://prices.example.com", "oasis"
    Rule.objects.all().delete()
    desk = Method.objects.create(name="desk", address="desk@example.org")
    rule(desk, 100, "Discharge", clear_limit=95)
    changed = rule(desk, 500, "Scarcity", severity="critical")
    Rule.objects.filter(pk=changed.pk).update(version=F("version") + 1)
    rule(desk, 20, watched="spread", severity="info")
    day_ahead(20, "64.2")
    return desk


def states() -> list[tuple[str, str]]:
    return list(Delivery.objects.order_by("pk").values_list("kind", "state"))


def test_three_rules_that_open_together_are_one_message_that_names_the_gravest(
    desk: Method, inbox: Inbox
) -> None:
    told(0, "1234.56")
    [letter] = inbox.letters
    assert letter["Subject"] == (
        "CRITICAL SP15 1,234.56 $/MWh, over 500 · 20:35–20:40 PT · Scarcity, and 2 more"
    )
    assert plain(letter).splitlines()[:4] == [
        "CRITICAL SP15 1,234.56 $/MWh, over 500 · 20:35–20:40 PT · Scarcity",
        "WARNING SP15 1,234.56 $/MWh, over 100 · 20:35–20:40 PT · Discharge",
        "INFO SP15 spread +1,170.36 $/MWh, over 20 · 20:35–20:40 PT",
        "Now: 1,234.56 $/MWh, Mon 30 Nov 20:35–20:40 PT",
    ]
    assert plain(letter).splitlines()[6] == (
        "Clears: Scarcity at 500 or below; Discharge at 95 or below; spread at 20 or below"
    )
    assert [line.partition(":")[0] for line in plain(letter).splitlines()[-5:]] == [
        *("Chart", "Acknowledge", "Mute Scarcity", "Mute Discharge", "Mute spread over 20")
    ]
    assert sorted(state for _, state in states()) == ["in a digest", "in a digest", "sent"]


def test_their_all_clears_are_in_its_thread_together_or_one_by_one(
    desk: Method, inbox: Inbox
) -> None:
    told(0, "1234.56")
    told(1, "300")
    told(2, "60")
    opened, one, both = inbox.letters
    assert (
        one["Subject"] == "Cleared: SP15 300.00 $/MWh, back under 500 · 20:40–20:45 PT · Scarcity"
    )
    assert both["Subject"] == (
        "Cleared: SP15 60.00 $/MWh, back under 95 · 20:45–20:50 PT · Discharge, and 1 more"
    )
    assert plain(both).splitlines()[:2] == [
        "Cleared: SP15 60.00 $/MWh, back under 95 · 20:45–20:50 PT · Discharge"
        " · lasted 10 min, peak 1,234.56 $/MWh",
        "Cleared: SP15 spread −4.20 $/MWh, back under 20 · 20:45–20:50 PT"
        " · lasted 10 min, peak spread +1,170.36 $/MWh",
    ]
    assert {one["In-Reply-To"], both["In-Reply-To"]} == {opened["Message-ID"]}


def test_a_correction_withdraws_all_of_them_in_one_message(desk: Method, inbox: Inbox) -> None:
    told(0, "1234.56")
    told(0, "64.1", now=at(1))
    opened, withdrawn = inbox.letters
    assert withdrawn["Subject"] == (
        "Withdrawn: SP15 20:35 PT corrected 1,234.56 → 64.10 $/MWh · Scarcity, and 2 more"
    )
    assert withdrawn["References"] == opened["Message-ID"]


def test_a_webhook_gets_each_by_itself_as_programs_go_by_its_facts(
    desk: Method, receiver: Receiver
) -> None:
    address = f"http://127.0.0.1:{receiver.port}/hook"
    Method.objects.update(kind=method_kinds.WEBHOOK, address=address)
    told(0, "1234.56")
    told(1, "60")
    assert len(receiver.received) == 6
    assert {state for _, state in states()} == {"sent"}


def test_other_hubs_other_intervals_and_other_methods_have_their_own_messages(
    desk: Method, inbox: Inbox
) -> None:
    other = Method.objects.create(name="other", address="other@example.org")
    Rule.objects.get(name="Discharge").methods.add(other)
    rule(desk, 90, node=Node.objects.get(oasis_name=NP15))
    rule(desk, 1000, "Later")
    judged(0, "600")
    judged(1, "1100")
    store([published(T, "95", node=NP15)], T)
    evaluate(now=T)
    deliver(at(1))
    assert sorted(subjects(inbox.letters)) == [
        "CRITICAL SP15 600.00 $/MWh, over 500 · 20:35–20:40 PT · Scarcity, and 2 more",
        "WARNING NP15 95.00 $/MWh, over 90 · 20:35–20:40 PT",
        "WARNING SP15 1,100.00 $/MWh, over 1,000 · 20:40–20:45 PT · Later",
        "WARNING SP15 600.00 $/MWh, over 100 · 20:35–20:40 PT · Discharge",
    ]


def test_what_waits_behind_them_is_sent_by_the_same_call(desk: Method, inbox: Inbox) -> None:
    rule(desk, 1300, "Later")
    judged(0, "1234.56")
    judged(1, "1350")
    deliver(at(1))
    assert len(inbox.letters) == 2
    assert "Later" in inbox.letters[1]["Subject"]


def test_a_process_that_dies_after_its_claim_loses_none_of_them_and_sends_one_twice_at_most(
    desk: Method, inbox: Inbox
) -> None:
    judged(0, "1234.56")
    [first, *_] = due(T)
    assert claim(Delivery.objects.get(pk=first.pk), now=T)  # and dies: nothing else was claimed
    deliver(T)
    assert len(inbox.letters) == 1
    deliver(T + LEASE)
    assert len(inbox.letters) == 2
    assert sorted(state for _, state in states()) == ["in a digest", "sent", "sent"]


def test_a_message_that_was_sent_but_not_recorded_comes_again_with_the_same_key_and_content(
    desk: Method, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    judged(0, "1234.56")
    with monkeypatch.context() as dying:
        dying.setattr("alerts.delivery.deliver.record_outcome", lambda *_, **__: None)
        deliver(T)
    rule(desk, 200, "Too late for it")
    judged(0, "1234.57", now=T + timedelta(seconds=1))
    deliver(T + LEASE + FIVE)
    several = [letter for letter in inbox.letters if "and 2 more" in letter["Subject"]]
    assert len(several) == 2
    assert len({letter["Message-ID"] for letter in several}) == 1
    assert len(inbox.letters) == 3


def test_an_all_clear_does_not_overtake_the_message_that_its_opening_is_in(
    desk: Method, inbox: Inbox
) -> None:
    inbox.data_answer = "451 try later"
    told(0, "1234.56")
    judged(1, "60")
    waiting = Delivery.objects.filter(state=Delivery.WAITING)
    assert [one.kind for one in waiting.exclude(is_behind_another())] == ["opened"]
    inbox.data_answer = "250 OK"
    deliver(at(1))
    deliver(at(2))
    assert [subject.partition(" ")[0] for subject in subjects(inbox.letters)] == [
        "CRITICAL",
        "Over",
        "Cleared:",
    ]
    assert inbox.letters[0]["Message-ID"] == inbox.letters[1]["Message-ID"]


def test_an_all_clear_whose_opening_still_waits_is_not_taken_along(
    desk: Method, inbox: Inbox
) -> None:
    told(0, "1234.56")
    opening = Delivery.objects.get(kind="opened", transition__alert__rule__watched="spread")
    Delivery.objects.filter(pk=opening.pk).update(
        state=Delivery.WAITING, within=None, attempts=1, due_at=at(9)
    )
    told(1, "60")
    assert "and 1 more" in inbox.letters[1]["Subject"]
    waiting = Delivery.objects.filter(state=Delivery.WAITING).order_by("pk")
    assert [one.kind for one in waiting] == ["opened", "cleared"]


def test_the_hour_of_the_day_ahead_market_is_no_moment_of_the_five_minutes(
    desk: Method, inbox: Inbox
) -> None:
    rule(desk, 200, "Dear hour", market=Market.DAM)
    day_ahead(21, "300")
    evaluate(now=at(4))
    judged(5, "150", now=at(5))
    deliver(at(5))
    assert sorted(subjects(inbox.letters)) == [
        "WARNING SP15 150.00 $/MWh, over 100 · 21:00–21:05 PT · Discharge",
        "WARNING SP15 day-ahead 300.00 $/MWh, over 200 · Mon 30 Nov 21:00–22:00 PT · Dear hour",
    ]


def test_what_another_process_has_claimed_is_not_taken_along(desk: Method, inbox: Inbox) -> None:
    judged(0, "1234.56")
    leader, other, _ = due(T)
    assert claim(Delivery.objects.get(pk=other.pk), now=T)
    told_too = begin_one(leader, lambda: T)
    assert told_too is not None
    assert len(told_too) == 1
    assert other.pk not in told_too
    deliver(T + FIVE)
    assert sorted(state for _, state in states()) == ["in a digest", "sent", "sent"]
