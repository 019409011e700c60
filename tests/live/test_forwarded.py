"""Whose request a proxy passes on: what a trusted one says is believed, and nothing else."""

import pytest

from live.forwarded import (
    MOST_PROXIES,
    Headers,
    Reader,
    TrustedProxies,
    reader_behind,
    trusted_proxies,
)

PROXY, INNER, READER, OTHER = "10.0.0.7", "192.0.2.9", "203.0.113.5", "198.51.100.6"
TRUSTED = trusted_proxies([PROXY, "192.0.2.0/24", "2001:db8:7::/64", "::ffff:172.16.0.0/108"])


def forwarded(*values: str, proto: tuple[str, ...] = ()) -> Headers:
    """The headers of a request that was passed on."""
    return [
        (b"host", b"prices.example.com"),
        *((b"x-forwarded-for", value.encode("latin-1")) for value in values),
        *((b"x-forwarded-proto", value.encode("latin-1")) for value in proto),
    ]


@pytest.mark.parametrize(
    ("peer", "values", "address"),
    [
        # A proxy that is not trusted is a reader like any other, whatever it says.
        (READER, [], READER),
        (READER, [OTHER], READER),
        (READER, [PROXY], READER),
        ("10.0.0.8", [OTHER], "10.0.0.8"),
        # A trusted one names whom it was asked by.
        (PROXY, [], PROXY),
        (PROXY, [READER], READER),
        (PROXY, [f"  {READER}\t"], READER),
        (f"::ffff:{PROXY}", [READER], READER),
        ("172.16.3.4", [READER], READER),
        ("2001:db8:7::1", [READER], READER),
        ("2001:db8:8::1", [READER], "2001:db8:8::1"),
        # What a client wrote itself stands before it.
        (PROXY, [f"{OTHER}, {READER}"], READER),
        (PROXY, [f"{PROXY}, {READER}"], READER),
        (PROXY, [f"127.0.0.1,::1,{READER}"], READER),
        (PROXY, [f"<script>, {READER}"], READER),
        (PROXY, [f"{OTHER}, {READER}, {INNER}"], READER),
        (PROXY, [f"{OTHER}, {READER}, {INNER}, {PROXY}"], READER),
        # Several headers are one list.
        (PROXY, [OTHER, READER], READER),
        (PROXY, [OTHER, f"{READER}, {INNER}", PROXY], READER),
        (PROXY, [READER, ""], READER),
        (PROXY, [f",, {READER} ,,"], READER),
        (PROXY, [""], PROXY),
        (PROXY, [" , ,"], PROXY),
        # All of them ours: the furthest.
        (PROXY, [f"{INNER}, {PROXY}"], INNER),
        # With ports and brackets, as some write them.
        (PROXY, [f"{READER}:4711"], READER),
        (PROXY, ["2001:db8::5"], "2001:db8::5"),
        (PROXY, ["2001:DB8:0::0:5"], "2001:db8::5"),
        (PROXY, ["[2001:db8::5]"], "2001:db8::5"),
        (PROXY, ["[2001:db8::5]:4711"], "2001:db8::5"),
        (PROXY, ["[2001:db8:7::2]:1, 2001:db8:7::3"], "2001:db8:7::2"),
        (PROXY, [f"::ffff:{READER}"], READER),
        (PROXY, [f"{READER}, ::ffff:{PROXY}"], READER),
        (PROXY, ["fe80::1%eth0"], "fe80::1"),
        # What can't be read makes it the peer.
        (PROXY, ["unknown"], PROXY),
        (PROXY, ["_hidden"], PROXY),
        (PROXY, [f"{READER}, unknown"], PROXY),
        (PROXY, [f"{READER}, unknown, {INNER}"], PROXY),
        (PROXY, [f'"{READER}"'], PROXY),
        (PROXY, [f"for={READER}"], PROXY),
        (PROXY, [f"{READER}:port"], PROXY),
        (PROXY, [f"{READER}:123456"], PROXY),
        (PROXY, [f"{READER};{OTHER}"], PROXY),
        (PROXY, [f"{READER} {OTHER}"], PROXY),
        (PROXY, ["[2001:db8::5"], PROXY),
        (PROXY, ["[2001:db8::5]4711"], PROXY),
        (PROXY, ["203.0.113.256"], PROXY),
        (PROXY, ["203.0.113.05"], PROXY),
        (PROXY, ["3405803781"], PROXY),
        (PROXY, ["\xff\xfe"], PROXY),
        (PROXY, ["٢٠٣.٠.١١٣.٥".encode().decode("latin-1")], PROXY),
        # A list without end is not read.
        (PROXY, [", ".join([READER] + [INNER] * (MOST_PROXIES - 1))], READER),
        (PROXY, [", ".join([READER] + [INNER] * MOST_PROXIES)], INNER),
    ],
)
def test_the_reader_is_the_last_address_that_no_proxy_of_ours_has(
    peer: str, values: list[str], address: str
) -> None:
    assert reader_behind(peer, forwarded(*values), TRUSTED).address == address


@pytest.mark.parametrize(
    ("peer", "proto", "scheme"),
    [
        (PROXY, ("https",), "https"),
        (PROXY, ("http",), "http"),
        (PROXY, ("HTTPS ",), "https"),
        (PROXY, (), None),
        (PROXY, ("",), None),
        (PROXY, ("wss",), None),
        (PROXY, ("https;",), None),
        (PROXY, ("https, http",), "http"),
        (PROXY, ("https", "http"), "http"),
        (PROXY, ("http, https",), "https"),
        (READER, ("https",), None),
    ],
)
def test_the_scheme_is_what_the_nearest_proxy_says(
    peer: str, proto: tuple[str, ...], scheme: str | None
) -> None:
    assert reader_behind(peer, forwarded(proto=proto), TRUSTED).scheme == scheme


def test_nobody_is_believed_where_no_proxy_is_named() -> None:
    headers = forwarded(READER, proto=("https",))
    assert reader_behind(PROXY, headers, TrustedProxies()) == Reader(PROXY)
    assert reader_behind("", headers, TrustedProxies()) == Reader("")


def test_whoever_comes_over_a_unix_socket_is_believed_if_it_is_named() -> None:
    headers = forwarded(f"{OTHER}, {READER}", proto=("https",))
    assert reader_behind("", headers, trusted_proxies(["unix"])) == Reader(READER, "https")
    assert reader_behind("", headers, TRUSTED) == Reader("")


def test_no_other_header_is_read() -> None:
    others = [
        (b"x-real-ip", READER.encode()),
        (b"forwarded", f"for={READER};proto=https".encode()),
        (b"x_forwarded_for", READER.encode()),
        (b"x-forwarded-host", b"evil.example"),
    ]
    assert reader_behind(PROXY, others, TRUSTED) == Reader(PROXY)
    assert reader_behind(PROXY, [(b"X-Forwarded-For", READER.encode())], TRUSTED).address == READER


@pytest.mark.parametrize("name", ["10.0.0.1/8", "proxy.example", "10.0.0.0/33", ""])
def test_what_is_no_network_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=r"has host bits set|does not appear to be|is not a valid"):
        trusted_proxies([name])
