"""The group of all web processes, to which each publication is sent once.

It is a group of the channel layer, whose messages are sent and read here without the layer: to send
one, that makes an event loop and a connection each time; and it keeps a lost connection to itself
and sleeps for a second, where here the loss is an error at once. Whatever Redis has sent already is
one batch.
"""

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import suppress
from functools import cache
from typing import Any

import redis
from channels.layers import get_channel_layer
from django.conf import settings
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.retry import Retry as RetryOfSender

from prices import redis_factory

Messages = list[dict[str, Any]]

GROUP = "feed"
# As channels_redis 4.3 names what it publishes to a group.
CHANNEL = f"asgi__group__{GROUP}"
REJOIN_SECONDS = 30
JOINING_SECONDS, LEAVING_SECONDS, AGAIN_SECONDS = 5, 1, 1
# Its connection waits for messages without limit: a silent one is left after REJOIN_SECONDS.
UNLIMITED = {"socket_timeout": None, "health_check_interval": 0, "retry": Retry(NoBackoff(), 0)}
# A message is only a hint, and not worth a long wait; a connection that was lost is made anew once.
BRIEF = {"socket_timeout": 2, "socket_connect_timeout": 2, "retry": RetryOfSender(NoBackoff(), 1)}


@cache
def sender() -> redis.Redis:
    """The connection by which this process sends to the group."""
    options = settings.CHANNEL_REDIS_OPTIONS | BRIEF
    return redis_factory.client(settings.CHANNEL_REDIS_URL, **options)


def send(messages: Messages) -> None:
    """Send messages to every web process, where they come as one batch. Raises a RedisError."""
    layer = get_channel_layer()
    with sender().pipeline(transaction=False) as pipeline:
        for message in messages:
            pipeline.publish(CHANNEL, layer.serialize(message))
        pipeline.execute()


class Subscription:
    """A connection to Redis that has joined the group, and what has come by it."""

    def __init__(self) -> None:
        self.layer = get_channel_layer()
        options = settings.CHANNEL_REDIS_OPTIONS | UNLIMITED
        self.redis = redis_factory.async_client(settings.CHANNEL_REDIS_URL, **options)
        self.pubsub = self.redis.pubsub()
        self.messages: Messages = []
        self.fault: Exception | None = None
        self.come = asyncio.Event()
        self.reading: asyncio.Task[None] | None = None

    async def join(self) -> None:
        """Subscribe: whatever is published from now on will come. Raises a redis.RedisError."""
        async with asyncio.timeout(JOINING_SECONDS):
            await self.pubsub.subscribe(CHANNEL)
            await self.pubsub.parse_response()
        self.reading = asyncio.create_task(self.read())

    async def read(self) -> None:
        """Keep each message. What was received at once is read without a pause: one batch."""
        try:
            kind = None
            while kind != b"unsubscribe":
                kind, _, data = await self.pubsub.parse_response()
                if kind == b"message":
                    self.take(self.layer.deserialize(data))
        except Exception as fault:  # noqa: BLE001 (raised to whoever waits for the next batch)
            self.fault = fault
            self.come.set()

    def wake(self, *_: object) -> None:
        """Let `next` return, even if nothing has come."""
        self.come.set()

    def take(self, message: dict[str, Any]) -> None:
        self.messages.append(message)
        self.come.set()

    async def next(self, seconds: float) -> Messages:
        """What has come, as soon as anything has; nothing if nothing comes for so long.

        Raises why the connection ended.
        """
        timer = asyncio.get_running_loop().call_later(seconds, self.wake)
        try:
            await self.come.wait()
        finally:
            timer.cancel()
        self.come.clear()
        if self.fault:
            raise self.fault
        messages, self.messages = self.messages, []
        return messages

    async def leave(self) -> Messages:
        """Close the connection. Returns all that Redis has sent by it.

        That is known once Redis confirms it; a silent one is not waited for long.
        """
        try:
            await self.hear_the_last()
        finally:
            if self.reading:
                self.reading.cancel()
            await self.pubsub.aclose()  # type: ignore[no-untyped-call]
            await self.redis.aclose()
        return self.messages

    async def hear_the_last(self) -> None:
        if self.reading and not self.fault:
            with suppress(redis.RedisError, OSError):
                async with asyncio.timeout(LEAVING_SECONDS):
                    await self.pubsub.unsubscribe(CHANNEL)
                    await asyncio.wait([self.reading])


class Membership:
    """This process's place in the group: one subscription after another."""

    def __init__(self) -> None:
        self.current: Subscription | None = None

    async def batches(self) -> AsyncGenerator[Messages, None]:
        """Every message to the group, without end, in batches of what has come already.

        An empty batch says that some may have been missed before it; the first is one. Every 30 s
        the group is joined on a new connection before the old one is left: Redis may forget
        members, and a connection may be dead without any error. What comes by both comes twice.
        Raises a redis.RedisError or OSError when the connection is lost.
        """
        self.current = await joined()
        try:
            yield []
            while True:
                async for messages in self.until_joined_anew():
                    yield messages
        finally:
            await self.current.leave()

    async def until_joined_anew(self) -> AsyncGenerator[Messages, None]:
        """The messages of one connection, for 30 s, and until another has joined the group."""
        assert self.current
        rejoining: asyncio.Task[Subscription] | None = None
        due, has_failed = time.monotonic() + REJOIN_SECONDS, False
        try:
            while rejoining is None or not rejoining.done():
                if messages := await self.current.next(due - time.monotonic()):
                    yield messages
                    if self.current.come.is_set():  # then nothing else would suspend
                        await asyncio.sleep(0)
                if rejoining and rejoining.done() and rejoining.exception():
                    rejoining, has_failed = None, True
                    due = time.monotonic() + AGAIN_SECONDS
                elif rejoining is None and time.monotonic() >= due:
                    rejoining = asyncio.create_task(joined())
                    rejoining.add_done_callback(self.current.wake)
                    due = time.monotonic() + 2 * JOINING_SECONDS
        except BaseException:
            if rejoining:
                await abandon(rejoining)
            raise
        left, self.current = self.current, rejoining.result()
        if rest := await left.leave():
            yield rest
        if has_failed:
            yield []


async def abandon(rejoining: asyncio.Task[Subscription]) -> None:
    """Leave the connection that is being made, or has just been made."""
    rejoining.cancel()
    await asyncio.wait([rejoining])
    if not rejoining.cancelled() and not rejoining.exception():
        await rejoining.result().leave()


async def joined() -> Subscription:
    """A new subscription. Raises a redis.RedisError or OSError."""
    subscription = Subscription()
    try:
        await subscription.join()
    except BaseException:
        await subscription.leave()
        raise
    return subscription
