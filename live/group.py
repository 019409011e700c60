"""The group of all web processes, to which each publication is told once."""

import asyncio
import time
from collections.abc import AsyncGenerator
from typing import Any

from channels.layers import get_channel_layer

GROUP = "feed"
REJOIN_SECONDS = 30


async def heard() -> AsyncGenerator[dict[str, Any], None]:
    """What the group hears, for ever. Every 30 s it is joined anew, on a new connection.

    Redis may forget us, and a connection may be dead and not say so.
    """
    layer = get_channel_layer()
    while True:
        await layer.flush()
        channel = await layer.new_channel()
        await layer.group_add(GROUP, channel)
        async for message in heard_until(time.monotonic() + REJOIN_SECONDS, layer, channel):
            yield message


async def heard_until(
    until: float, layer: Any, channel: str
) -> AsyncGenerator[dict[str, Any], None]:
    """What comes on a channel for so long; to cancel is to unsubscribe."""
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
