"""A program: one attack on the web process for some seconds; what the server answered, as JSON.

`python -m benchmarks.attackers slowloris|bad_frames|big_frames|passwords PORT SECONDS`

Attackers come from addresses of their own on loopback (127.0.1.x): limits count by address.
"""

import asyncio
import http.client
import json
import re
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from itertools import count
from urllib.parse import urlencode, urlsplit

from benchmarks.feed_client import FeedClient, long_head

SLOW, OF_ONE_ADDRESS = 200, 100
FRAMES, SOCKETS = 10_000, 20
GUESSES = 50
A_BYTE_EACH_S = 1.0
OPENS_WITHIN_S = 5
BAD = (
    "{",
    '{"type":"resume"}',
    '{"type":"ping","id":[]}',
    '"',
    "[" * 2000,
    '{"type":"' + "x" * 3000 + '"}',
    '{"type":"resume","feeds":{"SP15":{"epoch":"e","seq":1e99}}}',
    "\u202e\x1b[31m",
)
MIB = 1 << 20


async def slowloris(port: int, seconds: float) -> dict[str, int]:
    """200 requests that never end, a byte a second: half from one address, half from many."""
    found: Counter[str] = Counter()
    until = time.monotonic() + seconds
    sources = [address(1) if n < OF_ONE_ADDRESS else address(n) for n in range(SLOW)]
    await asyncio.gather(*(never_ends(port, source, until, found) for source in sources))
    return dict(found)


async def never_ends(port: int, source: str, until: float, found: Counter[str]) -> None:
    """Begin a request, again each time the server ends it."""
    while time.monotonic() < until:
        found["opened"] += 1
        try:
            reader, writer = await asyncio.open_connection(
                "127.0.0.1", port, local_addr=(source, 0)
            )
            writer.write(b"GET / HTTP/1.1\r\nHost: localhost\r\nX-A: ")
            while time.monotonic() < until and not reader.at_eof():
                writer.write(b"b")
                await writer.drain()
                await asyncio.sleep(A_BYTE_EACH_S)
            if reader.at_eof():
                found["ended by the server"] += 1
            writer.transport.abort()
        except OSError:
            found["ended by the server"] += 1
            await asyncio.sleep(A_BYTE_EACH_S)


async def bad_frames(port: int, seconds: float) -> dict[str, int]:
    """10,000 frames that mean nothing, over 20 sockets of one address, as fast as they go."""
    return await framed(port, seconds, FRAMES // SOCKETS, say_bad)


async def big_frames(port: int, seconds: float) -> dict[str, int]:
    """A frame of 1 MiB on each of 20 sockets."""
    return await framed(port, seconds, 1, say_big)


def say_bad(client: FeedClient, number: int) -> None:
    client.say(BAD[number % len(BAD)])


def say_big(client: FeedClient, _number: int) -> None:
    head = long_head(1, 0)[:1] + bytes((128 | 127,)) + MIB.to_bytes(8)
    client.transport.write(head + bytes(4) + b"x" * MIB)


async def framed(
    port: int, seconds: float, each: int, say: Callable[[FeedClient, int], None]
) -> dict[str, int]:
    """Send `each` frames over each socket, opening it again where it was closed."""
    found: Counter[str] = Counter()
    until = time.monotonic() + seconds

    async def one() -> None:
        sent = 0
        while sent < each and time.monotonic() < until:
            closed = asyncio.get_running_loop().create_future()
            client = FeedClient(f"127.0.0.1:{port}", "/ws", heard, ended(closed))
            found["opened"] += 1
            await connected(client, port)
            opens_until = time.monotonic() + OPENS_WITHIN_S
            while not client.is_open and not closed.done() and time.monotonic() < opens_until:
                await asyncio.sleep(0.01)
            while sent < each and not closed.done():
                say(client, sent)
                sent += 1
                found["sent"] += 1
                await asyncio.sleep(0)
            await asyncio.wait([closed], timeout=OPENS_WITHIN_S)
            client.transport.abort()
            await asyncio.sleep(0.1)

    def heard(text: bytes) -> None:
        if text.startswith(b'{"type":"error"'):
            found["answered with an error"] += 1

    def ended(closed: "asyncio.Future[None]") -> Callable[[int], None]:
        def end(code: int) -> None:
            found[f"closed {code}"] += 1
            if not closed.done():
                closed.set_result(None)

        return end

    await asyncio.gather(*(one() for _ in range(SOCKETS)))
    return dict(found)


async def connected(client: FeedClient, port: int) -> None:
    loop = asyncio.get_running_loop()
    await loop.create_connection(lambda: client, "127.0.0.1", port, local_addr=(address(2), 0))


async def passwords(port: int, seconds: float) -> dict[str, int]:
    """50 wrong passwords for one name, from one address, one after the other."""
    return await asyncio.to_thread(guessed, port, seconds)


def guessed(port: int, seconds: float) -> dict[str, int]:
    found: Counter[str] = Counter()
    until = time.monotonic() + seconds
    for number in count():
        if number == GUESSES or time.monotonic() > until:
            return dict(found)
        found[f"HTTP {guess(port, f'wrong-{number}')}"] += 1
    raise AssertionError


def guess(port: int, password: str) -> int:
    """The status of the answer to one wrong password, as the sign-in page sends it."""
    connection = http.client.HTTPConnection("127.0.0.1", port, source_address=(address(3), 0))
    try:
        path, cookies, page = sign_in_page(connection)
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        assert token
        fields = {"csrfmiddlewaretoken": token[1], "username": "admin", "login": "admin"}
        connection.request(
            "POST",
            path,
            urlencode({**fields, "password": password}),
            {"Content-Type": "application/x-www-form-urlencoded", "Cookie": cookies},
        )
        return connection.getresponse().status
    finally:
        connection.close()


def sign_in_page(connection: http.client.HTTPConnection) -> tuple[str, str, str]:
    """The sign-in page, wherever the admin's leads: its path, its cookies and its HTML."""
    path = "/admin/login/"
    while True:
        connection.request("GET", path)
        answer = connection.getresponse()
        page = answer.read().decode()
        if not (leads_to := answer.headers.get("Location")):
            cookies = answer.headers.get_all("Set-Cookie") or []
            return path, "; ".join(cookie.partition(";")[0] for cookie in cookies), page
        parts = urlsplit(leads_to)
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path


def address(number: int) -> str:
    return f"127.0.1.{1 + number % 250}"


ATTACKS: dict[str, Callable[[int, float], Awaitable[dict[str, int]]]] = {
    "slowloris": slowloris,
    "bad_frames": bad_frames,
    "big_frames": big_frames,
    "passwords": passwords,
}


async def main(name: str, port: str, seconds: str) -> None:
    json.dump(await ATTACKS[name](int(port), float(seconds)), sys.stdout)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
