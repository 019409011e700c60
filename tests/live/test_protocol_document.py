"""docs/protocol.md against frames and answers of the real applications, both ways."""

import json
import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User
from django.db import OperationalError
from django.test import Client, override_settings
from django.utils import timezone

from alerts import attending
from alerts.judging.evaluate import evaluate
from alerts.judging.rule_changes import save_changes
from alerts.models import Alert, Rule
from battery.models import Backtest, Battery
from battery.news import backtest_moved, battery_changed, day_settled
from live import heads, websocket
from live.connection_limits import ConnectionLimits
from live.fanout import fanout
from market.intervals import day_intervals, floor, operating_date
from market.markets import Market
from market.peak_hours import on_peak
from prices import source_state
from prices.feed import FeedRange
from prices.models import Feed, FeedEvent, FetchRun, Node
from tests.battery.advised import advice, told
from tests.live.browsers import FIVE, Browser, announce_all, browser
from tests.live.documented import Comparison, close_codes, error_codes, example, shapes
from tests.live.streaming import stream
from tests.published import NP15, SP15, bare, published, store

HOUR = timedelta(hours=1)
CURSOR = "[0-9a-z-]{1,40}:[0-9]+"
IDS = re.compile(f"({CURSOR})?(,({CURSOR})?)*")


def seed(now: datetime) -> None:
    """Alerts that are old and young, and prices of every quality, corrected ones among them."""
    start = floor(now, Market.RTM)
    Rule.objects.create(node=Node.objects.get(slug="np15"), limit=100)
    Rule.objects.update(judges_from=now - 200 * HOUR)
    opens(start - 30 * HOUR, [published(start - 30 * HOUR, "150")])
    opens(start - 2 * HOUR, [published(start - 2 * HOUR, "150", node=NP15)])
    hours = [floor(now, Market.DAM) + n * HOUR for n in range(-1, 4)]
    store([published(hour, "30", Market.DAM) for hour in hours], now)
    whole = [published(start - n * FIVE, f"{140 + n}") for n in range(6)]
    whole[2] = whole[2]._replace(verified=False)
    no_ghg = published(start - 5 * HOUR, "140")._replace(ghg=None)
    store([*whole, no_ghg], now - 3 * FIVE)
    store([published(start - 3 * FIVE, "160"), no_ghg._replace(lmp=no_ghg.lmp + 1)], now - FIVE)
    store([bare(start - 6 * HOUR, "140"), bare(start - 7 * HOUR, "140")], now - 3 * FIVE)
    store([bare(start - 6 * HOUR, "141")], now - FIVE)
    evaluate(now=now)
    for event in FeedEvent.objects.filter(kind="alert").filter(node__slug="np15"):
        del event.body["name"]  # as it was stored before alerts had one
        event.save()


def days_to_compare() -> None:
    """Today and yesterday whole, a price on-peak and one off-peak, and those of this moment."""
    now = timezone.now()
    days = [operating_date(now) - timedelta(days=nth) for nth in range(15)]
    peaks = [start for start, _ in filter(None, map(on_peak, days[3:]))]
    store([published(peaks[0]), published(peaks[1] - HOUR)], now)
    for day in days[:2]:
        hours = [published(hour, "30", Market.DAM) for hour in day_intervals(day, Market.DAM)]
        store(hours + [published(start) for start in day_intervals(day, Market.RTM)], now)
    quarter = floor(now, Market.RTPD)
    store([published(quarter, "41", Market.RTPD, node) for node in (SP15, NP15)], now)
    store([published(floor(now, Market.DAM), "31", Market.DAM, NP15)], now)
    store([published(floor(now, Market.RTM), "31", node=NP15)], now)


def measures_to_compare() -> None:
    """Twenty days day-ahead, and yesterday by fifteen minutes."""
    now = timezone.now()
    days = [operating_date(now) - timedelta(days=nth) for nth in range(1, 21)]
    hours = [start for day in days for start in day_intervals(day, Market.DAM)]
    quarters = day_intervals(days[0], Market.RTPD)
    store([published(start, "30", Market.DAM) for start in hours], now)
    store([published(start, "31", Market.RTPD) for start in quarters], now)


def opens(at: datetime, prices: Any) -> None:
    """Prices that a rule judges as they come."""
    store(prices, at)
    evaluate(now=at)


@sync_to_async
def news() -> list[FeedRange]:
    """A price that ends an alert, one of each other market, and a correction."""
    now = timezone.now()
    start = floor(now, Market.RTM)
    new = [
        published(start + FIVE, "50"),
        published(floor(now, Market.RTPD), "50", Market.RTPD),
        published(floor(now, Market.DAM) + 5 * HOUR, "30", Market.DAM),
    ]
    changed = [published(start - 4 * FIVE, "170"), published(start - 7 * HOUR, "140")]
    ranges = store([*new, *changed, bare(start - 6 * HOUR, "142")], now).feed_ranges
    ranges += evaluate(now=now)
    people_act(now)
    batteries_act(now)
    sp15 = Feed.objects.select_related("node").get(node__slug="sp15")
    return [*ranges, FeedRange("sp15", sp15.epoch, ranges[-1].seq, sp15.head)]


def people_act(now: datetime) -> None:
    """Somebody acknowledges an alert, mutes a rule, and has another one watch for more."""
    anna = User.objects.create(username="anna")
    alert = Alert.objects.filter(rule__node__slug="sp15").latest("pk")
    attending.acknowledge(alert.pk, anna, now=now)
    for rule in Rule.objects.filter(node__slug="sp15", watched="lmp"):
        attending.mute(rule.pk, None, anna, now=now)
        attending.mute(rule.pk, now + HOUR, anna, now=now)
        rule.limit += 1
        save_changes(rule, ["limit"], now=now, by="anna")


def batteries_act(now: datetime) -> None:
    """A battery is advised twice, knowing all and nothing; it is changed, and tested."""
    one, start = Battery.objects.get(), floor(now, Market.RTM)
    nothing = ("soc_mwh", "soc_known_at", "expected_usd_mwh", "stored_usd_mwh")
    told(advice(one, start + 2 * FIVE, **dict.fromkeys(nothing)), now=now)
    told(advice(one, start + FIVE, -1.0), now=now)
    battery_changed(one.node, one, "Battery “Example” was switched off", "anna", now=now)
    days = {"start": now, "end": now, "market": "RTM", "policies": []}
    backtest_moved(Backtest.objects.create(battery=one, **days), now=now)
    day_settled(one.node, one.pk, now.date(), "A day was settled.", now=now)


def said_by_get(address: str, status: int = 200) -> Any:
    """What a GET is answered."""
    response = Client().get(address)
    assert response.status_code == status
    return response.json()


async def socket_frames() -> list[dict[str, Any]]:
    """Every kind of frame that a WebSocket brings but its bye, after frames of the document."""
    client = browser("SP15,NP15,ZP26")
    assert (await client.connect())[0]
    frames = await whole(client, 3)
    ranges = await news()
    await announce_all(ranges)
    frames += await client.events_through(ranges[-1].seq)  # before a snapshot stands for them
    await sync_to_async(answered_once)()
    for frame in (example("ping"), {"type": "ping", "id": "b"}, example("resume"), {}):
        await client.send_to(text_data=json.dumps(frame))
    for kind in ("pong", "pong", "snapshot", "error", "heartbeat", "heartbeat"):
        frames += await client.until(kind)
    await client.disconnect()
    return frames


async def whole(client: Browser, hubs: int) -> list[dict[str, Any]]:
    """Every frame up to the heartbeat that names so many hubs."""
    frames = await client.until("heartbeat")
    while len(frames[-1]["feeds"]) < hubs:
        frames += await client.until("heartbeat")
    return frames


def answered_once() -> None:
    """The source has answered."""
    now = timezone.now()
    FetchRun.objects.create(
        report="PRC_INTVL_LMP",
        purpose=FetchRun.POLL,
        window_start=now,
        window_end=now,
        started_at=now,
        duration_ms=1,
        outcome=FetchRun.OK,
    )


async def stream_frames() -> list[dict[str, Any]]:
    """What a stream brings, up to its bye; each event is named and numbered as documented."""
    reader = stream("hubs=SP15,NP15")
    await reader.response()
    events = await reader.until_whole(2)
    fanout().readers.closing = True
    [client] = fanout().readers.everyone
    await fanout().readers.say_bye(client.wire)
    events += await reader.until("bye")
    await reader.leave()
    assert [event.kind for event in events] == [event.body["type"] for event in events]
    assert all(event.id and IDS.fullmatch(event.id) for event in events[1:])
    assert (events[0].id, events[-1].retry) == ("", str(events[-1].body["retry_ms"]))
    return [event.body for event in events]


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@pytest.mark.usefixtures("quick_fanout")
async def test_what_is_documented_is_what_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source_state, "WATCHED_SINCE", timezone.now() - HOUR)
    get = sync_to_async(said_by_get)
    compared = Comparison()
    await Node.objects.acreate(slug="unfollowed", oasis_name="UNFOLLOWED_1_N001", tracked=False)
    compared.add("current", await get("/api/current?hub=unfollowed"))
    compared.add("days", await get("/api/v1/days?hub=unfollowed"))
    compared.add("measures", await get("/api/v1/measures?hub=unfollowed"))
    compared.add("hubs", await get("/api/v1/hubs"))
    compared.add("source", await get("/api/v1/source"))
    await sync_to_async(seed)(timezone.now())
    for frame in [*await socket_frames(), *await stream_frames()]:
        compared.add(frame["type"], frame)
    for frame in (example("ping"), {"type": "ping", "id": "b"}, example("resume")):
        compared.add(frame["type"], frame)
    compared.add("current", await get("/api/current?hub=SP15"))
    compared.add("source", await get("/api/v1/source"))
    await sync_to_async(days_to_compare)()
    compared.add("days", await get("/api/v1/days?hub=SP15"))
    await sync_to_async(measures_to_compare)()
    compared.add("measures", await get("/api/v1/measures?hub=SP15"))
    compared.add("hubs", await get("/api/v1/hubs"))
    for market in Market:
        compared.add("history", await get(f"/api/history/24?hub=SP15&market={market}"))
        dates = "start=2026-07-14&end=2026-07-15"
        compared.add("history", await get(f"/api/v1/prices?{dates}&market={market}"))
    compared.add("problem document", await get("/api/current?hub=XY", 404))
    assert compared.faults == []
    unseen = list(compared.unseen())
    assert unseen == []


@pytest.mark.parametrize("name", shapes())
def test_an_example_has_the_fields_that_are_documented(name: str) -> None:
    compared = Comparison()
    compared.add(name, example(name))
    assert compared.faults == []


BAD_ADDRESSES = [
    "XY",
    "SP15&hours=200",
    "SP15&latest=2",
    "SP15&after=x",
    ",".join(map(str, range(51))),
    "x" * 8001,
]
BAD_FRAMES = [
    "{",
    "[]",
    "{}",
    '{"type":"ping"}',
    '{"type":"resume"}',
    json.dumps({"type": "resume", "feeds": {"NP15": {"epoch": "a", "seq": 1}}}),
    "x" * 5000,
    *['{"type":"ping","id":1}'] * 20,
]


async def refused(hubs: str = "SP15", **headers: str) -> tuple[str, str]:
    """The code of a refusal's error, and what became of the connection."""
    client = browser(hubs, **headers)
    await client.connect()
    code = (await client.frame("error"))["code"]
    return code, f"closed, {(await client.receive_output())['code']}"


async def said_on_a_socket_that_stays() -> set[str]:
    """The codes of errors that cost no socket."""
    client = browser()
    await client.greeted()
    for frame in BAD_FRAMES:
        await client.send_to(text_data=frame)
    await Node.objects.filter(slug="sp15").aupdate(tracked=False)
    codes: set[str] = set()
    while "gone" not in codes:
        codes.add((await client.frame("error"))["code"])
    await client.disconnect()
    return codes


def broken(*_: object) -> None:
    raise OperationalError("the connection is lost")


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@pytest.mark.usefixtures("quick_fanout")
async def test_every_error_code_is_documented_with_what_becomes_of_the_connection(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = dict([await refused(hubs) for hubs in BAD_ADDRESSES])
    found |= dict.fromkeys(await said_on_a_socket_that_stays(), "stays")
    with monkeypatch.context() as patch:
        patch.setattr(websocket, "connection_limits", ConnectionLimits(0, 0))
        found |= [await refused()]
    with override_settings(PUBLIC_DASHBOARD=False):
        found |= [await refused(host="127.0.0.1:8000", origin="http://127.0.0.1:8000")]
    monkeypatch.setattr(heads, "feed_of", broken)
    found |= [await refused()]
    assert found == error_codes()
    assert close_codes() == {1012, 1013, 4400, 4401, 4404, 4408, 4429}
