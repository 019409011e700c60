"""How many readers of the feed an address has at all web processes together.

Each process tells every ten seconds that it lives, and what it has where an answer was lost: what
Redis counted wrongly meanwhile is put right. What one counted that was killed no longer counts half
a minute later.
"""

import asyncio
import secrets
from collections import Counter

from live.connection_limits import Full
from live.limit_scripts import ENTER, HEARD, LEAVE, SETTLE, WEBS, key_of
from live.shared_limits import ask_soon, asks

HEARD_EVERY_S, GONE_S, FORGOTTEN_S = 10, 30, 86_400
LIMIT = "sockets"


class SharedSockets:
    """The readers of this process that all processes count."""

    def __init__(self) -> None:
        self.process = secrets.token_hex(8)
        self.counted: Counter[str] = Counter()
        self.in_doubt: set[str] = set()  # addresses of which Redis may have another number
        self.telling: asyncio.Task[None] | None = None

    async def enter(self, address: str, most: int) -> bool:
        """Count one more; False if it could not be counted. Raises Full."""
        keys, was_asked = [key_of(LIMIT, address), WEBS], asks()
        entered = await ask_soon(ENTER, keys, most, self.process, GONE_S * 1000)
        if entered == 0:
            raise Full(f"{most} clients of your address are connected already.")
        if entered is None:
            if was_asked:
                self.in_doubt.add(address)
            return False
        self.counted[address] += 1
        if self.telling is None or self.telling.done():
            self.telling = asyncio.create_task(self.tell())
        return True

    async def leave(self, address: str) -> None:
        """Count one less, which was counted."""
        self.counted[address] -= 1
        self.counted += Counter()  # drops addresses without readers
        if not self.counted and self.telling:
            self.telling.cancel()
            self.telling = None
        if await ask_soon(LEAVE, [key_of(LIMIT, address)], self.process) is None:
            self.in_doubt.add(address)

    async def tell(self) -> None:
        """Say that this process lives, as long as it has readers."""
        while True:
            await asyncio.sleep(HEARD_EVERY_S)
            await ask_soon(HEARD, [WEBS], self.process, FORGOTTEN_S * 1000)
            await self.settle()

    async def settle(self) -> None:
        """Say how many readers we have of the addresses that are in doubt."""
        for address in list(self.in_doubt):
            number = self.counted[address]
            if await ask_soon(SETTLE, [key_of(LIMIT, address)], self.process, number) is None:
                return
            self.in_doubt.discard(address)


shared_sockets = SharedSockets()
