"""A client that was away gets exactly what it missed, or a snapshot where events are not enough."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from django.db import OperationalError

from live import frames, heads, websocket
from live.catch_up import CatchUp
from live.fanout import fanout
from prices.models import FeedEvent, Node
from tests.live.browsers import Browser, announce_all, browser, cursor_of, publish, seqs, soon
from tests.published import NP15

pytestmark = [
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.usefixtures("quick_fanout"),
]


async def been_there(*prices: str) -> str:
    """The cursor of a client that saw these prices and went away."""
    await publish(*prices, back=400)
    client = browser()
    cursor = cursor_of(await client.greeted())
    await client.disconnect()
    return cursor


async def welcomed(client: Browser) -> list[dict[str, Any]]:
    """Everything a client is sent until it has caught up: only then is it answered."""
    assert (await client.connect())[0]
    return await until_answered(client)


async def resumes(client: Browser, **feeds: dict[str, Any]) -> list[dict[str, Any]]:
    """Everything that comes of a resume."""
    await client.send_to(text_data=json.dumps({"type": "resume", "feeds": feeds}))
    return await until_answered(client)


async def until_answered(client: Browser) -> list[dict[str, Any]]:
    """Everything up to the answer to a ping, which waits until then."""
    await client.send_to(text_data='{"type":"ping","id":"now"}')
    return await client.until("pong")


@pytest.mark.parametrize("missed", [0, 1, 300])
async def test_a_client_that_was_away_gets_what_it_missed_once_and_no_snapshot(missed: int) -> None:
    cursor = await been_there("41", "42")
    await announce_all(await publish(*["50"] * missed))
    client = browser(after=cursor)
    frames = await welcomed(client)
    await announce_all(await publish("60", back=-1))
    frames += await client.all_events()
    assert seqs(frames) == list(range(3, missed + 4))
    assert "snapshot" not in {frame["type"] for frame in frames}
    await client.disconnect()


async def test_an_open_socket_can_ask_again_for_what_came_after_a_cursor() -> None:
    cursor = await been_there("41", "42", "43")
    epoch, _, _ = cursor.partition(":")
    client = browser(after=cursor)
    assert seqs(await welcomed(client)) == []
    assert seqs(await resumes(client, SP15={"epoch": epoch, "seq": 1})) == [2, 3]
    await announce_all(await publish("60"))
    assert seqs(await client.all_events()) == [4]
    await client.disconnect()


@pytest.mark.parametrize(
    ("epoch", "seq", "comes"),
    [
        ("", 2, [3, 4]),  # its next event is the oldest of the log
        ("", 1, "snapshot"),  # its next event is older than the log
        ("", 4, []),
        ("", 5, "snapshot"),  # ahead of the feed, as after a restored backup
        ("another", 3, "snapshot"),
    ],
)
async def test_where_events_are_not_enough_a_snapshot_comes(
    epoch: str, seq: int, comes: Any
) -> None:
    stood = await been_there("41", "42", "43", "44")
    epoch = epoch or stood.partition(":")[0]
    await FeedEvent.objects.filter(seq__lte=2).adelete()
    comes = [("snapshot", 4)] if comes == "snapshot" else comes
    client = browser(after=f"{epoch}:{seq}")
    assert what_came(await welcomed(client)) == comes
    await client.disconnect()
    client = browser(after=stood)
    assert what_came(await welcomed(client)) == []
    assert what_came(await resumes(client, SP15={"epoch": epoch, "seq": seq})) == comes
    await client.disconnect()


def what_came(frames: list[dict[str, Any]]) -> Any:
    """The seqs of the events, or the seq of the snapshot."""
    snapshots = [(frame["type"], frame["seq"]) for frame in frames if frame["type"] == "snapshot"]
    return snapshots or seqs(frames)


async def test_each_of_several_hubs_goes_on_from_its_own_cursor() -> None:
    cursor = await been_there("41", "42")
    await publish("77", node=NP15)
    await publish("43")
    client = browser("NP15,SP15", after=f",{cursor}")
    frames = await welcomed(client)
    events = [(frame["type"], frame["hub"]) for frame in frames if "hub" in frame]
    assert events == [("snapshot", "NP15"), ("events", "SP15")]
    assert seqs(frames) == [3]
    assert (await client.frame("heartbeat"))["feeds"] == {"NP15": 1, "SP15": 3}
    await client.disconnect()


class Halted:
    """Readers that catch up wait in their slot until they may go on."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.asked, self.may_go_on = asyncio.Event(), asyncio.Event()
        slot = CatchUp.slot

        @asynccontextmanager
        async def halted(batches: CatchUp) -> AsyncIterator[None]:
            async with slot(batches):
                yield
                self.asked.set()
                await self.may_go_on.wait()

        monkeypatch.setattr(CatchUp, "slot", halted)
        monkeypatch.setattr(CatchUp, "at_hand", lambda *_: None)


@pytest.mark.long
async def test_what_is_published_while_a_client_catches_up_comes_once_and_after_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cursor = await been_there("41", "42")
    other = browser()
    await other.greeted()
    await publish("43", back=2)
    halted = Halted(monkeypatch)
    client = browser(after=cursor)
    assert (await client.connect())[0]
    await soon(halted.asked.is_set)
    await announce_all(await publish("44"))
    assert seqs(await other.all_events()) == [3, 4]
    halted.may_go_on.set()
    await announce_all(await publish("45", back=-1))
    assert seqs(await client.all_events()) == [3, 4, 5]
    for each in (client, other):
        await each.disconnect()


async def test_a_lone_client_gets_at_once_what_was_published_while_it_caught_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cursor = await been_there("41")
    await publish("42", back=2)
    halted = Halted(monkeypatch)
    client = browser(after=cursor)
    assert (await client.connect())[0]
    await soon(halted.asked.is_set)
    [events] = await publish("43")
    await fanout().publish([{**events._asdict(), "text": '{"type":"events"}'}])
    monkeypatch.setattr(heads, "standing", None)  # no heartbeat helps it
    halted.may_go_on.set()
    assert [(await client.frame("events"))["seq"] for _ in range(2)] == [2, 3]
    await client.disconnect()


async def test_what_is_published_while_a_resume_begins_comes_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cursor = await been_there("41", "42")
    client = browser(after=cursor)
    await welcomed(client)
    feed_of = fanout().feed_of

    async def published_before(slug: str) -> Any:
        if events := await publish("43"):
            await fanout().publish(
                [{**events[0]._asdict(), "text": '{"type":"events","seq":3,"events":[]}'}]
            )
        return await feed_of(slug)

    monkeypatch.setattr(fanout(), "feed_of", published_before)
    frames = await resumes(client, SP15={"epoch": cursor.partition(":")[0], "seq": 1})
    assert [frame["seq"] for frame in frames if frame["type"] == "events"] == [3]
    assert seqs(frames) == [2, 3]
    await client.disconnect()


async def test_what_a_resume_passes_on_to_all_comes_to_all_even_if_the_one_who_asked_is_gone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("live.delivery.WRITES_AT_A_TIME", 1)
    cursor = await been_there("41")
    others = [browser() for _ in range(3)]
    for other in others:
        await other.greeted()
    monkeypatch.setattr(fanout().heart, "advance", nothing)  # no heartbeat helps them
    await publish("42", back=1)
    client, pass_on = browser(after=cursor), fanout().pass_on

    async def cancelled(passed_on: Any) -> None:
        client.future.cancel()
        await pass_on(passed_on)

    monkeypatch.setattr(fanout(), "pass_on", cancelled)
    assert (await client.connect())[0]
    for other in others:
        assert seqs([await other.frame("events")]) == [2]
        await other.disconnect()
    await asyncio.wait([client.future], timeout=5)


async def nothing(*_: Any) -> None: ...


async def test_a_heartbeat_names_no_head_that_a_client_is_still_catching_up_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cursor = await been_there("41")
    await publish("42")
    halted = Halted(monkeypatch)
    client = browser(after=cursor)
    assert (await client.connect())[0]
    assert (await client.frame("heartbeat"))["feeds"] == {}
    halted.may_go_on.set()
    assert (await client.frame("events"))["seq"] == 2
    async with asyncio.timeout(30):
        # One may be written between the events and the note that it has them.
        while not (feeds := (await client.frame("heartbeat"))["feeds"]):
            pass
    assert feeds == {"SP15": 2}
    await client.disconnect()


async def test_a_client_that_is_ended_while_it_catches_up_leaves_nothing_behind(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    halted = Halted(monkeypatch)
    client = browser()
    assert (await client.connect())[0]
    await soon(halted.asked.is_set)
    client.future.cancel()
    await asyncio.wait([client.future], timeout=5)
    assert (fanout().readers.everyone, websocket.connection_limits.inside) == (set(), {})


async def test_a_client_that_leaves_while_it_catches_up_is_not_served_any_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    halted = Halted(monkeypatch)
    client = browser()
    assert (await client.connect())[0]
    await soon(halted.asked.is_set)
    await client.send_input({"type": "websocket.disconnect", "code": 1001})
    halted.may_go_on.set()
    await client.wait()
    assert (fanout().readers.everyone, fanout().readers.caught_up.slugs()) == (set(), [])


async def test_a_database_that_fails_while_a_client_joins_is_reported_and_leaves_nothing_behind(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise OperationalError("the connection is lost")

    monkeypatch.setattr(frames, "snapshot", broken)
    client = browser()
    assert (await client.connect())[0]
    assert (await client.frame("error"))["code"] == "not_ready"
    assert (await client.receive_output())["code"] == 1013
    await client.wait()
    assert (fanout().readers.everyone, websocket.connection_limits.inside) == (set(), {})


async def test_a_hub_that_is_given_up_ends_its_client_at_a_resume_and_no_other() -> None:
    await publish("41")
    client, other = browser(), browser("NP15")
    cursor = cursor_of(await client.greeted())
    await other.greeted()
    await Node.objects.filter(slug="sp15").aupdate(tracked=False)
    await fanout().publish(
        [{"slug": "sp15", "epoch": cursor.partition(":")[0], "prev": 5, "seq": 6, "text": "{}"}]
    )
    await client.send_to(text_data='{"type":"resume","feeds":{"SP15":{"epoch":"another","seq":0}}}')
    assert (await client.frame("error"))["code"] == "unknown_hub"
    assert (await client.receive_output())["code"] == 4404
    assert (await other.frame("heartbeat"))["feeds"] == {"NP15": 0}
    await other.disconnect()
