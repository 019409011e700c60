"""Who may open the live feed."""

import pytest
from pytest_django import Settings

from live.origin import may_listen


@pytest.fixture(autouse=True)
def ours(settings: Settings) -> None:
    settings.ALLOWED_HOSTS = ["prices.example.org", "[::1]"]
    settings.CSRF_TRUSTED_ORIGINS = ["https://trusted.example.net"]
    settings.FEED_TOKEN = "of-the-desk"


@pytest.mark.parametrize(
    ("origin", "host", "may"),
    [
        ("http://prices.example.org", "prices.example.org", True),
        ("http://prices.example.org:8000", "prices.example.org:8000", True),
        ("http://[::1]:8000", "[::1]:8000", True),
        ("https://trusted.example.net", "prices.example.org", True),
        # Another scheme is another origin: behind a proxy with TLS an operator names the whole.
        ("https://prices.example.org", "prices.example.org", False),
        ("HTTP://prices.example.org", "prices.example.org", False),
        ("http://prices.example.org/", "prices.example.org", False),
        ("http://trusted.example.net", "prices.example.org", False),
        ("https://trusted.example.net:444", "prices.example.org", False),
        ("https://trusted.example.net.evil.example", "prices.example.org", False),
        ("http://evil.example", "prices.example.org", False),
        ("http://prices.example.org:9000", "prices.example.org:8000", False),
        ("http://prices.example.org", "prices.example.org:8000", False),
        ("http://prices.example.org.evil.example", "prices.example.org", False),
        ("http://prices.example.org@evil.example", "prices.example.org", False),
        ("http://evil.example@prices.example.org", "prices.example.org", False),
        ("null", "prices.example.org", False),
        ("null", "", False),
        ("http://", "", False),
        ("http://[", "prices.example.org", False),
        ("http://[", "[", False),
        ("http://[nonsense]", "[nonsense]", False),
        # The name of a host that is not ours, made to point to us (DNS rebinding).
        ("http://evil.example", "evil.example", False),
    ],
)
def test_only_our_own_and_trusted_pages_may_open_the_feed(
    origin: str, host: str, may: bool
) -> None:
    assert may_listen({b"host": host.encode(), b"origin": origin.encode()}) is may


@pytest.mark.parametrize(
    ("authorization", "may"),
    [
        ("", False),
        ("Bearer", False),
        ("Bearer ", False),
        ("Bearer of-another", False),
        ("Basic of-the-desk", False),
        ("of-the-desk", False),
        ("Bearer of-the-desk", True),
        ("bearer  of-the-desk", True),
    ],
)
def test_a_program_without_an_origin_shows_the_token(authorization: str, may: bool) -> None:
    headers = {b"host": b"prices.example.org", b"authorization": authorization.encode()}
    assert may_listen(headers) is may
    assert may_listen(headers | {b"origin": b""}) is may


def test_a_foreign_page_may_not_listen_with_a_token() -> None:
    headers = {b"origin": b"http://evil.example", b"authorization": b"Bearer of-the-desk"}
    assert not may_listen(headers | {b"host": b"prices.example.org"})


def test_an_origin_of_any_bytes_is_an_answer_and_no_failure(settings: Settings) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    for origin in (b"\xff\xfe", b"http://\xe9", b"http://[::1", b"://", b"http://a:b:c"):
        assert may_listen({b"origin": origin, b"host": b"prices.example.org"}) is False
