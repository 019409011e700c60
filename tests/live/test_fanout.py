"""The live feed in one process: real Redis, real database, the ASGI application itself."""

from collections.abc import Callable
from typing import Any

import pytest
import redis
from django.db import InterfaceError, OperationalError
from structlog.testing import capture_logs

from live import frames, group, heads, websocket
from live.fanout import fanout
from prices.models import Feed, Node
from tests.live.browsers import announce_all, browser, publish, seqs, soon
from tests.published import NP15

pytestmark = [
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.usefixtures("quick_fanout"),
]


def failing_once(work: Callable[..., Any], fault: Exception) -> Callable[..., Any]:
    """`work`, but its first call raises."""
    faults = [fault]

    def wrapped(*arguments: Any, **options: Any) -> Any:
        if faults:
            raise faults.pop()
        return work(*arguments, **options)

    return wrapped


async def test_a_client_is_greeted_with_where_the_feed_stands() -> None:
    await publish("41", "42")
    client = browser()
    snapshot = await client.greeted()
    assert (snapshot["hub"], snapshot["seq"]) == ("SP15", 2)
    assert [price["lmp"] for price in snapshot["rt"]] == [42.0, 41.0]
    assert snapshot["current"]["rt_price"] == 41.0
    await client.disconnect()


async def test_a_publication_reaches_every_client_of_its_hub_once() -> None:
    await publish("41", back=3)
    first, second, other = browser(), browser("SP15,NP15"), browser("NP15")
    for client in (first, second, other):
        await client.greeted()
    feed_ranges = await publish("55")
    await announce_all(feed_ranges)
    await announce_all(feed_ranges)
    for client in (first, second):
        [events] = await client.all_events()
        assert (events["hub"], events["prev"], events["seq"]) == ("SP15", 1, 2)
        assert [event["lmp"] for event in events["events"]] == [55.0]
    await announce_all(await publish("77", node=NP15))
    assert [events["hub"] for events in await other.all_events()] == ["NP15"]
    for client in (first, second, other):
        await client.disconnect()


async def test_a_publication_nobody_announced_comes_with_the_next_heartbeat() -> None:
    client = browser()
    await client.greeted()
    await publish("41", back=1)
    await publish("43")
    received = await client.all_events()
    assert [event["seq"] for frame in received for event in frame["events"]] == [1, 2]
    assert (await client.frame("heartbeat"))["feeds"] == {"SP15": 2}
    await client.disconnect()


async def test_an_announcement_that_comes_late_and_twice_is_passed_on_once() -> None:
    client = browser()
    await client.greeted()
    early, late = await publish("41", back=1), await publish("43")
    await announce_all(late)
    await announce_all(early)
    await announce_all(late)
    events = [event for frame in await client.all_events() for event in frame["events"]]
    assert [event["seq"] for event in events] == [1, 2]
    await client.disconnect()


@pytest.mark.long
async def test_a_long_backfill_comes_in_pages() -> None:
    client = browser()
    await client.greeted()
    await announce_all(await publish(*["40"] * 280))
    received = await client.all_events()
    await announce_all(await publish("-3", back=-1))
    received += await client.all_events()
    assert [(frame["prev"], frame["seq"]) for frame in received] == [
        (0, 250),
        (250, 280),
        (280, 281),
    ]
    assert [event["seq"] for frame in received for event in frame["events"]] == list(range(1, 282))
    await client.disconnect()


async def test_another_epoch_comes_as_a_snapshot() -> None:
    client = browser()
    await client.greeted()
    await Feed.objects.filter(node__slug="sp15").aupdate(epoch="another")
    assert (await client.frame("snapshot"))["epoch"] == "another"
    await client.disconnect()


@pytest.mark.long
@pytest.mark.parametrize("change", [{"tracked": False}, {"slug": "south"}])
async def test_a_hub_that_is_gone_is_announced_to_its_readers_once_and_goes_on_when_it_is_back(
    change: dict[str, Any],
) -> None:
    await publish("41")
    reader, other = browser(), browser("NP15")
    await reader.greeted()
    await other.greeted()
    await Node.objects.filter(slug="sp15").aupdate(**change)
    said = (await reader.frame("error"))["message"]
    assert said == "SP15 is no longer tracked, or has another name now."
    assert (await reader.frame("heartbeat"))["feeds"] == {}
    heard = [frame["type"] for _ in range(2) for frame in await other.until("heartbeat")]
    assert "error" not in heard
    sp15 = Node.objects.filter(oasis_name="TH_SP15_GEN-APND")
    await sp15.aupdate(tracked=True, slug="sp15")
    await publish("42", back=-1)
    assert seqs(await reader.until("events")) == [2]
    for client in (reader, other):
        await client.disconnect()


async def test_an_emptied_redis_costs_no_event(valkey: redis.Redis) -> None:
    client = browser()
    await client.greeted()
    valkey.flushall()
    await announce_all(await publish("41"))
    assert (await client.frame("events"))["seq"] == 1
    await client.disconnect()


async def test_a_fan_out_that_has_gone_deaf_joins_the_group_anew_and_has_missed_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(group, "REJOIN_SECONDS", 0.1)
    monkeypatch.setattr(frames, "HEARTBEAT_SECONDS", 60)  # no heartbeat helps it
    client = browser()
    await client.greeted()
    monkeypatch.setattr(fanout().group.current, "take", lambda message: None)
    published = 0
    while await client.receive_nothing(0.05):
        await announce_all(await publish(str(published), back=-published))
        published += 1
    events = await client.frame("events")
    assert (events["prev"], seqs([events])) == (0, list(range(1, events["seq"] + 1)))
    await client.disconnect()


async def test_a_database_that_fails_once_costs_no_event(monkeypatch: pytest.MonkeyPatch) -> None:
    client = browser()
    await client.greeted()
    broken = failing_once(frames.events, OperationalError("the connection is lost"))
    monkeypatch.setattr(frames, "events", broken)
    await publish("41")
    assert [(events["prev"], events["seq"]) for events in await client.all_events()] == [(0, 1)]
    await client.disconnect()


async def test_a_closed_connection_does_not_stop_the_heart(monkeypatch: pytest.MonkeyPatch) -> None:
    client = browser()
    await client.greeted()
    broken = failing_once(heads.standing, InterfaceError("connection already closed"))
    monkeypatch.setattr(heads, "standing", broken)
    assert await client.frame("heartbeat")
    await client.disconnect()


async def test_a_crash_of_the_fan_out_is_logged_and_the_next_client_starts_it_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first, second = browser(), browser()
    monkeypatch.setattr(heads, "standing", failing_once(heads.standing, ValueError("odd")))
    with capture_logs() as logs:
        await first.greeted()
        await soon(lambda: any(log["log_level"] == "error" for log in logs))
        await second.greeted()
    crashes = [(log["work"], str(log["exc_info"])) for log in logs if log["log_level"] == "error"]
    assert crashes in ([("beat", "odd")], [("listen", "odd")])  # whichever came first
    assert await second.frame("heartbeat")
    assert await first.frame("heartbeat")
    for client in (first, second):
        await client.disconnect()


async def test_a_crashed_fan_out_starts_again_for_those_who_are_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    client = browser()
    monkeypatch.setattr(heads, "standing", failing_once(heads.standing, ValueError("odd")))
    monkeypatch.setattr("live.fanout.AFTER_TROUBLE_SECONDS", 0.05)
    with capture_logs():
        await client.greeted()
        assert await client.frame("heartbeat")
    await client.disconnect()


NOT_JSON = {"type": "error", "code": "not_json", "message": "A frame is a JSON object."}
BAD_ID = {
    "type": "error",
    "code": "bad_id",
    "message": "A ping's id is a string or a whole number of at most 100 characters.",
}


@pytest.mark.parametrize(
    ("sent", "answer"),
    [
        ('{"type":"ping","id":7}', {"type": "pong", "id": 7}),
        ("{", NOT_JSON),
        ("[" * 4000, NOT_JSON),
        ('{"type":"ping","id":NaN}', NOT_JSON),
        ('{"type":"ping","id":-Infinity}', NOT_JSON),
        ('{"type":"ping","id":1e999}', BAD_ID),
        ('{"type":"ping","id":true}', BAD_ID),
        ('{"type":"ping"}', BAD_ID),
        ('{"type":"ping","id":"%s"}' % ("x" * 101), BAD_ID),
        (
            '{"type":7}',
            {"type": "error", "code": "unknown_type", "message": "A frame's type is a string."},
        ),
        ("[1]", {"type": "error", "code": "not_an_object", "message": "A frame is a JSON object."}),
        (
            '{"type":"%s"}' % ("x" * 70),
            {
                "type": "error",
                "code": "unknown_type",
                "message": f"There is no frame of type '{'x' * 60}'.",
            },
        ),
    ],
)
async def test_a_bad_frame_gets_an_error_and_costs_no_socket(
    sent: str, answer: dict[str, Any]
) -> None:
    client = browser()
    await client.greeted()
    await client.send_to(text_data=sent)
    assert await client.frame(answer["type"]) == answer
    await client.send_to(text_data='{"type":"ping","id":"still here"}')
    assert (await client.frame("pong"))["id"] == "still here"
    await client.disconnect()


@pytest.mark.parametrize(
    ("asked", "named"), [("XY", "'xy'"), ("%00", r"'\x00'"), ("X" * 70, f"'{'x' * 60}'")]
)
async def test_an_unknown_hub_is_named_before_the_socket_closes(asked: str, named: str) -> None:
    client = browser(asked)
    await client.connect()
    assert (await client.frame("error"))["message"] == f"There is no hub {named}."
    assert (await client.receive_output())["code"] == 4404
    assert not fanout().readers.caught_up.slugs()


async def test_another_key_error_is_no_unknown_hub(monkeypatch: pytest.MonkeyPatch) -> None:
    client = browser()
    await client.greeted()
    monkeypatch.setattr(websocket, "answer", failing_once(websocket.answer, KeyError("sp15")))
    await client.send_to(text_data="{}")
    with pytest.raises(KeyError, match="sp15"):
        await client.wait()


async def test_a_foreign_page_may_not_listen() -> None:
    client = browser(origin="https://evil.example", host="127.0.0.1:8000")
    connected, code = await client.connect()
    assert (connected, code) == (False, 4403)
