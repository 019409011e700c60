"""The content security policy, and what else browsers are told of every page.

Nothing inline, nothing from other hosts, no text that becomes a script (Trusted Types); no page of
ours in another's frame.
"""

from collections.abc import Callable, Sequence

from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse

# `ui/trusted.js` makes the only policy.
OURS = "caiso"
# Django's scripts there make elements from texts: `ui/admin_markup.js` looks at each.
OF_ADMIN = "caiso-look default"
ADMIN = "/admin/"
# What a page might ask a browser for, and none of ours does.
UNUSED = ("camera", "display-capture", "geolocation", "microphone", "payment", "usb")
PERMISSIONS = ", ".join(f"{feature}=()" for feature in UNUSED)


def policy(types: str, sockets: Sequence[str] = ()) -> str:
    """The policy with these kinds of trusted types; `sockets` are addresses of the live feed."""
    directives = (
        "default-src 'self'",
        " ".join(("connect-src 'self'", *sockets)),
        "img-src 'self' data:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        f"trusted-types {types}",
    )
    return "; ".join(directives)


POLICY, ADMIN_POLICY = policy(OURS), policy(OF_ADMIN)


def content_security_policy(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Put the policy on every answer."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers["Content-Security-Policy"] = policy_for(request)
        response.headers["Permissions-Policy"] = PERMISSIONS
        return response

    return middleware


def policy_for(request: HttpRequest) -> str:
    """The policy of an address. Older browsers want the feed's own address with its scheme."""
    if request.path_info.startswith(ADMIN):
        return ADMIN_POLICY
    try:
        host = request.get_host()
    except DisallowedHost:
        return POLICY
    return policy(OURS, [f"{'wss' if request.is_secure() else 'ws'}://{host}"])
