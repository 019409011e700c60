"""A URL that a user typed for a sender, as far as it can be checked in the form."""

from contextlib import suppress
from ipaddress import ip_address

from django.conf import settings

from outbound import public_address, target_url
from outbound.target_url import TargetUrl


def check_url(address: str) -> str:
    """The URL, tidied, if we may send to it. Raises ForbiddenTarget."""
    return str(checked(address))


def checked(address: str) -> TargetUrl:
    """The same in its parts."""
    allowed = settings.WEBHOOK_HOSTS_ALLOWED
    target = target_url.parse(address.strip(), allowed)
    with suppress(ValueError):  # a name: its addresses are checked each time we send
        literal = str(ip_address(target.host))
        public_address.addresses(target, allowed, lambda *_: [literal])
    return target
