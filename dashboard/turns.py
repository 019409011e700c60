"""Work that is more than an answer's usual: so much of it at once for an address, and in all."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from http import HTTPStatus

from dashboard.doors import Full, whose
from dashboard.problems import Problem, send_problem
from dashboard.wire import Message, Receive, Send

Application = Callable[[Message, Receive, Send], Awaitable[None]]
AT_ONCE, WAITING = 2, 4
RETRY_AFTER = 5
# Each takes a thread and up to three files.
REQUESTS_AT_ONCE = 40


class Seat:
    """One address: how many of its requests are here, working or waiting."""

    def __init__(self, at_once: int) -> None:
        self.working = asyncio.Semaphore(at_once)
        self.here = 0


class Turns:
    """Who works and who waits, by address."""

    def __init__(self, at_once: int, waiting: int) -> None:
        self.at_once = at_once
        self.most = at_once + waiting
        self.seats: dict[str, Seat] = {}

    @asynccontextmanager
    async def turn(self, address: str) -> AsyncIterator[None]:
        """Wait for a turn. Raises Full where too many of the address wait already."""
        seat = self.seats.setdefault(address, Seat(self.at_once))
        if seat.here >= self.most:
            raise Full(f"{self.most} requests of your address are under way or wait already.")
        seat.here += 1
        try:
            async with seat.working:
                yield
        finally:
            seat.here -= 1
            if not seat.here:
                del self.seats[address]


turns = Turns(AT_ONCE, WAITING)


def in_turn(application: Application) -> Application:
    """An application of which an address gets so much at once; what is too much is 429."""

    async def taken(scope: Message, receive: Receive, send: Send) -> None:
        try:
            async with turns.turn(whose(scope.get("client"))):
                await application(scope, receive, send)
        except Full as full:
            await send_problem(send, Problem(HTTPStatus.TOO_MANY_REQUESTS, str(full), RETRY_AFTER))

    return taken


def at_most(requests: int, application: Application) -> Application:
    """An application of which so many requests run at once; the others wait for them."""
    running = asyncio.Semaphore(requests)

    async def taken(scope: Message, receive: Receive, send: Send) -> None:
        async with running:
            await application(scope, receive, send)

    return taken
