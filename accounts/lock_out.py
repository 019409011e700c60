"""Wrong passwords: so many of an address and of a name, counted in the database for all processes.

django-axes records them (`AccessAttempt`); how many are too many, and until when, is said here.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import structlog
from axes.handlers.database import AxesDatabaseHandler
from axes.models import AccessAttempt
from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

from accounts.client_address import client_address

log = structlog.get_logger(__name__)
COUNTED: timedelta = settings.AXES_COOLOFF_TIME
# For one address that guesses, and for many addresses that guess at one name.
MOST_OF_ADDRESS, MOST_OF_NAME = 10, 30
LONGEST_NAME = 150
Failures = Iterable[tuple[datetime, int]]


def address_of(request: HttpRequest) -> str | None:
    """What axes asks for: the address that an attempt counts for."""
    return client_address((request.META.get("REMOTE_ADDR") or "", 0)) or None


def name_of(request: HttpRequest, credentials: dict[str, Any] | None = None) -> str:
    """What axes asks for: the name that an attempt counts for."""
    named = (credentials or {}).get("username") or request.POST.get("username") or ""
    return counted_name(str(named))


def counted_name(typed: str) -> str:
    """The name under which is counted what was typed; PostgreSQL takes no NUL."""
    return typed[:LONGEST_NAME].casefold().replace("\0", "")


def wait_of(request: HttpRequest, name: str, *, now: datetime) -> timedelta:
    """How long until this address may try this name again; zero: now."""
    counting = AccessAttempt.objects.filter(attempt_time__gt=now - COUNTED)
    found = counting.order_by("attempt_time").values_list("attempt_time", "failures_since_start")
    address = address_of(request)
    of_address = found.filter(ip_address=address) if address else found.none()
    ends = (
        lock_ends(of_address, MOST_OF_ADDRESS),
        lock_ends(found.filter(username=name), MOST_OF_NAME),
    )
    return max((end - now for end in ends if end), default=timedelta(0))


def lock_ends(failures: Failures, most: int) -> datetime | None:
    """When so many of these no longer count that fewer than `most` are left; None: already so.

    They are in the order of time: what failed at some time, and how often by then.
    """
    known = list(failures)
    left = sum(times for _, times in known)
    end = None
    for at, times in known:
        if left < most:
            break
        left, end = left - times, at + COUNTED
    return end


class Handler(AxesDatabaseHandler):  # type: ignore[misc]
    """Records as axes does, and locks by `wait_of`."""

    def is_locked(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> bool:
        return bool(wait_of(request, name_of(request, credentials), now=timezone.now()))

    def get_failures(self, request: HttpRequest, credentials: Any = None) -> int:
        """None: the last of those allowed is answered as a wrong password."""
        return 0

    def user_login_failed(
        self, sender: str, credentials: dict[str, Any], request: Any = None, **more: Any
    ) -> None:
        super().user_login_failed(sender, credentials, request, **more)
        name, address = name_of(request, credentials), address_of(request)
        log.warning("a wrong password or code", name=name, address=address)
