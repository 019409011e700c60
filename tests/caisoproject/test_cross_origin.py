"""Pages of other sites: who may read the answers and the feed, decided alike everywhere."""

import pytest
from pytest_django import Settings

from caisoproject.asgi import application
from live.origin import may_read
from live.wire import Message

FRIEND = "https://friend.example"
ORIGINS = [
    (FRIEND, True),
    ("https://friend.example:8443", True),
    ("http://friend.example", False),
    ("https://friend.example:443", False),
    ("https://friend.example/", False),
    ("https://friend.example/page", False),
    ("https://FRIEND.example", False),
    ("https://friend.example.evil.example", False),
    ("https://evil.friend.example", False),
    ("https://evil.example@friend.example", False),
    ("null", False),
    ("*", False),
    ("", False),
    ("http://[", False),
    ("\xff", False),
]
# Django's own, behind the limits of an address, of the event stream, and one that is not there.
PATHS = ["/api/v1/source", "/api/history/0", "/api/v1/stream", "/api/nothing"]


@pytest.fixture(autouse=True)
def friends(settings: Settings) -> None:
    settings.CORS_ALLOWED_ORIGINS = [FRIEND, "https://friend.example:8443"]


async def head(path: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str]]:
    """The status and the headers of an answer; each of a name once."""
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "http.disconnect" if sent else "http.request", "body": b""}

    asked = {"host": "127.0.0.1:8000", **headers}
    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "query_string": b"hubs=nowhere",
        "headers": [(n.replace("_", "-").encode(), v.encode("latin-1")) for n, v in asked.items()],
        "client": ["192.0.2.7", 1],
    }
    await application(scope, receive, send)
    names = [name.decode().lower() for name, _ in sent[0]["headers"]]
    assert len(names) == len(set(names)), names
    held = {name.decode().lower(): value.decode("latin-1") for name, value in sent[0]["headers"]}
    return sent[0]["status"], held


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@pytest.mark.parametrize("path", PATHS)
async def test_every_answer_names_the_page_that_may_read_it_and_no_other(path: str) -> None:
    for origin, may in ORIGINS:
        _, headers = await head(path, origin=origin)
        assert headers.get("access-control-allow-origin") == (origin if may else None), origin
        assert "origin" in headers["vary"].lower()
        assert "access-control-allow-credentials" not in headers


@pytest.mark.parametrize(("origin", "may"), ORIGINS)
@pytest.mark.parametrize("scheme", ["ws", "http"])
def test_the_feed_opens_for_the_same_pages(origin: str, may: bool, scheme: str) -> None:
    headers = {b"host": b"127.0.0.1:8000", b"origin": origin.encode("latin-1")}
    assert may_read(headers, scheme) is may


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@pytest.mark.parametrize("path", PATHS)
async def test_a_browser_that_asks_before_is_told_what_it_may_send(path: str) -> None:
    status, headers = await head(path, "OPTIONS", origin=FRIEND, **asking_before())
    assert status == 200
    assert headers["access-control-allow-origin"] == FRIEND
    assert headers["access-control-allow-methods"] == "GET, POST, OPTIONS"
    assert "last-event-id" in headers["access-control-allow-headers"]
    assert headers["access-control-max-age"] == "600"
    assert headers["content-length"] == "0"
    _, headers = await head(path, "OPTIONS", origin="https://evil.example", **asking_before())
    assert [name for name in headers if name.startswith("access-control")] == []
    assert "origin" in headers["vary"].lower()


def asking_before() -> dict[str, str]:
    return {"access_control_request_method": "GET", "access_control_request_headers": "x"}


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
async def test_nobody_is_allowed_unless_he_is_listed_and_pages_are_nobodys(
    settings: Settings,
) -> None:
    _, headers = await head("/status/", origin=FRIEND)
    assert "access-control-allow-origin" not in headers
    settings.CORS_ALLOWED_ORIGINS = []
    for path in PATHS:
        _, headers = await head(path, origin=FRIEND)
        assert "access-control-allow-origin" not in headers
