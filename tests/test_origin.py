"""Whose pages may open the live feed."""

import pytest
from pytest_django import Settings

from dashboard.origin import is_ours


@pytest.mark.parametrize(
    ("origin", "host", "ours"),
    [
        (None, "prices.example.org", True),  # a program, not a browser
        ("", "prices.example.org", True),
        ("https://prices.example.org", "prices.example.org", True),
        ("http://prices.example.org:8000", "prices.example.org:8000", True),
        ("http://[::1]:8000", "[::1]:8000", True),
        ("https://trusted.example.net", "prices.example.org", True),
        ("http://trusted.example.net", "prices.example.org", False),
        ("https://trusted.example.net:444", "prices.example.org", False),
        ("https://trusted.example.net.evil.example", "prices.example.org", False),
        ("https://evil.example", "prices.example.org", False),
        ("http://prices.example.org:9000", "prices.example.org:8000", False),
        ("http://prices.example.org", "prices.example.org:8000", False),
        ("https://prices.example.org.evil.example", "prices.example.org", False),
        ("https://prices.example.org@evil.example", "prices.example.org", False),
        ("https://evil.example@prices.example.org", "prices.example.org", False),
        ("null", "prices.example.org", False),
        ("null", "", False),
        ("http://[", "prices.example.org", False),
        ("http://[nonsense]", "[nonsense]", False),
        # The name of a host that is not ours, made to point to us (DNS rebinding).
        ("https://evil.example", "evil.example", False),
    ],
)
def test_only_our_own_and_trusted_pages_may_open_the_feed(
    settings: Settings, origin: str | None, host: str, ours: bool
) -> None:
    settings.ALLOWED_HOSTS = ["prices.example.org", "[::1]"]
    settings.CSRF_TRUSTED_ORIGINS = ["https://trusted.example.net"]
    headers = {b"host": host.encode()}
    if origin is not None:
        headers[b"origin"] = origin.encode()
    assert is_ours(headers) is ours


def test_an_origin_of_any_bytes_is_an_answer_and_no_failure(settings: Settings) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    for origin in (b"\xff\xfe", b"http://\xe9", b"http://[::1", b"://", b"http://a:b:c"):
        assert is_ours({b"origin": origin, b"host": b"prices.example.org"}) is False
