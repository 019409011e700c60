"""Limits on expensive requests: so many at a time per address and in total.

When a client disconnects, its work goes on in a thread. Servers would cancel the application and so
free its slot at once; a client that asks and leaves again and again could then fill the process
with threads, and with database connections that nobody closes.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from http import HTTPStatus

from live.connection_limits import Full, client_address
from live.problems import API, Problem, send_refusal
from live.shared_limits import leased
from live.wire import Message, Receive, Send

Application = Callable[[Message, Receive, Send], Awaitable[None]]
AT_ONCE, WAITING = 2, 4
# Of everything else: few enough that one address never has all places of a process.
PAGES_AT_ONCE, PAGES_WAITING = 8, 100
RETRY_AFTER = 5
# Each takes a thread and up to three files.
REQUESTS_AT_ONCE = 40
running_tasks: set[asyncio.Task[None]] = set()  # an event loop holds its tasks weakly


class AddressSlots:
    """The slots of one address, and how many of its requests run or wait."""

    def __init__(self, at_once: int) -> None:
        self.free = asyncio.Semaphore(at_once)
        self.requests = 0


class WorkLimits:
    """Slots by address, for as long as an address has requests.

    With a name they are those of all web processes together, and of this one.
    """

    def __init__(self, at_once: int, waiting: int, name: str = "") -> None:
        self.name = name
        self.at_once = at_once
        self.most = at_once + waiting
        self.by_address: dict[str, AddressSlots] = {}

    @asynccontextmanager
    async def slot(self, address: str) -> AsyncIterator[None]:
        """Wait for a slot and hold it. Raises Full if too many of the address wait already."""
        taken = self.by_address.setdefault(address, AddressSlots(self.at_once))
        if taken.requests >= self.most:
            raise Full(f"{self.most} requests of your address are under way or wait already.")
        taken.requests += 1
        try:
            async with taken.free, self.lease(address):
                yield
        finally:
            taken.requests -= 1
            if not taken.requests:
                del self.by_address[address]

    def lease(self, address: str) -> AbstractAsyncContextManager[None]:
        """The same slot at all web processes, if these count together."""
        return leased(self.name, address, self.at_once) if self.name else nullcontext()


slots = WorkLimits(AT_ONCE, WAITING, "work")
page_slots = WorkLimits(PAGES_AT_ONCE, PAGES_WAITING)


def limited_per_address(application: Application) -> Application:
    """The application with two requests of an address at once and four waiting; more get 429."""
    return limited_by(lambda: slots, application)


def limited_by(limits: Callable[[], WorkLimits], application: Application) -> Application:
    """The application with as many requests of an address as these limits allow."""

    async def limited(scope: Message, receive: Receive, send: Send) -> None:
        try:
            slot = limits().slot(client_address(scope.get("client")))
            await run_to_completion(slot, application, scope, receive, send)
        except Full as full:
            problem = Problem(HTTPStatus.TOO_MANY_REQUESTS, str(full), RETRY_AFTER)
            await send_refusal(send, scope.get("path", API), problem)

    return limited


def limited_in_total(requests: int, application: Application) -> Application:
    """The application with so many requests at once; the others wait."""
    free = asyncio.Semaphore(requests)

    async def limited(scope: Message, receive: Receive, send: Send) -> None:
        await run_to_completion(free, application, scope, receive, send)

    return limited


async def run_to_completion(
    slot: AbstractAsyncContextManager[None],
    application: Application,
    scope: Message,
    receive: Receive,
    send: Send,
) -> None:
    """Run the application in a slot, held until the work is done even if the client disconnects.

    A client that disconnects while it waits gets no slot.
    """
    has_begun = False

    async def work() -> None:
        nonlocal has_begun
        async with slot:
            has_begun = True
            await application(scope, hide_disconnect(receive), send)

    task = asyncio.ensure_future(work())
    running_tasks.add(task)
    task.add_done_callback(running_tasks.discard)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        if not has_begun:
            task.cancel()
        raise


def hide_disconnect(receive: Receive) -> Receive:
    """A `receive` that yields the request's body, but never its client's disconnect."""
    is_complete = False

    async def received() -> Message:
        nonlocal is_complete
        if is_complete:
            await asyncio.Future()
        message = await receive()
        is_complete = not message.get("more_body")
        return message

    return received
