"""Parses the URL of a webhook, and refuses those that are not plain. Pure.

A URL that two programs could read differently is refused, not repaired: numbers that only some take
for an address (0x7f.1, 2130706433), a name before an @, characters that look like a dot.
"""

import re
import unicodedata
from collections.abc import Collection
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from typing import NamedTuple

import idna

from outbound.errors import ForbiddenTarget

LONGEST_URL = 2000
LONGEST_HOST = 253
HTTPS_PORT, HTTP_PORT = 443, 80
FIRST_FREE_PORT, LAST_PORT = 1024, 65535
URL = re.compile(r"(https?)://([^/?#]*)([/?][^#]*)?", re.IGNORECASE)
AUTHORITY = re.compile(r"(\[[^\[\]]*\]|[^:\[\]]*)(?::(\d{1,5}))?", re.ASCII)
LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
# Browsers and C libraries take a host whose last label is like this for an IPv4 address.
NUMBER = re.compile(r"\d+|0x[0-9a-f]*")
# RFC 6761, 6762, 7686 and 8375, and the names of cloud providers' metadata services.
INTERNAL_NAMES = {"localhost", "local", "internal", "localdomain", "onion", "home.arpa"}


class TargetUrl(NamedTuple):
    """A URL to send to; `host` in lower-case ASCII, without brackets."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def netloc(self) -> str:
        """Host and port as in a URL, without the scheme's default port."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        default = HTTPS_PORT if self.scheme == "https" else HTTP_PORT
        return host if self.port == default else f"{host}:{self.port}"

    @property
    def origin(self) -> str:
        return f"{self.scheme}://{self.netloc}"

    def __str__(self) -> str:
        return f"{self.origin}{self.path}"

    def is_among(self, allowed: Collection[str]) -> bool:
        """Whether the operator allowed its host:port."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}" in allowed


def parse(url: str, allowed: Collection[str]) -> TargetUrl:
    """The parts of `url`. Raises ForbiddenTarget. Targets in `allowed` may be http."""
    whole = URL.fullmatch(clean(url))
    if whole is None:
        raise ForbiddenTarget("The address must begin with https:// and have no #.")
    scheme, authority, path = whole[1].lower(), whole[2], whole[3] or "/"
    if not path.isascii():
        raise ForbiddenTarget("The path has a character that must be percent-encoded.")
    host, port = split(authority, HTTPS_PORT if scheme == "https" else HTTP_PORT)
    target = TargetUrl(scheme, host, port, path if path[0] == "/" else f"/{path}")
    return target if target.is_among(allowed) else checked(target)


def clean(url: str) -> str:
    """`url`, if no character in it can hide where it leads."""
    if len(url) > LONGEST_URL:
        raise ForbiddenTarget(f"The address is longer than {LONGEST_URL} characters.")
    if any(unicodedata.category(char)[0] in "CZ" for char in url) or "\\" in url:
        raise ForbiddenTarget(
            "The address must not contain blanks, invisible characters or backslashes."
        )
    return url


def split(authority: str, default_port: int) -> tuple[str, int]:
    """Host and port. Raises ForbiddenTarget for a user name or password before an @."""
    if "@" in authority or "%" in authority:
        raise ForbiddenTarget("The address must not contain a user name, a password or a % sign.")
    parts = AUTHORITY.fullmatch(authority)
    if parts is None or not parts[1]:
        raise ForbiddenTarget("The address has no valid host.")
    return ascii_host(parts[1].lower()), int(parts[2] or default_port)


def ascii_host(host: str) -> str:
    """The host as DNS knows it, or an IP address as it is usually written."""
    if host.startswith("["):
        try:
            return str(IPv6Address(host[1:-1]))
        except AddressValueError as fault:
            raise ForbiddenTarget(f"{host} is not an IPv6 address.") from fault
    if host.isascii() and "xn--" not in host:
        return host
    try:
        return idna.encode(unicodedata.normalize("NFC", host), strict=True).decode()
    except idna.IDNAError as fault:
        raise ForbiddenTarget(f"{host} is not a host name: {fault}.") from fault


def checked(target: TargetUrl) -> TargetUrl:
    """`target`, if it meets the rules for targets that no operator allowed."""
    if target.scheme != "https":
        raise ForbiddenTarget("The address must begin with https://.")
    # Ports below 1024 are other services' (mail, SSH, LDAP): none of them expects a message.
    if target.port != HTTPS_PORT and not FIRST_FREE_PORT <= target.port <= LAST_PORT:
        raise ForbiddenTarget("The port must be 443, or one from 1024 to 65535.")
    if not (is_name(target.host) or is_number(target.host)):
        raise ForbiddenTarget(f"{target.host} is not a public host name.")
    return target


def is_name(host: str) -> bool:
    """Whether `host` is a full name in public DNS."""
    labels = host.split(".")
    internal = any(host == name or host.endswith(f".{name}") for name in INTERNAL_NAMES)
    well_formed = all(map(LABEL.fullmatch, labels)) and not NUMBER.fullmatch(labels[-1])
    return well_formed and not internal and len(labels) > 1 and len(host) <= LONGEST_HOST


def is_number(host: str) -> bool:
    """Whether `host` is an IP address as it is usually written, public or not."""
    try:
        return str(IPv6Address(host) if ":" in host else IPv4Address(host)) == host
    except AddressValueError:
        return False
