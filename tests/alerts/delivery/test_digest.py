"""Digests: quiet hours are kept, and what comes all at once is one message that counts."""

from datetime import datetime, time, timedelta
from typing import Any

import pytest

from alerts.delivery import digest_content
from alerts.delivery.composing import message_of
from alerts.delivery.digest import with_alerts, write_digest, write_digests, write_gathered
from alerts.judging.evaluate import evaluate
from alerts.models import Alert, Delivery, Method, Rule
from prices.models import Node
from tests.conftest import utc
from tests.published import NP15, published, store

pytestmark = pytest.mark.django_db
NOON = utc("2026-07-14 19:00")
SEVEN = utc("2026-07-14 14:00")
NAME = "Discharge opportunity"
FIVE, HOUR, DAY = timedelta(minutes=5), timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def desk() -> Method:
    """The delivery method of the only rule, SP15 real-time above 100."""
    Rule.objects.exclude(limit=100).delete()
    Rule.objects.update(judges_from=NOON - 3 * DAY, clear_limit=None)
    desk = Method.objects.create(name="desk", address="desk@example.org")
    Rule.objects.get().methods.add(desk)
    return desk


def come(start: datetime, *prices: str, at: datetime | None = None) -> None:
    """Prices from `start`, each judged as it comes, or all at once."""
    prices_published = [published(start + n * FIVE, price) for n, price in enumerate(prices)]
    for lot in [prices_published] if at else [[one] for one in prices_published]:
        now = at or lot[0].interval_start
        store(lot, now)
        evaluate(now=now)


def digests() -> list[Any]:
    return [
        message_of(one, now=NOON) for one in Delivery.objects.filter(kind="digest").order_by("pk")
    ]


def states() -> list[str]:
    return list(Delivery.objects.order_by("pk").values_list("state", flat=True))


@pytest.mark.parametrize(
    ("quiet", "held_at", "written_at"),
    [
        # Until seven: with the digest at seven.
        ({"quiet_from": time(22), "quiet_until": time(7)}, "06:00", ["07:00"]),
        # Longer than the digest's hour: at their end, with what came meanwhile.
        ({"quiet_from": time(22), "quiet_until": time(9)}, "06:00", ["09:00"]),
        ({"quiet_from": time(22), "quiet_until": time(9)}, "08:00", ["09:00"]),
        # By another clock: 07:00 to 09:00 in New York.
        (
            {"quiet_from": time(1), "quiet_until": time(12), "quiet_zone": "America/New_York"},
            "06:00",
            ["09:00"],
        ),
        # Over noon: with the digest of the next day.
        ({"quiet_from": time(11), "quiet_until": time(13)}, "12:00", ["31:00"]),
        # They never end: the digest is all there is.
        ({"quiet_from": time(0), "quiet_until": time(0)}, "06:00", ["07:00"]),
    ],
)
def test_a_digest_keeps_its_rules_quiet_hours(
    desk: Method, quiet: dict[str, Any], held_at: str, written_at: list[str]
) -> None:
    Rule.objects.update(**quiet)
    midnight = utc("2026-07-14 07:00")
    hour = int(held_at[:2])
    come(midnight + hour * HOUR, "120", "90")
    assert states() == ["held", "held"]
    ticks = [midnight + half * HOUR / 2 for half in range(2 * hour + 1, 80)]
    found = [tick for tick in ticks if write_digests(now=tick)]
    assert [f"{int((tick - midnight) / HOUR):02}:00" for tick in found] == written_at
    [digest] = digests()
    assert (digest.messages, digest.subject) == (
        1,
        "SIMULATED CAISO Live: 1 alert at SP15 in quiet hours",
    )


def test_a_digest_leaves_out_a_rule_that_was_muted_meanwhile(desk: Method) -> None:
    Rule.objects.update(quiet_from=time(22), quiet_until=time(7))
    come(SEVEN - HOUR, "120")
    Rule.objects.update(muted_until=SEVEN + HOUR)
    assert write_digests(now=SEVEN) == 0
    assert write_digests(now=SEVEN + HOUR) == 1


def test_one_rules_quiet_hours_do_not_hold_back_another_rules_digest(desk: Method) -> None:
    Rule.objects.update(quiet_from=time(22), quiet_until=time(7))
    late = Rule.objects.get()
    late.pk, late.limit, late.quiet_until = None, 110, time(9)
    late.save()
    late.judges_from = NOON - 3 * DAY
    late.save()
    late.methods.add(desk)
    come(SEVEN - HOUR, "120", "90")
    assert write_digests(now=SEVEN) == 1
    assert write_digests(now=SEVEN + 2 * HOUR) == 1
    assert ["over 100" in one.text for one in digests()] == [True, False]
    assert ["over 110" in one.text for one in digests()] == [False, True]


def test_after_an_outage_alerts_that_are_over_are_one_digest(desk: Method) -> None:
    other = Method.objects.create(name="other", address="other@example.org")
    Rule.objects.get().methods.add(other)
    start = NOON - 6 * HOUR
    come(start, "30", *(["120", "90"] * 14), at=NOON)
    assert Alert.objects.count() == 14
    assert set(states()) == {"gathered"}
    assert write_gathered(now=NOON + timedelta(seconds=9)) == 0
    assert write_gathered(now=NOON + timedelta(seconds=10)) == 2
    assert write_gathered(now=NOON + timedelta(seconds=11)) == 0
    first, second = digests()
    assert first.text == second.text
    assert first.subject == "SIMULATED CAISO Live: 14 alerts at SP15, all over already"
    assert (first.messages, first.severity) == (14, "info")
    assert first.text.splitlines()[:2] == [
        f"Over: SP15 over 100 · 06:05–06:10 PT, peak 120.00 $/MWh · {NAME}",
        f"Over: SP15 over 100 · 06:15–06:20 PT, peak 120.00 $/MWh · {NAME}",
    ]


def test_an_alert_still_open_after_an_outage_has_its_own_message(desk: Method) -> None:
    come(NOON - HOUR, "30", "120", "90", "120", at=NOON)
    assert list(Delivery.objects.order_by("pk").values_list("kind", "state")) == [
        ("opened", "gathered"),
        ("cleared", "gathered"),
        ("opened", "waiting"),
    ]


def test_quiet_hours_hold_messages_of_alerts_that_are_over_too(desk: Method) -> None:
    Rule.objects.update(quiet_from=time(11), quiet_until=time(13))
    come(NOON - HOUR, "30", "120", "90", at=NOON)
    assert states() == ["held", "held"]


def many_rules(count: int, desk: Method) -> None:
    """Rules of one delivery method, one of them critical."""
    for number in range(count - 1):
        more = {"severity": "critical"} if number == 3 else {}
        rule = Rule(node=Rule.objects.first().node, limit=50 + number, judges_from=NOON, **more)
        rule.save()
        rule.methods.add(desk)


def test_a_storm_becomes_one_message_with_the_count_and_the_worst_severity(desk: Method) -> None:
    many_rules(30, desk)
    come(NOON, "120")
    assert states() == ["gathered"] * 30
    assert write_gathered(now=NOON + timedelta(seconds=10)) == 1
    [storm] = digests()
    assert storm.subject == (
        "SIMULATED CRITICAL SP15 120.00 $/MWh, over 53 · 12:00–12:05 PT, and 29 more"
    )
    assert (storm.messages, storm.severity) == (30, "critical")


def test_up_to_ten_messages_a_minute_go_out_one_by_one_and_the_rest_are_gathered(
    desk: Method,
) -> None:
    many_rules(10, desk)
    come(NOON, "120")
    assert states() == ["waiting"] * 10
    np15 = Rule(node=Node.objects.get(oasis_name=NP15), limit=50, judges_from=NOON)
    np15.save()
    np15.methods.add(desk)
    store([published(NOON, "120", node=NP15)], NOON + FIVE / 10)
    evaluate(now=NOON + FIVE / 10)
    assert states() == ["waiting"] * 10 + ["gathered"]
    # It stayed the only one: it goes out as it is.
    assert write_gathered(now=NOON + FIVE) == 1
    assert states() == ["waiting"] * 11


def test_an_all_clear_waits_for_the_digest_that_its_opening_is_in(desk: Method) -> None:
    many_rules(11, desk)
    come(NOON, "120")
    come(NOON + FIVE, "30")
    assert states() == ["gathered"] * 22
    assert write_gathered(now=NOON + FIVE) == 1
    [storm] = digests()
    assert (storm.messages, storm.subject) == (
        11,
        "SIMULATED CAISO Live: 11 alerts at SP15, all over already",
    )


def test_a_message_names_the_day_as_it_may_be_sent_on_another(desk: Method) -> None:
    come(utc("2026-07-15 06:45"), "120")
    [opened] = Delivery.objects.all()
    assert message_of(opened, now=utc("2026-07-15 06:46")).subject == (
        f"SIMULATED INFO SP15 120.00 $/MWh, over 100 · 23:45–23:50 PT · {NAME}"
    )
    next_day = utc("2026-07-15 07:05")
    assert message_of(opened, now=next_day).subject == (
        f"SIMULATED INFO SP15 120.00 $/MWh, over 100 · Tue 14 Jul 23:45–23:50 PT · {NAME}"
    )
    come(utc("2026-07-15 06:50"), "90")
    assert message_of(Delivery.objects.latest("pk"), now=next_day).subject == (
        f"SIMULATED Cleared: SP15 90.00 $/MWh, back under 100 · Tue 14 Jul 23:50–23:55 PT · {NAME}"
    )


@pytest.mark.parametrize("kept", [100, 101])
def test_a_digest_keeps_a_hundred_lines_and_counts_all(kept: int, desk: Method) -> None:
    come(NOON - 18 * HOUR, *(["120", "90"] * kept), at=NOON)
    write_gathered(now=NOON + FIVE)
    [digest] = digests()
    assert len(digest.text.splitlines()) == 100
    assert digest.messages == kept


def test_a_message_that_another_process_put_into_a_digest_is_not_sent_twice(desk: Method) -> None:
    come(NOON - HOUR, "30", "120", "90", at=NOON)
    group = list(with_alerts(Delivery.objects.all()))
    Delivery.objects.filter(kind="opened").update(state=Delivery.IN_DIGEST)
    assert write_digest(group, digest_content.gathered, now=NOON)
    [digest] = digests()
    assert (digest.messages, digest.text.partition(":")[0]) == (1, "Over")
    told = Delivery.objects.filter(within__kind="digest")
    assert [one.kind for one in told] == ["cleared"]
    assert not write_digest(group, digest_content.gathered, now=NOON)


def test_an_unknown_time_zone_stops_no_digest(desk: Method) -> None:
    Rule.objects.update(quiet_from=time(22), quiet_until=time(7))
    come(SEVEN - HOUR, "120")
    Rule.objects.update(quiet_zone="Gone/Nowhere")
    assert write_digests(now=SEVEN) == 1


def test_a_digest_is_as_severe_as_the_worst_of_its_alerts_open_or_over(desk: Method) -> None:
    many_rules(12, desk)  # the one at 53 is critical
    come(NOON, "120")
    assert write_gathered(now=NOON + FIVE) == 1
    Alert.objects.filter(severity="critical").update(
        cleared_at=NOON + FIVE, cleared_interval=NOON + FIVE
    )
    [digest] = digests()
    assert digest.severity == "critical"
    assert "WARNING SP15 120.00 $/MWh, over 60" in digest.subject


def test_a_digest_that_waits_says_what_was_corrected_meanwhile(desk: Method) -> None:
    come(NOON - HOUR, "30", "1234.56", "110", "90", at=NOON)
    assert write_gathered(now=NOON + FIVE) == 1
    [before] = digests()
    assert "peak 1,234.56 $/MWh" in before.text
    come(NOON - HOUR + FIVE, "150", at=NOON + FIVE)
    [digest] = digests()
    assert digest.text == f"Over: SP15 over 100 · 11:05–11:15 PT, peak 150.00 $/MWh · {NAME}"
    assert (digest.key, digest.at) == (before.key, before.at)
    come(NOON - HOUR + FIVE, "50", "60", at=NOON + 2 * FIVE)
    assert digests()[0].subject == (
        f"SIMULATED Withdrawn: SP15 11:05 PT corrected 150.00 → 50.00 $/MWh · {NAME}"
    )


def test_the_mornings_digest_says_the_corrected_peak_and_what_is_open_at_which_hub(
    desk: Method,
) -> None:
    north = Rule(node=Node.objects.get(oasis_name=NP15), limit=70, severity="critical")
    north.save()
    north.methods.add(desk)
    Rule.objects.update(quiet_from=time(22), quiet_until=time(7), judges_from=NOON - DAY)
    five_to_six = SEVEN - HOUR
    come(five_to_six, "1234.56", "130", "90")
    come(five_to_six, "140", at=SEVEN - FIVE)
    store([published(SEVEN - FIVE, "80", node=NP15)], SEVEN - FIVE)
    evaluate(now=SEVEN - FIVE)
    assert write_digests(now=SEVEN) == 1
    [digest] = digests()
    assert digest.subject == (
        "SIMULATED CAISO Live: 2 alerts at SP15 and NP15 in quiet hours, 1 still open"
    )
    assert digest.text.splitlines() == [
        f"Over: SP15 over 100 · 06:00–06:10 PT, peak 140.00 $/MWh · {NAME}",
        "CRITICAL still open: NP15 over 70 · since 06:55 PT, peak 80.00 $/MWh",
    ]
