"""The addresses of a name, if all of them are public. Pure."""

from collections.abc import Callable, Collection
from ipaddress import ip_address

from oasis.public_network import is_public
from outbound.errors import ForbiddenTarget, Unreachable
from outbound.target_url import TargetUrl

Resolver = Callable[[str, int], list[str]]


def addresses(target: TargetUrl, allowed: Collection[str], resolve: Resolver) -> list[str]:
    """Resolve the target's host once and check all of its addresses.

    One private address refuses the target: mixing both is DNS rebinding. Raises ForbiddenTarget, or
    Unreachable if there is no address.
    """
    found = resolve(target.host, target.port)
    if not found:
        raise Unreachable(f"{target.host} has no address.")
    if not target.is_among(allowed):
        for address in found:
            if not is_public(ip_address(address)):
                raise ForbiddenTarget(f"{target.host} is at {address}, which is not public.")
    return found
