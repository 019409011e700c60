"""The group of all web processes, to which each publication is sent once."""

import asyncio
import time
from collections.abc import AsyncGenerator
from typing import Any

from channels.layers import get_channel_layer

GROUP = "feed"
REJOIN_SECONDS = 30


async def group_messages() -> AsyncGenerator[dict[str, Any], None]:
    """Every message to the group, without end. Every 30 s it is joined anew, on a new connection.

    Redis may forget members, and a connection may be dead without any error.
    """
    layer = get_channel_layer()
    while True:
        await layer.flush()
        channel = await layer.new_channel()
        await layer.group_add(GROUP, channel)
        async for message in messages_until(time.monotonic() + REJOIN_SECONDS, layer, channel):
            yield message


async def messages_until(
    until: float, layer: Any, channel: str
) -> AsyncGenerator[dict[str, Any], None]:
    """The messages on a channel up to this monotonic time. Cancelling unsubscribes."""
    receiving = asyncio.ensure_future(layer.receive(channel))
    try:
        while (rest := until - time.monotonic()) > 0:
            done, _ = await asyncio.wait({receiving}, timeout=rest)
            if done:
                yield receiving.result()
                receiving = asyncio.ensure_future(layer.receive(channel))
                await asyncio.sleep(0)  # a full queue never suspends by itself
    finally:
        receiving.cancel()
