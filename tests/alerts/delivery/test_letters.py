"""What a mail says to somebody who has to act on it, through a real mail server."""

from datetime import timedelta

import pytest
from pytest_django import Settings

from alerts.delivery.digest import write_gathered
from alerts.judging.evaluate import evaluate
from alerts.models import Alert, Delivery, Method, Rule
from market.markets import Market
from tests.alerts.delivery.desk import (
    FIVE,
    HOUR,
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
from tests.published import published, store

__all__ = ["inbox"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(settings: Settings) -> Method:
    """A desk at a place with an address, whose prices are CAISO's."""
    settings.SITE_URL, settings.PRICE_SOURCE = "https://prices.example.com", "oasis"
    Rule.objects.all().delete()
    return Method.objects.create(name="desk", address="desk@example.org")


def test_an_opening_says_what_is_known_and_where_to_act(desk: Method, inbox: Inbox) -> None:
    made = rule(desk, 100, "Discharge", clear_limit=95, severity="critical", for_minutes=5)
    day_ahead(20, "64.2")
    day_ahead(21, "65.2")
    quarters = [published(at(2 + 3 * n), f"{200 - n}", Market.RTPD) for n in range(2)]
    store([*quarters, published(at(1), "900", Market.RTM)], T)
    told(0, "1234.56")
    [letter] = inbox.letters
    assert letter["Subject"] == (
        "CRITICAL SP15 1,234.56 $/MWh, over 100 · 20:35–20:40 PT · Discharge"
    )
    assert plain(letter).splitlines() == [
        "Now: 1,234.56 $/MWh, Mon 30 Nov 20:35–20:40 PT",
        "Day-ahead: 64.20 $/MWh for the hour",
        "Spread: +1,170.36 $/MWh",
        "Next intervals: 20:40 PT 900.00",
        "Next quarter hours: 20:45 PT 200.00, 21:00 199.00",
        "Next hours, day-ahead: 21:00 PT 65.20",
        "Clears: at 95 or below",
        "Rule: Discharge, price over 100, for 5 min",
        "",
        "Chart: https://prices.example.com/?hub=SP15&date=2026-11-30&at=2026-12-01T04:35:00Z",
        f"Acknowledge: https://prices.example.com/alerts/#alert-{Alert.objects.get().pk}",
        f"Mute: https://prices.example.com/alerts/#rule-{made.pk}",
    ]


def test_what_is_not_known_is_not_said(desk: Method, inbox: Inbox, settings: Settings) -> None:
    settings.SITE_URL = ""
    rule(desk, 100)
    told(0, "120")
    [letter] = inbox.letters
    assert letter["Subject"] == "WARNING SP15 120.00 $/MWh, over 100 · 20:35–20:40 PT"
    assert plain(letter).splitlines() == [
        "Now: 120.00 $/MWh, Mon 30 Nov 20:35–20:40 PT",
        "Clears: at 100 or below",
        "Rule: price over 100",
    ]


def test_simulated_prices_are_called_so_first(
    desk: Method, inbox: Inbox, settings: Settings
) -> None:
    settings.PRICE_SOURCE = "simulator"
    rule(desk, 100, severity="info")
    told(0, "120")
    [letter] = inbox.letters
    assert letter["Subject"].startswith("SIMULATED INFO SP15 120.00 $/MWh")
    assert "Source: simulator: these are not CAISO's prices" in plain(letter).splitlines()


def test_an_all_clear_says_how_long_and_how_far_below_its_opening(
    desk: Method, inbox: Inbox
) -> None:
    rule(desk, 100, "Discharge", clear_limit=95, severity="critical")
    for number, price in enumerate(["120", "1234.56", "130", "64.1"]):
        told(number, price)
    opened, cleared = inbox.letters
    assert (
        cleared["Subject"]
        == "Cleared: SP15 64.10 $/MWh, back under 95 · 20:50–20:55 PT · Discharge"
    )
    assert plain(cleared).splitlines()[:2] == [
        "It lasted 15 min, 20:35–20:50 PT, with a peak of 1,234.56 $/MWh at 20:40 PT.",
        "Now: 64.10 $/MWh, Mon 30 Nov 20:50–20:55 PT",
    ]
    assert cleared["In-Reply-To"] == cleared["References"] == opened["Message-ID"]
    assert opened["In-Reply-To"] is None


def test_a_withdrawal_says_what_was_corrected_and_is_in_the_thread_too(
    desk: Method, inbox: Inbox
) -> None:
    rule(desk, 100, "Discharge")
    told(0, "1234.56")
    told(1, "60")
    told(0, "64.1", now=at(3))
    opened, _, withdrawn = inbox.letters
    assert withdrawn["Subject"] == (
        "Withdrawn: SP15 20:35 PT corrected 1,234.56 → 64.10 $/MWh · Discharge"
    )
    assert plain(withdrawn).splitlines()[:2] == [
        "This alert should not have opened.",
        "Price: 64.10 $/MWh, Mon 30 Nov 20:35–20:40 PT",
    ]
    assert withdrawn["In-Reply-To"] == opened["Message-ID"]


def test_an_all_clear_follows_the_digest_that_told_the_opening(desk: Method, inbox: Inbox) -> None:
    for number in range(11):
        rule(desk, 100 + number)
    judged(0, "150")
    deliver(T)
    assert inbox.letters == []
    write_gathered(now=T + timedelta(seconds=10))
    deliver(T + timedelta(seconds=10))
    told(1, "105.5")
    digest, cleared = inbox.letters
    assert digest["Subject"] == "WARNING SP15 150.00 $/MWh, over 110 · 20:35–20:40 PT, and 10 more"
    assert cleared["In-Reply-To"] == digest["Message-ID"]


def test_an_alert_that_is_over_before_it_could_be_told_is_one_message_that_says_so(
    desk: Method, inbox: Inbox
) -> None:
    rule(desk, 100, "Discharge")
    judged(0, "1234.56")
    judged(1, "130")
    judged(2, "60")
    deliver(at(2))
    [letter] = inbox.letters
    assert letter["Subject"] == (
        "Over already: SP15 over 100 · 20:35–20:45 PT, peak 1,234.56 $/MWh · Discharge"
    )
    assert plain(letter).splitlines()[0] == (
        "It lasted 10 min, 20:35–20:45 PT, with a peak of 1,234.56 $/MWh at 20:35 PT."
    )
    assert list(Delivery.objects.order_by("pk").values_list("kind", "state")) == [
        ("opened", "sent"),
        ("cleared", "in a digest"),
    ]


def test_an_alert_that_was_withdrawn_before_it_could_be_told_is_one_message(
    desk: Method, inbox: Inbox
) -> None:
    rule(desk, 100, "Discharge")
    judged(0, "1234.56")
    judged(0, "64.1", now=at(1))
    deliver(at(1))
    [letter] = inbox.letters
    assert letter["Subject"] == (
        "Withdrawn: SP15 20:35 PT corrected 1,234.56 → 64.10 $/MWh · Discharge"
    )
    assert plain(letter).startswith(
        "This alert opened, and was withdrawn before a message was sent."
    )


def test_an_unsent_opening_says_the_corrected_price(desk: Method, inbox: Inbox) -> None:
    rule(desk, 100, "Discharge")
    judged(0, "1234.56")
    judged(0, "150", now=at(1))
    deliver(at(1))
    assert subjects(inbox.letters) == [
        "WARNING SP15 150.00 $/MWh, over 100 · 20:35–20:40 PT (corrected from 1,234.56) · Discharge"
    ]


def test_a_message_that_comes_hours_late_says_the_day_and_the_price_now(
    desk: Method, inbox: Inbox
) -> None:
    rule(desk, 100)
    judged(0, "120")
    judged(60, "130")
    deliver(at(60))
    [letter] = inbox.letters
    assert letter["Subject"] == "WARNING SP15 120.00 $/MWh, over 100 · Mon 30 Nov 20:35–20:40 PT"
    assert plain(letter).splitlines()[:2] == [
        "Price: 120.00 $/MWh, Mon 30 Nov 20:35–20:40 PT",
        "Now: 130.00 $/MWh, Tue 1 Dec 01:35–01:40 PT",
    ]


def test_an_alert_over_midnight_names_both_days(desk: Method, inbox: Inbox) -> None:
    rule(desk, 100)
    told(39, "120")  # 23:50
    told(42, "50")
    assert plain(inbox.letters[1]).splitlines()[0] == (
        "It lasted 15 min, Mon 30 Nov 23:50 PT – Tue 1 Dec 00:05 PT, "
        "with a peak of 120.00 $/MWh at 23:50 PT."
    )


def test_an_alert_that_ends_with_its_rule_says_why(desk: Method, inbox: Inbox) -> None:
    made = rule(desk, 100, "Discharge")
    told(0, "120")
    Rule.objects.filter(pk=made.pk).update(active=False)
    evaluate(now=at(1))
    deliver(at(1))
    assert subjects(inbox.letters)[1] == "SP15 over 100, ended: rule switched off · Discharge"


def test_data_that_are_old_say_how_old_and_what_is_the_newest(desk: Method, inbox: Inbox) -> None:
    rule(desk, 15, "Data too old", watched="age")
    judged(0, "40")
    evaluate(now=T + timedelta(minutes=22))
    deliver(T + timedelta(minutes=22))
    [letter] = inbox.letters
    assert letter["Subject"] == (
        "WARNING SP15 data 22 min old, over 15 min · newest 20:35–20:40 PT · Data too old"
    )
    assert plain(letter).splitlines()[:3] == [
        "Newest interval: Mon 30 Nov 20:35–20:40 PT",
        "Clears: at 15 min or below",
        "Rule: Data too old, data age over 15 min",
    ]


def test_a_day_ahead_alert_names_its_day_and_the_hours_after_it(desk: Method, inbox: Inbox) -> None:
    rule(desk, 100, "Evening", market="DAM")
    store([published(T - FIVE * 7 + n * HOUR, f"{90 + 20 * n}", Market.DAM) for n in range(3)], T)
    evaluate(now=T)
    deliver(T)
    [letter] = inbox.letters
    assert letter["Subject"] == (
        "WARNING SP15 day-ahead 110.00 $/MWh, over 100 · Mon 30 Nov 21:00–22:00 PT · Evening"
    )
    assert plain(letter).splitlines()[1] == "Next hours, day-ahead: 22:00 PT 130.00"


def test_a_rules_name_cannot_break_a_subject_and_a_long_one_is_whole(
    desk: Method, inbox: Inbox
) -> None:
    name = "Discharge everything that is charged and tell the night shift of it by telephone"
    rule(desk, 100, name)
    told(0, "120")
    Alert.objects.update(facts=Alert.objects.get().facts | {"rule": "A\r\nBcc: all@example.com"})
    told(1, "50")
    assert subjects(inbox.letters) == [
        f"WARNING SP15 120.00 $/MWh, over 100 · 20:35–20:40 PT · {name}",
        "Cleared: SP15 50.00 $/MWh, back under 100 · 20:40–20:45 PT · A Bcc: all@example.com",
    ]
    assert inbox.letters[1]["Bcc"] is None
