"""What is found wrong with the settings when the system starts."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Warning, register

from outbound.target_url import is_name


def contact_problem() -> str:
    """What is wrong with whom push services may ask about us, in a sentence; empty if nothing."""
    subject = settings.VAPID_SUBJECT
    host = urlsplit(subject).hostname or subject.rpartition("@")[2]
    if is_name(host.lower()):
        return ""
    return (
        f"Browser push: Apple's push service refuses {subject} as a contact; set VAPID_SUBJECT to "
        "a mailto: or https: address that is reached from outside."
    )


@register
def push_contact(
    app_configs: Any, databases: Sequence[str] | None, **options: Any
) -> list[CheckMessage]:
    """Warn at start: what Apple has refused is given up for good.

    Only where a database is named, which `migrate` does at each start, and other commands do not.
    """
    problem = contact_problem() if databases else ""
    return [Warning(problem, id="alerts.W001")] if problem else []
