"""Wrong passwords: so many of an address and of a name, counted in the database for all processes.

Each is a row of django-axes (`AccessFailureLog`); how many are too many, and until when, is said
here. The rows that axes itself would lock by (`AccessAttempt`) count what failed with one time for
all of it: that of the last.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog
from axes.handlers.database import AxesDatabaseHandler
from axes.models import AccessFailureLog
from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

from accounts.client_address import client_address

log = structlog.get_logger(__name__)
COUNTED: timedelta = settings.AXES_COOLOFF_TIME
# For one address that guesses, and for many addresses that guess at one name.
MOST_OF_ADDRESS, MOST_OF_NAME = 10, 30
LONGEST_NAME = 150


def address_of(request: HttpRequest) -> str | None:
    """What axes asks for: the address that an attempt counts for."""
    return client_address((request.META.get("REMOTE_ADDR") or "", 0)) or None


def name_of(request: HttpRequest, credentials: dict[str, Any] | None = None) -> str:
    """What axes asks for: the name that an attempt counts for."""
    named = (credentials or {}).get("username") or request.POST.get("username") or ""
    return counted_name(str(named))


def counted_name(typed: str) -> str:
    """The name under which is counted what was typed."""
    return without_nul(typed[:LONGEST_NAME].casefold())


def without_nul(text: str) -> str:
    """PostgreSQL takes none: a wrong password with one would be an error, and not counted."""
    return text.replace("\0", "")


def wait_of(request: HttpRequest, name: str, *, now: datetime) -> timedelta:
    """How long until this address may try this name again; zero: now."""
    counting = AccessFailureLog.objects.filter(attempt_time__gt=now - COUNTED)
    found = counting.order_by("attempt_time").values_list("attempt_time", flat=True)
    address = address_of(request)
    of_address = found.filter(ip_address=address) if address else found.none()
    ends = (
        lock_ends(list(of_address), MOST_OF_ADDRESS),
        lock_ends(list(found.filter(username=name)), MOST_OF_NAME),
    )
    return max((end - now for end in ends if end), default=timedelta(0))


def lock_ends(failures: Sequence[datetime], most: int) -> datetime | None:
    """When so many of these no longer count that fewer than `most` are left; None: already so.

    They are in the order of time.
    """
    return failures[-most] + COUNTED if len(failures) >= most else None


class Handler(AxesDatabaseHandler):  # type: ignore[misc]
    """Records each that failed, and locks by `wait_of`."""

    def is_locked(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> bool:
        return bool(wait_of(request, name_of(request, credentials), now=timezone.now()))

    def get_failures(self, request: HttpRequest, credentials: Any = None) -> int:
        """None: the last of those allowed is answered as a wrong password."""
        return 0

    def user_login_failed(
        self, sender: str, credentials: dict[str, Any], request: Any = None, **more: Any
    ) -> None:
        """Not as axes does: of a name with 1,000 rows it deletes the newest, so none counts.

        What counts no more is deleted: people type passwords as names too.
        """
        if request.axes_locked_out:
            return
        AccessFailureLog.objects.filter(attempt_time__lt=timezone.now() - COUNTED).delete()
        name, address = name_of(request, credentials), address_of(request)
        AccessFailureLog.objects.create(
            username=name,
            ip_address=address,
            user_agent=without_nul(request.axes_user_agent),
            path_info=request.axes_path_info,
        )
        log.warning("a wrong password or code", name=name, address=address)
