from datetime import timedelta
from decimal import Decimal

import pytest

from prices.market import Market
from prices.models import Feed, FeedEvent, Gap, Node, Price, PriceRevision
from prices.versions import Verdict
from tests.conftest import utc
from tests.published import NP15, SP15, published, span, store

pytestmark = pytest.mark.django_db
NOON = utc("2026-07-14 19:00")
SEEN = utc("2026-07-14 19:01")


def sp15() -> Node:
    return Node.objects.get(slug="sp15")


def test_a_new_price_is_stored_with_when_it_was_first_seen() -> None:
    assert store([published(NOON, "41.12345")], SEEN)[Verdict.NEW] == 1
    price = Price.objects.get()
    assert (price.lmp, price.revision, price.first_seen_at) == (Decimal("41.12345"), 1, SEEN)
    assert price.interval_end == NOON + timedelta(minutes=5)


def test_every_row_of_an_answer_is_stored_not_only_the_newest() -> None:
    store([published(NOON + timedelta(minutes=5 * n)) for n in range(12)], SEEN)
    assert Price.objects.count() == 12


def test_storing_the_same_interval_twice_keeps_one_price_and_announces_it_once() -> None:
    store([published(NOON)], SEEN)
    again = store([published(NOON)], SEEN + timedelta(minutes=1))
    assert (again[Verdict.UNCHANGED], again.publications) == (1, [])
    assert Price.objects.count() == FeedEvent.objects.count() == 1


def test_a_corrected_price_keeps_the_old_version_and_says_what_it_was() -> None:
    store([published(NOON, "40")], SEEN)
    later = SEEN + timedelta(days=2)
    assert store([published(NOON, "38.5")], later)[Verdict.CORRECTED] == 1
    price, old = Price.objects.get(), PriceRevision.objects.get()
    assert (price.lmp, price.revision, price.first_seen_at) == (Decimal("38.5"), 2, SEEN)
    assert (old.lmp, old.revision, old.seen_at, old.superseded_at) == (40, 1, SEEN, later)
    body = FeedEvent.objects.get(kind="correction").body
    assert (body["lmp"], body["old"]["lmp"], body["quality"]) == (38.5, 40.0, "corrected")


def test_an_older_observation_never_replaces_a_newer_one() -> None:
    store([published(NOON, "40")], SEEN)
    stale = store([published(NOON, "39")], SEEN - timedelta(minutes=1))
    assert (stale[Verdict.OUTDATED], Price.objects.get().lmp) == (1, 40)
    assert not PriceRevision.objects.exists()


def test_a_report_without_the_greenhouse_gas_component_changes_nothing() -> None:
    store([published(NOON)], SEEN)
    without = published(NOON)._replace(ghg=None)
    assert store([without], SEEN + timedelta(hours=1))[Verdict.UNCHANGED] == 1
    assert Price.objects.get().ghg == 0


def test_sequence_numbers_have_no_hole_and_each_node_has_its_own() -> None:
    both = [published(NOON, node=name) for name in (SP15, NP15)]
    first = store(both, SEEN).publications
    second = store([published(NOON + timedelta(minutes=5))], SEEN).publications
    assert [span(publication) for publication in first] == [(1, 1), (1, 1)]
    assert [span(publication) for publication in second] == [(2, 2)]
    assert Feed.objects.get(node=sp15()).head == 2
    assert list(FeedEvent.objects.filter(node=sp15()).values_list("seq", flat=True)) == [1, 2]


def test_a_real_time_event_carries_the_day_ahead_price_of_its_hour() -> None:
    hours = [(18, "99"), (19, "31"), (20, "77")]
    store([published(utc(f"2026-07-14 {h}:00"), p, Market.DAM) for h, p in hours], SEEN)
    store([published(utc("2026-07-14 19:55"), "40.5")], SEEN)
    body = FeedEvent.objects.latest("seq").body
    assert (body["da_price"], body["spread"]) == (31.0, 9.5)


def test_history_is_no_news_but_a_late_correction_is() -> None:
    now = SEEN + timedelta(days=14)
    assert store([published(NOON, "40")], now).publications == []
    told = store([published(NOON, "41")], now + timedelta(hours=1)).publications
    assert [FeedEvent.objects.get().kind, len(told)] == ["correction", 1]


def test_an_untracked_node_has_history_and_no_feed() -> None:
    Node.objects.create(slug="x", oasis_name="X_NODE", tracked=False)
    assert store([published(NOON, node="X_NODE")], SEEN).publications == []
    assert Price.objects.count() == 1


def test_an_unknown_node_is_named_and_nothing_of_the_answer_is_stored() -> None:
    with pytest.raises(Node.DoesNotExist, match="NO_SUCH_NODE"):
        store([published(NOON), published(NOON, node="NO_SUCH_NODE")], SEEN)
    assert not Price.objects.exists()


def test_a_price_that_comes_at_last_closes_its_gap_and_no_other() -> None:
    for start in (NOON, NOON + timedelta(minutes=5)):
        Gap.objects.create(
            node=sp15(), market="RTM", interval_start=start, since=SEEN, ask_after=SEEN
        )
    store([published(NOON - timedelta(minutes=5)), published(NOON)], SEEN)
    assert Gap.objects.get().interval_start == NOON + timedelta(minutes=5)
