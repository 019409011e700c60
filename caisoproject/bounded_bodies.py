"""The bound of a body under servers that have none: Django would keep any on disk, to the end.

Under Daphne a body that is too long does not come this far (`live/daphne/channel.py`).
"""

from collections.abc import Awaitable, Callable
from http import HTTPStatus

from live.daphne.bodies import most_bytes
from live.problems import Problem, send_refusal
from live.wire import Message, Receive, Send

Application = Callable[[Message, Receive, Send], Awaitable[None]]


class Body:
    """What has come of a body."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.bytes = 0

    @property
    def is_too_long(self) -> bool:
        return self.bytes > self.most


def bounded_bodies(application: Application) -> Application:
    """The application, which reads no body that is longer than its path takes."""

    async def asked(scope: Message, receive: Receive, send: Send) -> None:
        body = Body(most_bytes(scope["path"].encode()))
        is_begun = False

        async def counted() -> Message:
            message = await receive()
            body.bytes += len(message.get("body", b""))
            return {"type": "http.disconnect"} if body.is_too_long else message

        async def noted(message: Message) -> None:
            nonlocal is_begun
            is_begun = True
            await send(message)

        if declared(scope) > body.most:
            await refuse(scope, send, body.most)
            return
        await application(scope, counted, noted)
        if body.is_too_long and not is_begun:
            await refuse(scope, send, body.most)

    return asked


def declared(scope: Message) -> int:
    """How long the client says it is; 0 where it does not, or writes no number."""
    said = dict(scope["headers"]).get(b"content-length", b"0")
    return int(said) if said.isdigit() else 0


async def refuse(scope: Message, send: Send, most: int) -> None:
    sentence = f"A request's body has at most {most} bytes here."
    problem = Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, sentence)
    await send_refusal(send, scope["path"], problem)
