"""Who may read the live feed, by WebSocket and by event stream alike."""

import pytest
from pytest_django import Settings

from live.origin import may_read


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
        # Another scheme is another origin.
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
    assert may_read({b"host": host.encode(), b"origin": origin.encode()}, "http") is may


@pytest.mark.parametrize(
    ("scheme", "origin", "may"),
    [
        ("https", "https://prices.example.org", True),
        ("wss", "https://prices.example.org", True),
        ("ws", "http://prices.example.org", True),
        ("wss", "http://prices.example.org", False),
        ("https", "http://prices.example.org", False),
        ("wss", "wss://prices.example.org", False),
    ],
)
def test_a_page_over_tls_is_of_the_same_site_as_a_connection_over_tls(
    scheme: str, origin: str, may: bool
) -> None:
    assert may_read({b"host": b"prices.example.org", b"origin": origin.encode()}, scheme) is may
    referer = {b"host": b"prices.example.org", b"referer": f"{origin}/alerts/".encode()}
    assert may_read(referer, scheme) is may


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
    assert may_read(headers, "http") is may
    assert may_read(headers | {b"origin": b""}, "http") is may


def test_a_foreign_page_may_not_listen_with_a_token() -> None:
    headers = {b"origin": b"http://evil.example", b"authorization": b"Bearer of-the-desk"}
    assert not may_read(headers | {b"host": b"prices.example.org"}, "http")


HOST = {b"host": b"prices.example.org"}


@pytest.mark.parametrize(
    ("headers", "may"),
    [
        # A browser's EventSource sends no Origin to its own site.
        ({b"sec-fetch-site": b"same-origin"}, True),
        ({b"sec-fetch-site": b"same-origin", b"referer": b"http://prices.example.org/"}, True),
        ({b"sec-fetch-site": b"same-origin", b"host": b"evil.example"}, False),
        ({b"sec-fetch-site": b"same-origin", b"origin": b"http://evil.example"}, False),
        ({b"sec-fetch-site": b"same-site"}, False),
        ({b"sec-fetch-site": b"cross-site"}, False),
        ({b"sec-fetch-site": b"none"}, False),  # typed into the address bar
        ({b"sec-fetch-site": b"none", b"referer": b"http://prices.example.org/"}, False),
        ({b"sec-fetch-site": b"none", b"authorization": b"Bearer of-the-desk"}, True),
        # Over plain http to another machine browsers send no Sec-Fetch-Site.
        ({b"referer": b"http://prices.example.org/?hub=SP15"}, True),
        ({b"referer": b"http://prices.example.org/"}, True),
        ({b"referer": b"http://prices.example.org"}, True),
        ({b"referer": b"https://trusted.example.net/alerts/"}, True),
        ({b"referer": b"http://prices.example.org.evil.example/"}, False),
        ({b"referer": b"http://prices.example.org@evil.example/"}, False),
        ({b"referer": b"http://prices.example.org:9000/"}, False),
        ({b"referer": b"https://prices.example.org/"}, False),
        ({b"referer": b"http://evil.example/http://prices.example.org/"}, False),
        ({b"referer": b"http://evil.example/", b"host": b"evil.example"}, False),
        ({b"referer": b"http:///"}, False),
        ({b"referer": b"\xff/\xfe//"}, False),
    ],
)
def test_a_page_that_sends_no_origin_is_known_by_what_its_browser_says(
    headers: dict[bytes, bytes], may: bool
) -> None:
    assert may_read(HOST | headers, "http") is may


def test_an_origin_of_any_bytes_is_an_answer_and_no_failure(settings: Settings) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    for origin in (b"\xff\xfe", b"http://\xe9", b"http://[::1", b"://", b"http://a:b:c"):
        assert may_read({b"origin": origin, b"host": b"prices.example.org"}, "http") is False
