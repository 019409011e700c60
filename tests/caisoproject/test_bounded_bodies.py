"""The bound of a body under servers that have none of their own."""

import pytest
from asgiref.testing import ApplicationCommunicator

from caisoproject.bounded_bodies import bounded_bodies
from live.daphne.bodies import MOST_BYTES
from live.wire import Message, Receive, Send


async def taken(scope: Message, receive: Receive, send: Send) -> None:
    """An application that answers 204 to whatever comes."""
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body", "body": b""})


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (b"0", 204),
        (b"%d" % MOST_BYTES, 204),
        (b"%d" % (MOST_BYTES + 1), 413),
        (b"9" * 5000, 413),
        (b"much", 204),
        (b"\xb2", 204),
    ],
    ids=lambda one: str(one)[:12],
)
async def test_a_body_that_says_it_is_too_long_is_refused_however_that_is_written(
    said: bytes, expected: int
) -> None:
    headers = [(b"content-length", said)]
    scope = {"type": "http", "method": "POST", "path": "/accounts/log-in/", "headers": headers}
    asked = ApplicationCommunicator(bounded_bodies(taken), scope)
    assert (await asked.receive_output(1))["status"] == expected
    await asked.wait(1)
