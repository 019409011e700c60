"""What must not be so in production, where strangers read. Pure."""

from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import urlsplit

SHORTEST_KEY, FEWEST_SIGNS = 50, 5
OPENING = "PRODUCTION is on, but "


class Chosen(NamedTuple):
    """The settings that production looks at."""

    secret_key: str
    debug: bool
    allowed_hosts: Sequence[str]
    site_url: str
    public_dashboard: bool
    metrics_token: str


def refusal(chosen: Chosen) -> str | None:
    """Why nothing may start: the setting, and what to do about it; None if it may."""
    found = of_debug(chosen) or of_key(chosen) or of_address(chosen) or of_hosts(chosen)
    found = found or of_metrics(chosen)
    return f"{OPENING}{found}" if found else None


def of_debug(chosen: Chosen) -> str | None:
    if not chosen.debug:
        return None
    return "DEBUG is on too, which shows settings and code to everybody: leave DEBUG out."


def of_key(chosen: Chosen) -> str | None:
    """A key that others know, or may guess."""
    key, how = chosen.secret_key, "leave SECRET_KEY out, and one is made and kept, or give"
    if key.startswith("django-insecure"):
        return f"SECRET_KEY is one made for development: {how} another."
    if len(key) < SHORTEST_KEY or len(set(key)) < FEWEST_SIGNS:
        return f"SECRET_KEY is too simple: {how} {SHORTEST_KEY} random characters."
    return None


def of_address(chosen: Chosen) -> str | None:
    """Cookies and log-ins must not be read on their way."""
    how = "set it to the address that readers type: https://prices.example.com"
    if not chosen.site_url:
        return f"SITE_URL is missing: {how}."
    if not chosen.site_url.startswith("https://"):
        return f"SITE_URL is not https: {how}, and put a proxy with TLS in front (TRUSTED_PROXIES)."
    return None


def of_hosts(chosen: Chosen) -> str | None:
    """A name that anybody may make up gets into links; and the site's own has to be among them."""
    if "*" in chosen.allowed_hosts:
        return "ALLOWED_HOSTS has *, any name: write those by which the site is reached."
    own = host_of(chosen.site_url)
    if not any(is_covered(own, allowed.lower()) for allowed in chosen.allowed_hosts):
        return f"ALLOWED_HOSTS lacks {own}, the host of SITE_URL: add it."
    return None


def of_metrics(chosen: Chosen) -> str | None:
    """/metrics names rules, nodes and batteries, which a closed dashboard shows to its readers."""
    if chosen.public_dashboard or chosen.metrics_token:
        return None
    return (
        "PUBLIC_DASHBOARD is off and METRICS_TOKEN is missing, so /metrics is open to everybody: "
        "set METRICS_TOKEN, and have Prometheus show it."
    )


def is_covered(host: str, allowed: str) -> bool:
    """Whether a host is allowed by this name, which may begin with a dot."""
    below = allowed.startswith(".") and (host.endswith(allowed) or host == allowed[1:])
    return host == allowed or below


def host_of(url: str) -> str:
    """The host of an address as ALLOWED_HOSTS has it; empty for an empty one."""
    host = urlsplit(url).hostname or ""
    return f"[{host}]" if ":" in host else host
