"""Addresses of webhooks: those that are plain, and those that only look so."""

import pytest

from alerts.delivery.senders.catalog import check_address
from outbound.errors import ForbiddenTarget
from outbound.target_url import parse

HOSTILE = [
    # Not https
    "http://example.com/",
    "ftp://example.com/",
    "file:///etc/passwd",
    "gopher://example.com/",
    "javascript:alert(1)",
    "//example.com/",
    "example.com/hook",
    "https:example.com",
    "https:/example.com",
    "https:///hook",
    "https://",
    "https://?x",
    "https://:443/",
    # Numbers that are an address to some and a name to others
    "https://0x7f.1/",
    "https://0x7f000001/",
    "https://0x7f.0.0.1/",
    "https://2130706433/",
    "https://017700000001/",
    "https://0177.0.0.1/",
    "https://127.1/",
    "https://127.0.1/",
    "https://127.0.0.1./",
    "https://127.000.000.001/",
    "https://256.256.256.256/",
    "https://example.0x1/",
    "https://example.1/",
    "https://[::1/",
    "https://::1/",
    "https://[127.0.0.1]/",
    "https://[fe80::1%25eth0]/",
    "https://[fe80::1%eth0]/",
    "https://[::1]x/",
    # Digits and dots that are none
    "https://１２７.0.0.1/",
    "https://127。0。0。1/",
    "https://example．com/",
    "https://①②⑦.0.0.1/",
    "https://ⓔxample.com/",
    # Names for what is inside
    "https://localhost/",
    "https://localhost./",
    "https://LOCALHOST/",
    "https://admin.localhost/",
    "https://printer.local/",
    "https://metadata.google.internal/",
    "https://intranet/",
    "https://example.com./",
    "https://example..com/",
    "https://.example.com/",
    "https://-example.com/",
    "https://ex_ample.com/",
    f"https://{'a' * 64}.com/",
    f"https://{'a.' * 130}com/",
    "https://xn--a.com/",
    "https://xn--/",
    # What hides the host
    "https://example.com@127.0.0.1/",
    "https://user:password@example.com/",
    "https://@example.com/",
    "https://example.com%00.evil.org/",
    "https://127.0.0.1%2f@example.com/",
    "https://example.com\\@127.0.0.1/",
    "https:\\\\example.com/",
    "https://exam\tple.com/",
    "https://example.com/\n",
    "https://example.com/a b",
    "https://example.com/\r\nHost: inner",
    " https://example.com/",
    "https://exam\u00adple.com/",
    "https://example.com/\u202e",
    "https://example.com/#@127.0.0.1/",
    "https://example.com/ü",
    # Ports
    "https://example.com:22/",
    "https://example.com:25/",
    "https://example.com:80/",
    "https://example.com:0/",
    "https://example.com:65536/",
    "https://example.com:123456/",
    "https://example.com:-443/",
    "https://example.com:443:443/",
    "https://example.com:４４３/",
    "https://example.com:/",
    "https://example.com/" + "a" * 2000,
]


@pytest.mark.parametrize("url", HOSTILE)
def test_a_hostile_address_is_refused_with_a_sentence(url: str) -> None:
    with pytest.raises(ForbiddenTarget, match=r"\.$"):
        parse(url, [])


@pytest.mark.parametrize(
    ("url", "clean"),
    [
        ("https://example.com/hook?a=b&c=%20d", "https://example.com/hook?a=b&c=%20d"),
        ("HTTPS://Example.COM:443", "https://example.com/"),
        ("https://example.com?a", "https://example.com/?a"),
        ("https://example.com:8443/x", "https://example.com:8443/x"),
        ("https://r3---sn-4g5e.example.com/", "https://r3---sn-4g5e.example.com/"),
        ("https://Bücher.example/", "https://xn--bcher-kva.example/"),
        ("https://bu\u0308cher.example/", "https://xn--bcher-kva.example/"),
        ("https://xn--bcher-kva.example/", "https://xn--bcher-kva.example/"),
        # Cyrillic letters that look like Latin ones are seen for what they are.
        ("https://аррӏе.com/", "https://xn--80ak6aa92e.com/"),
        ("https://8.8.8.8/", "https://8.8.8.8/"),
        ("https://[2606:4700:0::1111]/", "https://[2606:4700::1111]/"),
    ],
)
def test_a_plain_address_is_taken_and_written_in_one_way(url: str, clean: str) -> None:
    assert str(parse(url, [])) == clean


def test_an_address_that_an_operator_allowed_is_taken_only_as_it_was_named() -> None:
    allowed = ["receiver:9000", "127.0.0.1:8080", "[::1]:8080"]
    assert str(parse("http://receiver:9000/x", allowed)) == "http://receiver:9000/x"
    assert str(parse("https://RECEIVER:9000/x", allowed)) == "https://receiver:9000/x"
    assert str(parse("http://[::1]:8080/", allowed)) == "http://[::1]:8080/"
    for other in ("http://receiver/", "http://receiver:9001/", "http://127.1:8080/"):
        with pytest.raises(ForbiddenTarget):
            parse(other, allowed)


@pytest.mark.parametrize("address", ["https://127.0.0.1/", "https://10.1.2.3/x", "https://[::1]/"])
def test_a_form_refuses_an_address_inside_at_once(address: str) -> None:
    with pytest.raises(ForbiddenTarget, match="is not public"):
        check_address("webhook", address)
