"""The proxy that the environment names, for everything but addresses on this machine."""

import re
from collections.abc import MutableMapping
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import requests

# Without a scheme, requests takes a proxy's address as http.
URL = re.compile(r"((?i:https?)://)?([^/\s@]*@)?(\[[0-9a-fA-F:.]+\]|[^/\s:@\[\]]+)(:\d{1,5})?/?")
CREDENTIALS = re.compile(r"(?<=//)[^/\s@]*@")


class Session(requests.Session):
    """Follows HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY, but goes straight to loopback."""

    def merge_environment_settings(
        self,
        url: str | bytes | None,
        proxies: MutableMapping[str, str] | None,
        stream: bool | None,
        verify: bool | str | None,
        cert: str | tuple[str, str] | None,
    ) -> Any:
        settings = super().merge_environment_settings(url, proxies, stream, verify, cert)
        if is_loopback(urlsplit(str(url)).hostname or ""):
            settings["proxies"] = {}
        return settings


def is_loopback(host: str) -> bool:
    """Whether `host`, a name or an IP address, is this machine, by any resolver."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        address = ip_address(host)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None) or address
    return bool(mapped.is_loopback or mapped.is_unspecified)


def without_credentials(text: str) -> str:
    """`text` without the user names and passwords of addresses in it, such as a proxy's."""
    return CREDENTIALS.sub("", text)


def trouble(url: str) -> str | None:
    """Why the environment's proxy for `url` can't be used, or None."""
    scheme, host = urlsplit(url).scheme, urlsplit(url).hostname or ""
    proxies = {} if is_loopback(host) else requests.utils.get_environ_proxies(url)
    name = next((name for name in (scheme, "all") if name in proxies), "")
    if not name or URL.fullmatch(proxies[name]):
        return None
    return (
        f"{name.upper()}_PROXY is not an address like http://proxy.example:3128 (no SOCKS support)"
    )
