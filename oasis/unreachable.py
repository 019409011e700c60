"""Why there is no connection or no answer, in words for the administrator."""

import re
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import NameResolutionError

from oasis.outside import Inside

MOST_QUOTED = 80


def why_unreachable(fault: requests.RequestException) -> str:
    """Why a request failed: a clause to follow "OASIS can't be reached: "."""
    causes = causes_of(fault)
    texts = " ".join(map(str, causes))
    if isinstance(fault, requests.exceptions.ProxyError):
        return f"the proxy (HTTPS_PROXY) {proxy_trouble(causes, texts)}"
    return connection_trouble(fault, causes, texts)


def connection_trouble(
    fault: requests.RequestException, causes: list[BaseException], texts: str
) -> str:
    """Why a request failed without a proxy."""
    host, where = host_and_port(fault)
    if inside := led_inside(causes):
        return inside
    if unknown_name(causes):
        return f"the name {host} can't be found: is OASIS_URL right, and does DNS work here?"
    if isinstance(fault, requests.exceptions.SSLError):
        return tls_trouble(where, texts)
    if isinstance(fault, requests.ConnectTimeout):
        return f"{where} does not accept the connection: a firewall may block it"
    if isinstance(fault, requests.Timeout) or "Read timed out" in texts:
        return f"{where} accepts the connection but does not answer"
    if refused(causes):
        return f"{where} refuses the connection: nothing listens there"
    if "unreachable" in texts or "No route to host" in texts:
        return f"there is no route to {where}: is the network up?"
    return f"the connection to {where} broke off"


def proxy_trouble(causes: list[BaseException], texts: str) -> str:
    """What a proxy does instead of passing the request on."""
    if answered := re.search(r"Tunnel connection failed: ([\x20-\x7e]{1,80}?)['\")]", texts):
        return f"refuses to pass the request on: {answered[1]}"
    if unknown_name(causes):
        return "can't be found: its name has no address"
    if refused(causes):
        return "refuses the connection: nothing listens there"
    return "does not answer"


def tls_trouble(where: str, texts: str) -> str:
    """A certificate that is not trusted, or no TLS at all."""
    if found := re.search(r"certificate verify failed: ([\x20-\x7e]{1,80}?) \(", texts):
        return f"the certificate of {where} is not trusted: {found[1]}"
    if "WRONG_VERSION_NUMBER" in texts:
        return f"{where} does not speak TLS: should OASIS_URL begin with http://?"
    return f"TLS with {where} fails"


def causes_of(fault: BaseException) -> list[BaseException]:
    """A failure and everything behind it: its causes, contexts and reasons."""
    found: list[BaseException] = []
    waiting: list[object] = [fault]
    while waiting:
        behind = waiting.pop(0)
        if isinstance(behind, BaseException) and behind not in found:
            found.append(behind)
            kept = (getattr(behind, name, None) for name in ("reason", "original_error"))
            waiting += [*behind.args, *kept, behind.__cause__, behind.__context__]
    return found


def led_inside(causes: list[BaseException]) -> str | None:
    """Where the name led, if that was into our own network."""
    for cause in causes:
        if isinstance(cause, Inside):
            at = str(cause).rpartition(": ")[2]
            return f"{at}: set OASIS_INSIDE=1 if OASIS_URL is meant to be in your own network"
    return None


def unknown_name(causes: list[BaseException]) -> bool:
    """Whether a name could not be resolved."""
    return any(isinstance(cause, NameResolutionError) for cause in causes)


def refused(causes: list[BaseException]) -> bool:
    """Whether the connection was refused."""
    return any("Connection refused" in str(cause) for cause in causes)


def host_and_port(fault: requests.RequestException) -> tuple[str, str]:
    """The host that was asked, and host:port; without user name and password."""
    address = urlsplit(fault.request.url if fault.request and fault.request.url else "")
    host = (address.hostname or "OASIS")[:MOST_QUOTED]
    return host, f"{host}:{address.port}" if address.port else host
