"""Which addresses are public, and that one which is not spoils the others."""

from ipaddress import ip_address

import pytest

from oasis.public_network import is_public
from outbound.errors import ForbiddenTarget, Unreachable
from outbound.public_address import addresses
from outbound.target_url import parse

TARGET = parse("https://hooks.example.com/x", [])


@pytest.mark.parametrize(
    "address",
    [
        *("8.8.8.8", "1.1.1.1", "172.15.255.255", "172.32.0.1", "100.63.255.255", "100.128.0.1"),
        *("192.0.1.1", "198.17.255.255", "198.20.0.1", "223.255.255.255", "169.253.0.1"),
        *("2001:4860:4860::8888", "2606:4700::1111", "2a00:1450::1", "2001:200::1"),
        *("64:ff9b::808:808", "168.63.129.15", "168.63.129.17", "161.25.0.1", "161.27.0.1"),
        *("166.7.255.255", "166.12.0.1"),
    ],
)
def test_addresses_on_the_public_internet_are_public(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize(
    "address",
    [
        *("0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.0.1", "100.127.255.255", "127.0.0.1"),
        *("127.255.255.254", "169.254.169.254", "169.254.0.1", "172.16.0.1", "172.31.255.255"),
        *("192.0.0.1", "192.0.0.192", "192.0.2.1", "198.51.100.1", "203.0.113.1", "192.88.99.1"),
        *("192.168.1.1", "198.18.0.1", "198.19.255.255", "224.0.0.1", "239.255.255.255"),
        *("240.0.0.1", "255.255.255.255"),
        *("::", "::1", "::127.0.0.1", "::8.8.8.8", "::ffff:127.0.0.1", "::ffff:8.8.8.8"),
        *("64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b::a00:1", "64:ff9b:1::808:808"),
        *("2002:7f00:1::", "2002:808:808::1", "2001:0:7f00:1::", "2001:db8::1", "3fff::1"),
        *("fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1"),
        *("100::1", "5f00::1", "4000::1"),
        # What clouds answer at: Azure, IBM, Alibaba, Oracle, Google, Scaleway; however written.
        *("168.63.129.16", "161.26.0.10", "166.8.0.1", "166.11.255.255", "100.100.100.200"),
        *("fd00:c1::a9fe:a9fe", "fd20:ce::254", "fd00:42::42", "::ffff:168.63.129.16"),
        *("64:ff9b::a83f:8110", "2002:a83f:8110::1", "2001:0:a83f:8110::"),
    ],
)
def test_other_addresses_are_not_public(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("found", [["10.0.0.1"], ["8.8.8.8", "10.0.0.1"], ["::1", "8.8.8.8"]])
def test_one_private_address_refuses_a_name(found: list[str]) -> None:
    with pytest.raises(ForbiddenTarget, match=r"hooks\.example\.com is at .*, which is not public"):
        addresses(TARGET, [], lambda host, port: found)


def test_a_name_with_public_addresses_has_them_all() -> None:
    both = ["8.8.8.8", "2606:4700::1111"]
    assert addresses(TARGET, [], lambda host, port: both) == both


def test_a_receiver_that_an_operator_named_may_be_inside() -> None:
    allowed = ["hooks.example.com:443"]
    assert addresses(TARGET, allowed, lambda host, port: ["10.0.0.1"]) == ["10.0.0.1"]


def test_a_name_without_an_address_is_tried_again() -> None:
    with pytest.raises(Unreachable, match=r"hooks\.example\.com has no address"):
        addresses(TARGET, [], lambda host, port: [])
