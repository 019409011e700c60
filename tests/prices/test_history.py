from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from pytest_django import DjangoAssertNumQueries

from market.markets import Market
from oasis.published import PublishedPrice
from prices.models import Feed, FeedEvent, Gap, Node, Price, PriceRevision
from prices.versions import Verdict
from tests.conftest import utc
from tests.published import NP15, SP15, published, span, store

pytestmark = [pytest.mark.database, pytest.mark.django_db]
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
    assert (again[Verdict.UNCHANGED], again.feed_ranges) == (1, [])
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
    stale = store([published(NOON, "39")], SEEN - timedelta(minutes=1))  # now, by a slow worker
    assert (stale[Verdict.OUTDATED], Price.objects.get().lmp) == (1, 40)
    assert [(kept.lmp, kept.late) for kept in PriceRevision.objects.all()] == [(39, 1)]


def test_a_report_without_the_greenhouse_gas_component_changes_nothing() -> None:
    store([published(NOON)], SEEN)
    without = published(NOON)._replace(ghg=None)
    assert store([without], SEEN + timedelta(hours=1))[Verdict.UNCHANGED] == 1
    assert Price.objects.get().ghg == 0


def test_an_answer_without_greenhouse_gas_leaves_no_row_that_does_not_add_up() -> None:
    with_ghg = PublishedPrice(
        SP15, Market.RTM, NOON, *map(Decimal, ("41.5", "40", "0", "0", "1.5"))
    )
    store([with_ghg], SEEN)
    without = with_ghg._replace(lmp=Decimal(40), ghg=None)
    assert store([without], SEEN + timedelta(minutes=1))[Verdict.CORRECTED] == 1
    price = Price.objects.get()
    assert price.lmp == price.energy + price.congestion + price.loss + price.ghg == 40
    body = FeedEvent.objects.get(kind="correction").body
    assert (body["lmp"], body["ghg"], body["old"]["ghg"]) == (40.0, 0.0, 1.5)


def test_a_greenhouse_gas_component_of_nothing_where_there_was_none_corrects_nothing() -> None:
    store([published(NOON)._replace(ghg=None)], SEEN)
    again = store([published(NOON)], SEEN + timedelta(minutes=1))
    assert (again[Verdict.UNCHANGED], again.feed_ranges) == (1, [])


def test_a_price_whose_parts_miss_the_lmp_is_told_as_unverified_also_once_it_is_superseded() -> (
    None
):
    store([published(NOON, "40")._replace(lmp=Decimal("40.2"), verified=False)], SEEN)
    assert FeedEvent.objects.get().body["quality"] == "unverified"
    assert not Price.objects.get().verified
    store([published(NOON, "40")], SEEN + timedelta(hours=1))
    assert FeedEvent.objects.latest("seq").body["quality"] == "corrected"
    assert (Price.objects.get().verified, PriceRevision.objects.get().verified) == (True, False)


def test_an_observation_between_two_that_said_the_same_is_outdated() -> None:
    made = [("12:01", "40"), ("12:30", "40"), ("12:10", "50")]
    seen = [(utc(f"2026-07-15 {at}"), lmp) for at, lmp in made]
    counts = [store([published(NOON, lmp)], at, "file").counts for at, lmp in seen]
    assert counts == [{Verdict.NEW: 1}, {Verdict.UNCHANGED: 1}, {Verdict.OUTDATED: 1}]
    price = Price.objects.get()
    assert (price.lmp, price.seen_at, price.confirmed_at) == (40, seen[0][0], seen[1][0])
    assert store([published(NOON, "50")], utc("2026-07-15 12:31"))[Verdict.CORRECTED] == 1
    assert Price.objects.get().confirmed_at is None


def test_only_what_an_answer_says_again_is_confirmed() -> None:
    starts = [NOON + timedelta(minutes=5 * n) for n in range(5)]
    store([published(start) for start in starts], SEEN)
    store([published(starts[1], "77")], SEEN + timedelta(minutes=9))
    later = SEEN + timedelta(minutes=5)  # by a slower worker
    said = [published(starts[0]), published(starts[1]), published(starts[3])]
    assert store(said, later).counts == {Verdict.UNCHANGED: 2, Verdict.OUTDATED: 1}
    confirmed = Price.objects.filter(confirmed_at=later).values_list("interval_start", flat=True)
    assert set(confirmed) == {starts[0], starts[3]}
    assert not Price.objects.exclude(confirmed_at=later).exclude(confirmed_at=None).exists()


def test_what_is_said_again_takes_one_update_a_market_run(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    day = [published(NOON + timedelta(minutes=5 * n)) for n in range(288)]
    store(day, SEEN)
    # A savepoint's two, the node, what it has not announced, what is held.
    with django_assert_num_queries(6) as made:
        store(day, SEEN + timedelta(minutes=1))
    assert [query["sql"][:6] for query in made].count("UPDATE") == 1


def test_a_correction_after_the_clock_was_set_back_an_hour_is_stored() -> None:
    store([published(NOON, "40")], SEEN + timedelta(hours=1))
    assert store([published(NOON, "50")], SEEN)[Verdict.CORRECTED] == 1
    assert Price.objects.get().lmp == 50


def test_sequence_numbers_have_no_hole_and_each_node_has_its_own() -> None:
    both = [published(NOON, node=name) for name in (SP15, NP15)]
    first = store(both, SEEN).feed_ranges
    second = store([published(NOON + timedelta(minutes=5))], SEEN).feed_ranges
    assert [span(feed_range) for feed_range in first] == [(1, 1), (1, 1)]
    assert [span(feed_range) for feed_range in second] == [(2, 2)]
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
    assert store([published(NOON, "40")], now).feed_ranges == []
    ranges = store([published(NOON, "41")], now + timedelta(hours=1)).feed_ranges
    assert [FeedEvent.objects.get().kind, len(ranges)] == ["correction", 1]


def test_an_untracked_node_has_history_and_no_feed() -> None:
    Node.objects.create(slug="x", oasis_name="X_NODE", tracked=False)
    assert store([published(NOON, node="X_NODE")], SEEN).feed_ranges == []
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


def gap(slug: str, start: datetime) -> Gap:
    node = Node.objects.get(slug=slug)
    return Gap.objects.create(
        node=node, market="RTM", interval_start=start, since=SEEN, ask_after=SEEN
    )


def test_of_nodes_with_the_same_intervals_each_has_what_it_lacks() -> None:
    """A file of all nodes is stored for all at once: what one holds counts for none of the others.

    SP15's first price is corrected, NP15's third was seen before, NP15 and ZP26 lack the second.
    """
    zp26 = "TH_ZP26_GEN-APND"
    first, second, third = (NOON + timedelta(minutes=5 * number) for number in range(3))
    store([published(first, "40"), published(third, "30", node=NP15)], SEEN)
    gaps = {slug: gap(slug, second) for slug in ("sp15", "np15", "zp26")}
    prices = [published(start, "41") for start in (first, second, third)]
    prices += [
        published(start, "30", node=node) for node in (NP15, zp26) for start in (first, third)
    ]
    recorded = store(prices, later := SEEN + timedelta(hours=1))
    counts = {verdict.value: count for verdict, count in recorded.counts.items() if count}
    assert counts == {"new": 5, "corrected": 1, "unchanged": 1}
    assert set(Gap.objects.all()) == {gaps["np15"], gaps["zp26"]}
    held = Price.objects.order_by("node__slug", "interval_start")
    assert list(held.values_list("node__slug", "interval_start", "revision", "confirmed_at")) == [
        ("np15", first, 1, None),
        ("np15", third, 1, later),
        ("sp15", first, 2, None),
        ("sp15", second, 1, None),
        ("sp15", third, 1, None),
        ("zp26", first, 1, None),
        ("zp26", third, 1, None),
    ]
