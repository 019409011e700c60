"""What the applications inside see of a reader who came through a proxy."""

import pytest
from pytest_django import Settings

from caisoproject.behind_proxies import behind_proxies
from caisoproject.request_log import PROXIED
from live.wire import Message

PROXY, READER = "10.0.0.7", "203.0.113.5"
FOR, PROTO = (b"x-forwarded-for", READER.encode()), (b"x-forwarded-proto", b"https")


@pytest.fixture(autouse=True)
def proxy(settings: Settings) -> None:
    settings.TRUSTED_PROXIES = [PROXY, "unix"]
    settings.SITE_URL = ""


async def seen(scope: Message) -> Message:
    """The scope that the application inside gets."""
    found: list[Message] = []

    async def inside(scope: Message, receive: object, send: object) -> None:
        found.append(scope)

    await behind_proxies(inside)(scope, never, never)
    return found[0]


async def never(*_: object) -> Message:
    raise AssertionError


def scope(kind: str, client: list[object] | None, *headers: tuple[bytes, bytes]) -> Message:
    plain = {"http": "http", "websocket": "ws"}[kind]
    return {"type": kind, "scheme": plain, "client": client, "headers": list(headers)}


@pytest.mark.parametrize(("kind", "scheme"), [("http", "https"), ("websocket", "wss")])
@pytest.mark.parametrize("client", [[PROXY, 4711], None])
async def test_the_reader_and_the_scheme_are_his_own(
    kind: str, scheme: str, client: list[object] | None
) -> None:
    found = await seen(scope_of := scope(kind, client, FOR, PROTO))
    assert (found["client"], found["scheme"]) == ([READER, 0], scheme)
    assert scope_of["client"] == client


@pytest.mark.parametrize("kind", ["http", "websocket"])
async def test_a_reader_without_a_trusted_proxy_changes_nothing(kind: str) -> None:
    came = scope(kind, [READER, 4711], (b"x-forwarded-for", b"127.0.0.1"), PROTO)
    assert await seen(came) is came


async def test_a_proxy_that_says_nothing_speaks_for_the_sites_address(settings: Settings) -> None:
    probe = scope("http", [PROXY, 4711])
    assert await seen(probe) == {**probe, PROXIED: True}
    settings.SITE_URL = "https://prices.example.com"
    assert (await seen(probe))["scheme"] == "https"
    assert (await seen(probe))["client"] == [PROXY, 4711]
    told = scope("http", [PROXY, 4711], (b"x-forwarded-proto", b"http"))
    assert (await seen(told))["scheme"] == "http"
    assert (await seen(scope("http", [READER, 1])))["scheme"] == "http"


async def test_a_scope_of_another_kind_passes() -> None:
    assert await seen({"type": "lifespan"}) == {"type": "lifespan"}
