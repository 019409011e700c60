"""What the bar at the top of every page says: `templates/dashboard/_bar.html`."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from accounts.access import may_enter_admin
from alerts.models import Alert
from alerts.states import OPEN, in_state


def bar() -> dict[str, Any]:
    """Whether the prices are simulated, and how many alerts are open at all hubs."""
    return {
        "source": settings.PRICE_SOURCE,
        "open_alerts": in_state(Alert.objects.all(), OPEN).count(),
    }


def of_the_user(request: HttpRequest) -> dict[str, Any]:
    """For every page; asked only where it says so."""
    return {"enters_admin": lambda: may_enter_admin(request.user)}
