"""The dashboard comes with the prices of the moment it was made at."""

import html
import json
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.html import escape

from alerts.attending import mute
from alerts.models import Rule
from battery.models import Backtest, Battery
from battery.news import backtest_moved, battery_changed
from dashboard import page_snapshot
from live import frames
from live.cursor import Cursor
from market.markets import Market
from oasis.published import PublishedPrice
from prices.models import Feed, FeedEvent, Node
from tests.battery.advised import advice, battery, told
from tests.conftest import utc
from tests.published import published, store

pytestmark = [pytest.mark.database, pytest.mark.django_db]
NOW = utc("2026-07-14 19:37:14")
START = utc("2026-07-14 19:35")
FIVE = timedelta(minutes=5)


@pytest.fixture(autouse=True)
def at_noon() -> Iterator[time_machine.Traveller]:
    page_snapshot.kept.clear()  # what a test stored is gone, its feed's position comes again
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def sp15() -> Node:
    """With two intervals and the hour beside them."""
    store([published(utc("2026-07-14 19:00"), "30", Market.DAM)], NOW)
    store([published(START - FIVE, "31"), published(START, "-23.4")], NOW)
    return Node.objects.get(slug="sp15")


def page_of(client: Client, query: str = "") -> str:
    return client.get(f"/{query}").content.decode()


def text(page: str, name: str) -> str:
    """What an element says."""
    found = re.search(rf'id="{name}"[^>]*>([^<]*)<', page)
    assert found, name
    return html.unescape(found[1])


def snapshot(page: str) -> Any:
    """What the scripts go on from."""
    return json.loads(text(page, "snapshot"))


def test_the_page_has_the_price_the_day_ahead_price_and_the_spread(
    client: Client, sp15: Node
) -> None:
    page = page_of(client)
    shown = [text(page, name) for name in ("rt-price", "da-price", "spread", "rt-change")]
    assert shown == ["−23.40", "30.00", "−53.40", "▼ −54.40 since 12:30"]
    assert text(page, "rt-meta") == "12:35–12:40 · HE13 · as published"
    assert "as of 12:37:14 PDT, Tue, Jul 14" in page


def test_the_page_comes_with_the_feeds_own_snapshot(client: Client, sp15: Node) -> None:
    feed = Feed.objects.get(node=sp15)
    sent = json.loads(frames.snapshot(sp15, Cursor(feed.epoch, feed.head), 24, now=NOW))
    page = snapshot(page_of(client))
    assert page == {name: sent[name] for name in page}
    assert sent.keys() - page.keys() == {"forecast"}


def test_a_correction_is_on_the_next_page(client: Client, sp15: Node) -> None:
    assert text(page_of(client), "rt-price") == "−23.40"
    store([published(START, "61.5")], NOW + timedelta(seconds=1))
    page = page_of(client)
    assert text(page, "rt-price") == "61.50"
    assert text(page, "rt-meta").endswith("corrected, revision 2")
    assert snapshot(page)["rt"][-1]["old"]["lmp"] == -23.4


NEXT = START + FIVE
QUARTER, QUARTERS = utc("2026-07-14 19:30"), timedelta(minutes=30)
MORNING = utc("2026-07-15 07:00")


@pytest.mark.parametrize(
    ("news", "is_extended"),
    [
        ([published(NEXT, "35")], True),
        ([published(NEXT, "35"), published(NEXT + FIVE, "36")], True),
        ([published(QUARTER, "33", Market.RTPD), published(NEXT, "35")], True),
        ([published(QUARTER - QUARTERS, "33", Market.RTPD)], False),
        ([published(START + n * FIVE, f"{n}") for n in range(1, 25)], True),
        ([published(START + n * FIVE, f"{n}") for n in range(1, 26)], False),
        ([published(START - 2 * FIVE, "29")], False),
        ([published(START, "61.5")], False),
        ([published(NEXT, "35"), published(START, "61.5")], False),
        ([published(MORNING, "28", Market.DAM)], False),
    ],
)
def test_new_prices_are_added_to_what_was_kept_and_all_else_makes_it_anew(
    news: list[PublishedPrice],
    is_extended: bool,
    client: Client,
    sp15: Node,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store([published(QUARTER - QUARTERS / 2, "32", Market.RTPD)], NOW)
    page_of(client)
    store(news, NOW + timedelta(seconds=1))
    made = spied(monkeypatch)
    page = page_of(client)
    assert len(made) == (0 if is_extended else 1)
    assert snapshot(page) == anew(sp15)
    kept = page_snapshot.kept.pop(sp15.pk)
    assert shown(page) == shown(page_of(client))
    assert page_snapshot.kept[sp15.pk].prices == kept.prices


def advised(
    of: Battery, start: datetime, power_mw: float = 0.0, reason: str = "So it is tested."
) -> None:
    """Advice, and its event."""
    told(advice(of, start, power_mw, reason=reason), now=NOW)


def test_advice_takes_the_place_of_what_that_battery_was_advised(
    client: Client, sp15: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    example, second, third = Battery.objects.get(), battery(name="2nd"), battery(name="3rd")
    advised(example, START)
    advised(third, START)
    page_of(client)
    store([published(NEXT, "35")], NOW + timedelta(seconds=1))
    advised(third, NEXT, 1.0)
    advised(second, NEXT, -1.0, reason="</script>&")
    made = spied(monkeypatch)
    page = page_of(client)
    assert snapshot(page)["advice"] == anew(sp15)["advice"]
    assert snapshot(page) == anew(sp15)
    found = [(one["battery_id"], one["action"]) for one in snapshot(page)["advice"]]
    assert found == [(example.pk, "hold"), (second.pk, "charge"), (third.pk, "discharge")]
    assert not made


def test_the_steps_of_a_back_test_leave_it_as_it_is_and_a_changed_battery_makes_it_anew(
    client: Client, sp15: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = Battery.objects.get()
    advised(one, START)
    page_of(client)
    backtest = Backtest.objects.create(battery=one, start=NOW, end=NOW, market="RTM", policies=[])
    backtest_moved(backtest, now=NOW)
    made = spied(monkeypatch)
    assert snapshot(page_of(client)) == anew(sp15)
    assert not made
    Battery.objects.update(active=False)
    battery_changed(sp15, one, "switched off", "ada", now=NOW)
    assert snapshot(page_of(client))["advice"] == []
    assert len(made) == 1


def test_a_muted_rule_makes_it_anew(
    client: Client, sp15: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule = Rule.objects.create(name="Low", node=sp15, market="RTM", direction="below", limit=0)
    page_of(client)
    store([published(NEXT, "35")], NOW + timedelta(seconds=1))
    mute(rule.pk, NOW + timedelta(hours=1), User(username="ada"), now=NOW)
    made = spied(monkeypatch)
    assert snapshot(page_of(client))["muted"]
    assert len(made) == 1


def test_old_prices_of_a_hub_that_had_none_are_not_shown_as_its_newest(
    client: Client, at_noon: time_machine.Traveller
) -> None:
    store([published(utc("2026-07-14 19:00"), "30", Market.DAM)], NOW)
    page_of(client)
    store([published(START - timedelta(days=3), "999")], NOW)
    page = page_of(client)
    assert text(page, "rt-price") == "—"
    assert snapshot(page)["rt"] == []


def test_a_price_that_is_there_already_is_not_added_twice(client: Client, sp15: Node) -> None:
    """The snapshot may be newer than its place in the feed: that was read before."""
    page_of(client)
    held = page_snapshot.kept[sp15.pk]
    page_snapshot.kept[sp15.pk] = held._replace(seq=held.seq - 1)
    assert snapshot(page_of(client)) == anew(sp15)


def test_what_was_extended_is_made_anew_within_a_minute(
    client: Client,
    sp15: Node,
    at_noon: time_machine.Traveller,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    page_of(client)
    made = spied(monkeypatch)
    for seconds, start, total in ((40, NEXT, 0), (20, NEXT + FIVE, 1)):
        at_noon.shift(seconds)
        store([published(start, "35")], NOW)
        page_of(client)
        assert len(made) == total


def test_a_feed_that_began_anew_is_followed_anew(
    client: Client, sp15: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    page_of(client)
    store([published(NEXT, "35")], NOW + timedelta(seconds=1))
    Feed.objects.filter(node=sp15).update(epoch="another")
    made = spied(monkeypatch)
    assert snapshot(page_of(client)) == anew(sp15)
    assert len(made) == 1


def test_with_a_hole_in_the_feed_it_is_made_anew(client: Client, sp15: Node) -> None:
    page_of(client)
    store([published(NEXT, "35"), published(NEXT + FIVE, "36")], NOW + timedelta(seconds=1))
    FeedEvent.objects.filter(node=sp15, seq=page_snapshot.kept[sp15.pk].seq + 1).delete()
    assert snapshot(page_of(client)) == anew(sp15)


def spied(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """One more for each snapshot that is made anew."""
    made: list[int] = []
    usual = page_snapshot.made_anew
    monkeypatch.setattr(
        page_snapshot, "made_anew", lambda *args, **how: made.append(1) or usual(*args, **how)
    )
    return made


def shown(page: str) -> str:
    """The page but for its snapshot: PostgreSQL keeps the fields of an event in its own order."""
    return page.replace(text(page, "snapshot"), "")


def anew(node: Node) -> Any:
    """What a page would come with that nothing was kept for."""
    feed = Feed.objects.get(node=node)
    sent = json.loads(frames.snapshot(node, Cursor(feed.epoch, feed.head), 24, now=NOW))
    return {name: sent[name] for name in sent if name != "forecast"}


def test_as_long_as_nothing_is_published_a_page_costs_three_queries_more(
    client: Client, sp15: Node
) -> None:
    page_of(client)
    asked = queries(client)
    Node.objects.update(tracked=False)
    assert len(asked) - len(queries(client)) == 3
    assert sum("LIMIT 1" in query for query in asked if '"prices_price"' in query) == 3


def queries(client: Client) -> list[str]:
    with CaptureQueriesContext(connection) as asked:
        page_of(client)
    return [query["sql"] for query in asked]


def test_what_was_published_without_an_event_is_seen_within_a_minute(
    client: Client, sp15: Node, at_noon: time_machine.Traveller
) -> None:
    page_of(client)
    first = page_snapshot.kept[sp15.pk]
    at_noon.shift(59)
    page_of(client)
    assert page_snapshot.kept[sp15.pk] is first
    at_noon.shift(1)
    page_of(client)
    assert page_snapshot.kept[sp15.pk] is not first


def test_a_clock_that_was_set_back_keeps_nothing(
    client: Client, sp15: Node, at_noon: time_machine.Traveller
) -> None:
    page_of(client)
    first = page_snapshot.kept[sp15.pk]
    at_noon.shift(-1)
    page_of(client)
    assert page_snapshot.kept[sp15.pk] is not first


def test_only_the_newest_hubs_are_kept(
    client: Client, sp15: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_snapshot, "MOST_KEPT", 1)
    store([published(START, "50", node="TH_NP15_GEN-APND")], NOW)
    page_of(client)
    page_of(client, "?hub=NP15")
    assert list(page_snapshot.kept) == [Node.objects.get(slug="np15").pk]


def test_no_browser_may_keep_the_page(client: Client, sp15: Node) -> None:
    """One that was kept would show its prices as those of now, until its scripts run."""
    assert "no-store" in client.get("/").headers["Cache-Control"]


def test_a_hub_without_a_feed_has_no_prices_and_gets_no_feed(client: Client) -> None:
    Feed.objects.all().delete()
    page = page_of(client)
    assert text(page, "rt-price") == "—"
    assert text(page, "snapshot") == "null"
    assert not Feed.objects.exists()


def test_nothing_in_the_snapshot_ends_its_element() -> None:
    hostile = frames.text({"text": "</script><!--&"})
    written = page_snapshot.escaped(hostile)
    assert not set("<>&") & set(written)
    assert json.loads(written) == json.loads(hostile)


@pytest.mark.parametrize("asked", ["XX", "sp16", "<b>", "x" * 300])
def test_a_hub_that_is_not_there_is_said_to_be_not_there(asked: str, client: Client) -> None:
    answer = client.get("/", {"hub": asked})
    page = answer.content.decode()
    assert answer.status_code == 404
    assert f"There is no hub {escape(asked[:60])} here" in page
    assert '<a href="/?hub=NP15">NP15</a>' in page


def test_a_hub_is_found_in_small_letters_too(client: Client) -> None:
    assert client.get("/?hub=np15").context["hub"] == "NP15"


def test_the_page_says_what_the_battery_should_do(client: Client, sp15: Node) -> None:
    example = Battery.objects.get()
    assert text(page_of(client), "advice-reason") == "No advice yet: it comes with the next price."
    for start, action, power, tag in (
        (START, "charge", -1.0, "▲ charge 1.0 MW"),
        (NEXT, "discharge", 1.0, "▼ discharge 1.0 MW"),
    ):
        told(advice(example, start, power, reason=f"To {action} <now>."), now=NOW)
        page = page_of(client)
        assert text(page, "advice-tag") == tag
        assert text(page, "advice-reason") == f"To {action} <now>."
        assert snapshot(page)["advice"][0]["action"] == action


def test_each_hub_has_its_own_batteries_and_the_address_chooses(client: Client, sp15: Node) -> None:
    first = Battery.objects.get()
    second = Battery.objects.create(
        name="Second", node=sp15, power_in_mw=1, power_out_mw=1, energy_mwh=2
    )
    Battery.objects.create(
        name="Idle", node=sp15, power_in_mw=1, power_out_mw=1, energy_mwh=2, active=False
    )
    page = page_of(client, f"?battery={second.pk}")
    assert f'<option value="{second.pk}" selected>Second</option>' in page
    assert f'href="/battery/?battery={second.pk}"' in page
    assert "Idle" not in page
    for nonsense in ("0", "x", "9" * 40, "-1"):
        assert f'href="/battery/?battery={first.pk}"' in page_of(client, f"?battery={nonsense}")
    north = page_of(client, "?hub=NP15")
    assert text(north, "advice-reason") == "No battery at NP15."
    assert text(north, "advice-link") == "Add a battery"
