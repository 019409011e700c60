"""Through a proxy of the environment, or past it: what is on this machine is never proxied."""

import re
from collections.abc import MutableMapping
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import requests

# requests takes an address without a scheme for one of http.
URL = re.compile(r"((?i:https?)://)?([^/\s@]*@)?(\[[0-9a-fA-F:.]+\]|[^/\s:@\[\]]+)(:\d{1,5})?/?")
CREDENTIALS = re.compile(r"(?<=//)[^/\s@]*@")


class Session(requests.Session):
    """Goes by HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY, but straight to loopback."""

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
    """Whether `host`, a name or a number, is this machine by itself, whatever a proxy could say."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        address = ip_address(host)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None) or address
    return bool(mapped.is_loopback or mapped.is_unspecified)


def without_credentials(text: str) -> str:
    """`text` with no user name or password of an address in it: proxies have them there."""
    return CREDENTIALS.sub("", text)


def trouble(url: str) -> str | None:
    """Why the environment's proxy for `url` can't be used, in a sentence, or None."""
    scheme, host = urlsplit(url).scheme, urlsplit(url).hostname or ""
    proxies = {} if is_loopback(host) else requests.utils.get_environ_proxies(url)
    name = next((name for name in (scheme, "all") if name in proxies), "")
    if not name or URL.fullmatch(proxies[name]):
        return None
    return (
        f"{name.upper()}_PROXY is no address like http://proxy.example:3128 (SOCKS is not spoken)"
    )
