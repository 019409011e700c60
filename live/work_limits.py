"""Work that is more than an answer's usual: so much of it at once for an address, and in all.

A client that leaves takes nothing of its work along: the thread goes on. Were the application
cancelled, as servers do, its turn would be another's at once, and whoever asks and leaves again and
again would fill the process with threads and with connections to the database that nobody closes.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from http import HTTPStatus

from live.connection_limits import Full, whose
from live.problems import Problem, send_problem
from live.wire import Message, Receive, Send

Application = Callable[[Message, Receive, Send], Awaitable[None]]
AT_ONCE, WAITING = 2, 4
RETRY_AFTER = 5
# Each takes a thread and up to three files.
REQUESTS_AT_ONCE = 40
under_way: set[asyncio.Task[None]] = set()  # an event loop holds its tasks weakly


class Seat:
    """One address: how many of its requests are here, working or waiting."""

    def __init__(self, at_once: int) -> None:
        self.working = asyncio.Semaphore(at_once)
        self.here = 0


class WorkLimits:
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


turns = WorkLimits(AT_ONCE, WAITING)


def in_turn(application: Application) -> Application:
    """An application of which an address gets so much at once; what is too much is 429."""

    async def taken(scope: Message, receive: Receive, send: Send) -> None:
        try:
            turn = turns.turn(whose(scope.get("client")))
            await to_its_end(turn, application, scope, receive, send)
        except Full as full:
            await send_problem(send, Problem(HTTPStatus.TOO_MANY_REQUESTS, str(full), RETRY_AFTER))

    return taken


def at_most(requests: int, application: Application) -> Application:
    """An application of which so many requests run at once; the others wait for them."""
    running = asyncio.Semaphore(requests)

    async def taken(scope: Message, receive: Receive, send: Send) -> None:
        await to_its_end(running, application, scope, receive, send)

    return taken


async def to_its_end(
    turn: AbstractAsyncContextManager[None],
    application: Application,
    scope: Message,
    receive: Receive,
    send: Send,
) -> None:
    """Answer in a turn, and keep it to the end of the work, if the client leaves meanwhile.

    Who leaves before has no turn.
    """
    has_begun = False

    async def work() -> None:
        nonlocal has_begun
        async with turn:
            has_begun = True
            await application(scope, without_its_end(receive), send)

    task = asyncio.ensure_future(work())
    under_way.add(task)
    task.add_done_callback(under_way.discard)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        if not has_begun:
            task.cancel()
        raise


def without_its_end(receive: Receive) -> Receive:
    """What comes of a request, but not that its client has left."""
    is_whole = False

    async def received() -> Message:
        nonlocal is_whole
        if is_whole:
            await asyncio.Future()
        message = await receive()
        is_whole = not message.get("more_body")
        return message

    return received
