"""The bound of a body under servers that have none: Django would keep any on disk, to the end.

Under Daphne a body that is too long does not come this far (`live/daphne/channel.py`).
"""

from collections.abc import Awaitable, Callable
from http import HTTPStatus

from live.daphne.bodies import MOST_BYTES, declared
from live.problems import Problem, send_refusal
from live.wire import Message, Receive, Send

Application = Callable[[Message, Receive, Send], Awaitable[None]]


def bounded_bodies(application: Application) -> Application:
    """The application, which reads no body that is longer than MOST_BYTES."""

    async def asked(scope: Message, receive: Receive, send: Send) -> None:
        came, is_begun = 0, False

        async def counted() -> Message:
            nonlocal came
            message = await receive()
            came += len(message.get("body", b""))
            return {"type": "http.disconnect"} if came > MOST_BYTES else message

        async def noted(message: Message) -> None:
            nonlocal is_begun
            is_begun = True
            await send(message)

        if declared(dict(scope["headers"]).get(b"content-length", b"")) > MOST_BYTES:
            await refuse(scope, send)
            return
        await application(scope, counted, noted)
        if came > MOST_BYTES and not is_begun:
            await refuse(scope, send)

    return asked


async def refuse(scope: Message, send: Send) -> None:
    sentence = f"A request's body has at most {MOST_BYTES} bytes here."
    problem = Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, sentence)
    await send_refusal(send, scope["path"], problem)
