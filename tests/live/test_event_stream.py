"""The live feed as server-sent events: the ASGI application itself, with the same fan-out."""

from typing import Any

import pytest
from django.db import OperationalError

from live import frames, heads, websocket
from live.connection_limits import ConnectionLimits
from live.fanout import fanout
from live.origin import NOT_FOR_YOU
from prices.models import FeedEvent
from tests.live.browsers import announce_all, publish
from tests.live.streaming import stream
from tests.published import NP15

pytestmark = [
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.usefixtures("quick_fanout"),
]


async def test_a_script_reads_what_a_page_reads() -> None:
    await publish("41", back=1)
    reader = stream()
    status, headers = await reader.response()
    assert (status, headers["content-type"]) == (200, "text/event-stream; charset=utf-8")
    assert (headers["cache-control"], headers["x-accel-buffering"]) == ("no-store", "no")
    hello, snapshot = await reader.until_whole(1)
    assert (hello.kind, hello.id) == ("hello", "")
    assert (snapshot.kind, snapshot.body["seq"]) == ("snapshot", 1)
    await announce_all(await publish("43"))
    events = (await reader.until("events"))[-1]
    assert events.id == f"{snapshot.body['epoch']}:2"
    assert [event["lmp"] for event in events.body["events"]] == [43.0]
    assert (await reader.until("heartbeat"))[-1].body["feeds"] == {"SP15": 2}
    await reader.leave()
    assert (fanout().readers.everyone, websocket.connection_limits.inside) == (set(), {})


@pytest.mark.parametrize("way", ["last-event-id", "after"])
async def test_a_script_that_comes_back_gets_what_it_missed_of_each_hub(way: str) -> None:
    await publish("41", back=9)
    await publish("77", node=NP15)
    reader = stream("hubs=NP15,SP15")
    await reader.response()
    last = (await reader.until_whole(2))[-1].id
    await reader.leave()
    await publish("42", "43", back=3)
    if way == "after":
        again = stream(f"hubs=NP15,SP15&after={last}")
    else:
        again = stream("hubs=NP15,SP15&after=nonsense", last_event_id=last)
    await again.response()
    _, *events = await again.until_whole(2)
    assert [(event.kind, event.body["hub"]) for event in events] == [("events", "SP15")]
    assert [event["seq"] for event in events[0].body["events"]] == [2, 3]
    assert events[0].id.split(",") == [last.split(",")[0], last.split(",")[1].replace(":1", ":3")]
    await again.leave()


async def test_a_script_that_was_away_longer_than_the_log_gets_a_snapshot() -> None:
    await publish("41", "42", "43", back=3)
    reader = stream()
    await reader.response()
    last = (await reader.until("snapshot"))[-1].id
    await reader.leave()
    await FeedEvent.objects.filter(seq__lte=2).adelete()
    again = stream(last_event_id=last.replace(":3", ":1"))
    await again.response()
    assert [event.kind for event in await again.until_whole(1)] == ["hello", "snapshot"]
    await again.leave()


@pytest.mark.parametrize(
    ("query", "options", "status", "sentence"),
    [
        ("hubs=XY", {}, 404, "There is no hub 'xy'."),
        ("hubs=SP15,%00", {}, 404, r"There is no hub '\x00'."),
        ("hubs=SP15", {"method": "POST"}, 405, "The stream is read with GET."),
        ("hubs=SP15", {"host": "evil.example"}, 400, "This server has another name."),
        ("hubs=SP15", {"host": "["}, 400, "This server has another name."),
        ("hubs=SP15", {"authorization": ""}, 403, NOT_FOR_YOU),
        ("hubs=SP15", {"authorization": "Bearer of-another"}, 403, NOT_FOR_YOU),
        ("hubs=SP15", {"origin": "http://evil.example"}, 403, NOT_FOR_YOU),
        ("hubs=SP15&hours=200", {"authorization": ""}, 403, NOT_FOR_YOU),
        ("hubs=SP15&hours=200", {}, 400, "hours is 1 to 168, not '200'."),
        ("hubs=SP15&after=x", {}, 400, "after is a list of <epoch>:<seq>, not 'x'."),
        (
            "hubs=SP15",
            {"last_event_id": "a:1,b:2"},
            400,
            "after has 2 cursors, but hubs has 1.",
        ),
    ],
)
async def test_what_cannot_be_streamed_is_refused_with_a_sentence(
    query: str, options: dict[str, str], status: int, sentence: str
) -> None:
    assert await stream(query, **options).problem() == (status, sentence)
    assert (fanout().readers.everyone, websocket.connection_limits.inside) == (set(), {})


async def test_another_method_than_get_is_refused_with_what_is_allowed() -> None:
    status, headers = await stream(method="DELETE").response()
    assert (status, headers["allow"]) == (405, "GET")


@pytest.mark.parametrize(
    "browser",
    [
        {"sec_fetch_site": "same-origin"},
        {"referer": "http://127.0.0.1:8000/?hub=SP15"},
        {"origin": "http://127.0.0.1:8000"},
    ],
)
async def test_a_page_of_ours_reads_without_a_token(browser: dict[str, str]) -> None:
    reader = stream(authorization="", **browser)
    assert (await reader.response())[0] == 200
    await reader.leave()


async def test_there_is_room_for_so_many_of_an_address_and_no_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(websocket, "connection_limits", ConnectionLimits(9, 1))
    first = stream()
    await first.response()
    refused = await stream().only_event()
    assert (refused.kind, refused.body["code"]) == ("error", "too_many_sockets")
    assert refused.body["message"] == "1 clients of your address are connected already."
    assert refused.retry == "30000"
    await first.leave()
    again = stream()
    assert (await again.response())[0] == 200
    await again.leave()


async def test_where_the_database_is_away_a_browser_learns_when_to_come_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(*_: object) -> None:
        raise OperationalError("the connection is lost")

    monkeypatch.setattr(heads, "feed_of", broken)
    refused = await stream().only_event()
    assert (refused.kind, refused.body["code"]) == ("error", "not_ready")
    assert 5_000 <= int(refused.retry) < 10_000
    assert (fanout().readers.everyone, websocket.connection_limits.inside) == (set(), {})


async def test_a_stream_that_has_begun_ends_where_the_database_fails(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise OperationalError("the connection is lost")

    monkeypatch.setattr(frames, "snapshot", broken)
    reader = stream()
    await reader.response()
    hello, *_, error = await reader.until("error")  # between them may be a heartbeat
    assert (hello.kind, error.body["code"]) == ("hello", "not_ready")
    end = await reader.receive_output(timeout=5)
    assert (end["body"], end["more_body"]) == (b"", False)
    await reader.wait()
    assert (fanout().readers.everyone, websocket.connection_limits.inside) == (set(), {})


async def test_a_script_gets_bye_and_when_to_come_back() -> None:
    reader = stream()
    await reader.response()
    await reader.until_whole(1)
    fanout().readers.closing = True
    [client] = fanout().readers.everyone
    await fanout().readers.say_bye(client.wire)
    bye = (await reader.until("bye"))[-1]
    assert bye.retry == str(bye.body["retry_ms"])
    assert (await reader.receive_output(timeout=5))["more_body"] is False
    await reader.leave()
    late = await stream().only_event()
    assert (late.kind, late.retry) == ("bye", str(late.body["retry_ms"]))
