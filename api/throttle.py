"""How often somebody may ask for what takes a second to work out, at all web processes together."""

from typing import Any

from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from accounts.access import may_ask_more
from live.connection_limits import client_address
from live.rate_limit import RateLimits
from live.shared_limits import wait_for


class Throttle(BaseThrottle):
    """Counts who may ask more by account, others by address."""

    limit = ""
    waiting = 0.0

    def rates(self, request: Request) -> RateLimits:
        """This process's own counts."""
        raise NotImplementedError

    def allow_request(self, request: Request, view: Any) -> bool:
        who = asker(request)
        self.waiting = wait_for(self.limit, who, self.rates(request).of(who))
        return not self.waiting

    def wait(self) -> float:
        return self.waiting


def asker(request: Request) -> str:
    """Under what a client is counted."""
    if may_ask_more(request.user):
        return f"user-{request.user.pk}"
    return client_address((request.META.get("REMOTE_ADDR") or "", 0))
