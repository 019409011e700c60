"""Publications that wait to be written with the next: nobody misses one, or gets one twice."""

import asyncio
import json
from typing import Any

import pytest

from live import heads, pace
from live.fanout import fanout
from live.readers import Readers
from prices.models import Feed
from tests.live.browsers import Browser, announce_all, browser, publish, seqs, soon
from tests.published import NP15

pytestmark = [
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.usefixtures("quick_fanout"),
]
HOURS_S = 3600.0


@pytest.fixture(autouse=True)
async def nothing_is_written_at_once(monkeypatch: pytest.MonkeyPatch, quick_fanout: None) -> None:
    """All that is published waits, for an hour if need be. No heartbeat has the database read."""
    monkeypatch.setattr(fanout().heart, "advance", nothing)
    monkeypatch.setattr(pace, "MOST_SAVED", 0)
    monkeypatch.setattr(pace, "LONGEST_WAIT_S", HOURS_S)


async def nothing(*_: Any) -> None: ...


async def greeted(hubs: str = "SP15") -> Browser:
    """A client that has caught up in all hubs: only then is it answered."""
    client = browser(hubs)
    await client.greeted()
    await client.send_to(text_data='{"type":"ping","id":"now"}')
    await client.until("pong")
    return client


async def publish_and_wait(*prices: str, **where: Any) -> None:
    """Publish, and let it come as far as it does: it waits for those who are there."""
    feed_ranges = await publish(*prices, **where)
    await announce_all(feed_ranges)
    cursors = fanout().cursors
    await soon(lambda: all(cursors[one.slug].seq == one.seq for one in feed_ranges))
    assert fanout().readers.caught_up.is_waiting()


async def events_of(client: Browser) -> list[tuple[str, int]]:
    """The hub and the seq of all events until two heartbeats from now."""
    return [(frame["hub"], seq) for frame in await client.all_events() for seq in seqs([frame])]


async def test_no_more_are_written_to_at_once_than_the_pace_allows(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(fanout().readers.caught_up, "room", 1)
    clients = [await greeted() for _ in range(4)]
    fanout().readers.pace.saved = 2
    monkeypatch.setattr(pace, "MOST_SAVED", 2)
    monkeypatch.setattr(pace, "WRITES_A_SECOND", 0)
    await publish_and_wait("41", back=3)
    assert [seqs(await client.all_events()) for client in clients] == [[1], [1], [], []]
    fanout().readers.pace.saved = 2
    await announce_all(await publish("42", back=2))  # who waits longest comes first
    assert [seqs(await client.all_events()) for client in clients] == [[], [], [1, 2], [1, 2]]
    for client in clients:
        await client.disconnect()


async def test_what_waits_is_written_with_the_next_publication(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    client = await greeted()
    await publish_and_wait("41", back=3)
    assert seqs(await client.all_events()) == []
    monkeypatch.setattr(pace, "MOST_SAVED", 1_000)
    await announce_all(await publish("42", back=2))
    assert seqs(await client.all_events()) == [1, 2]
    await client.disconnect()


async def test_without_another_publication_it_is_written_when_it_is_due(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pace, "LONGEST_WAIT_S", 0.012)
    client = await greeted()
    for number in range(1, 4):
        await announce_all(await publish("41", back=9 - number))
        assert seqs([await client.frame("events")]) == [number]
    await client.disconnect()


async def test_a_heartbeat_names_no_head_of_which_the_news_still_waits() -> None:
    first = await greeted("SP15,NP15")
    await publish_and_wait("41", "42", back=3)
    second = browser("NP15")
    assert (await first.frame("heartbeat"))["feeds"] == {"NP15": 0, "SP15": 0}
    await second.greeted()  # before it stands anywhere, all that waits is written
    assert await events_of(first) == [("SP15", 1), ("SP15", 2)]
    assert (await first.frame("heartbeat"))["feeds"] == {"NP15": 0, "SP15": 2}
    for client in (first, second):
        await client.disconnect()


async def test_who_comes_meanwhile_gets_nothing_twice_and_takes_nothing_from_others() -> None:
    first = await greeted()
    await publish_and_wait("41", back=3)
    second = browser()
    assert (await second.greeted())["seq"] == 1
    await publish_and_wait("42", back=2)
    third = await greeted()
    assert [await events_of(client) for client in (first, second, third)] == [
        [("SP15", 1), ("SP15", 2)],
        [("SP15", 2)],
        [],
    ]
    for client in (first, second, third):
        await client.disconnect()


async def test_who_resumes_one_hub_gets_what_waits_in_the_other() -> None:
    client = await greeted("SP15,NP15")
    await publish_and_wait("41", back=3)
    await publish_and_wait("51", back=3, node=NP15)
    feed = {"epoch": fanout().cursors["np15"].epoch, "seq": 0}
    await client.send_to(text_data=json.dumps({"type": "resume", "feeds": {"NP15": feed}}))
    found = await events_of(client)
    assert found[:2] == [("SP15", 1), ("NP15", 1)]
    assert found[2:] == [("NP15", 1)]  # as it asked for it
    await publish_and_wait("42", back=2)
    await client.disconnect()


async def test_who_catches_up_in_a_second_hub_gets_what_waits_in_the_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    may_go_on, catch_up = asyncio.Event(), fanout().catch_up

    async def halted(reader: Any, feed: Any) -> None:
        if feed.node.slug == "np15":
            await may_go_on.wait()
        await catch_up(reader, feed)

    monkeypatch.setattr(fanout(), "catch_up", halted)
    client = browser("SP15,NP15")
    await client.greeted()
    await soon(lambda: "sp15" in fanout().readers.caught_up)
    await publish_and_wait("41", back=3)
    may_go_on.set()
    assert await events_of(client) == [("SP15", 1)]
    assert (await client.frame("heartbeat"))["feeds"] == {"NP15": 0, "SP15": 1}
    await client.disconnect()


async def test_what_waits_comes_to_all_even_if_the_one_for_whom_it_is_written_is_gone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("live.delivery.WRITES_AT_A_TIME", 1)
    monkeypatch.setattr(fanout().readers.caught_up, "room", 1)
    others = [await greeted() for _ in range(3)]
    await publish_and_wait("41", back=3)
    comes, write_all = browser(), Readers.write_all

    async def cancelled(readers: Readers) -> None:
        comes.future.cancel()
        await write_all(readers)

    monkeypatch.setattr(Readers, "write_all", cancelled)
    assert (await comes.connect())[0]
    for other in others:
        assert await events_of(other) == [("SP15", 1)]
        await other.disconnect()
    await asyncio.wait([comes.future], timeout=5)


async def test_who_was_too_slow_gets_what_waited_in_its_snapshot_only() -> None:
    client = await greeted()
    await publish_and_wait("41", back=3)
    [reader] = fanout().readers.everyone
    reader.latest = True
    await fanout().too_slow(reader)
    assert (await client.frame("snapshot"))["seq"] == 1
    assert await events_of(client) == []
    await client.disconnect()


async def test_what_a_failed_pass_has_left_is_written_when_it_is_due(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    client, write_some = await greeted(), Readers.write_some

    async def failing(_: Readers) -> None:
        monkeypatch.setattr(Readers, "write_some", write_some)
        raise OSError("out of descriptors")

    monkeypatch.setattr(pace, "LONGEST_WAIT_S", 0.012)
    monkeypatch.setattr(Readers, "write_some", failing)
    await announce_all(await publish("41", back=3))
    assert await events_of(client) == [("SP15", 1)]
    await client.disconnect()


async def test_nothing_waits_while_the_database_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    client, seen, feed_of = await greeted(), [], heads.feed_of
    is_waiting = fanout().readers.caught_up.is_waiting
    await publish_and_wait("41", back=3)

    def reading(slug: str) -> Feed | None:
        seen.append(is_waiting())
        return feed_of(slug)

    await publish("42", back=2)
    late = await publish("43", back=1)
    monkeypatch.setattr(heads, "feed_of", reading)
    await announce_all(late)  # of what came before it there is no message
    assert await events_of(client) == [("SP15", number) for number in (1, 2, 3)]
    assert seen == [False]
    await client.disconnect()
