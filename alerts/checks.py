"""Django system checks of our settings."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Warning, register

from outbound.target_url import is_name


def contact_problem() -> str:
    """What is wrong with our contact for push services, in a sentence; empty if nothing."""
    subject = settings.VAPID_SUBJECT
    host = urlsplit(subject).hostname or subject.rpartition("@")[2]
    if is_name(host.lower()):
        return ""
    return (
        f"Browser push: Apple's push service refuses {subject} as a contact; set VAPID_SUBJECT to "
        "a mailto: or https: address that can be reached from outside."
    )


@register
def push_contact(
    app_configs: Any, databases: Sequence[str] | None, **options: Any
) -> list[CheckMessage]:
    """Warn at start, as a message that Apple refuses is given up at once.

    Only with a database, which `migrate` passes at each start and other commands do not.
    """
    problem = contact_problem() if databases else ""
    return [Warning(problem, id="alerts.W001")] if problem else []
