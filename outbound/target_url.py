"""The address of a webhook: which ones are plain enough to be followed. Pure.

Whatever two programs could read in two ways is refused, not repaired: a number that is an address
to one of them (0x7f.1, 2130706433), a name before an @, a dot that is none.
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
# Browsers and C libraries read a host that ends like this as a number.
NUMBER = re.compile(r"\d+|0x[0-9a-f]*")
# RFC 6761, 6762, 7686, 8375, and what cloud providers name their metadata services.
INNER_NAMES = {"localhost", "local", "internal", "localdomain", "onion", "home.arpa"}


class TargetUrl(NamedTuple):
    """An address to send to, by name: `host` in lower-case ASCII, without brackets."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def netloc(self) -> str:
        """Host and port as they are written, the port where it is not the scheme's own."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        own = HTTPS_PORT if self.scheme == "https" else HTTP_PORT
        return host if self.port == own else f"{host}:{self.port}"

    @property
    def origin(self) -> str:
        """Scheme, host and port."""
        return f"{self.scheme}://{self.netloc}"

    def __str__(self) -> str:
        return f"{self.origin}{self.path}"

    def is_among(self, allowed: Collection[str]) -> bool:
        """Whether an operator named it, as host:port."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}" in allowed


def parse(url: str, allowed: Collection[str]) -> TargetUrl:
    """`url` in its parts, or ForbiddenTarget with a sentence. What is `allowed` may be http."""
    whole = URL.fullmatch(clean(url))
    if whole is None:
        raise ForbiddenTarget("The address must begin with https:// and have no #.")
    scheme, authority, path = whole[1].lower(), whole[2], whole[3] or "/"
    if not path.isascii():
        raise ForbiddenTarget("The path has a character that must be written with a % sign.")
    host, port = split(authority, HTTPS_PORT if scheme == "https" else HTTP_PORT)
    target = TargetUrl(scheme, host, port, path if path[0] == "/" else f"/{path}")
    return target if target.is_among(allowed) else demanded(target)


def clean(url: str) -> str:
    """`url`, if there is nothing in it that hides where it leads."""
    if len(url) > LONGEST_URL:
        raise ForbiddenTarget(f"The address is longer than {LONGEST_URL} characters.")
    if any(unicodedata.category(char)[0] in "CZ" for char in url) or "\\" in url:
        raise ForbiddenTarget("The address has a blank, an invisible character or a backslash.")
    return url


def split(authority: str, default_port: int) -> tuple[str, int]:
    """Host and port. A name or password before an @ is refused."""
    if "@" in authority or "%" in authority:
        raise ForbiddenTarget("The address must have no user name, no password and no % sign.")
    parts = AUTHORITY.fullmatch(authority)
    if parts is None or not parts[1]:
        raise ForbiddenTarget("The address has no host that can be read.")
    return ascii_host(parts[1].lower()), int(parts[2] or default_port)


def ascii_host(host: str) -> str:
    """The host as the name service knows it, or as one of the two usual ways to write a number."""
    if host.startswith("["):
        try:
            return str(IPv6Address(host[1:-1]))
        except AddressValueError as fault:
            raise ForbiddenTarget(f"{host} is no IPv6 address.") from fault
    if host.isascii() and "xn--" not in host:
        return host
    try:
        return idna.encode(unicodedata.normalize("NFC", host), strict=True).decode()
    except idna.IDNAError as fault:
        raise ForbiddenTarget(f"{host} is no host name: {fault}.") from fault


def demanded(target: TargetUrl) -> TargetUrl:
    """`target`, if it is what is demanded of those that no operator named."""
    if target.scheme != "https":
        raise ForbiddenTarget("The address must begin with https://.")
    # Ports below 1024 are other services' (mail, SSH, LDAP): none of them expects a message.
    if target.port != HTTPS_PORT and not FIRST_FREE_PORT <= target.port <= LAST_PORT:
        raise ForbiddenTarget("The port must be 443, or one from 1024 to 65535.")
    if not (is_name(target.host) or is_number(target.host)):
        raise ForbiddenTarget(f"{target.host} is no public host name.")
    return target


def is_name(host: str) -> bool:
    """Whether `host` is a whole name in the public name service."""
    labels = host.split(".")
    inner = any(host == name or host.endswith(f".{name}") for name in INNER_NAMES)
    well_formed = all(map(LABEL.fullmatch, labels)) and not NUMBER.fullmatch(labels[-1])
    return well_formed and not inner and len(labels) > 1 and len(host) <= LONGEST_HOST


def is_number(host: str) -> bool:
    """Whether `host` is an IP address as it is usually written. Whether it is public: see there."""
    try:
        return str(IPv6Address(host) if ":" in host else IPv4Address(host)) == host
    except AddressValueError:
        return False
