"""What the bar at the top of every page says: `templates/dashboard/_bar.html`."""

from typing import Any

from django.conf import settings

from alerts.models import Alert
from alerts.states import OPEN, in_state


def bar() -> dict[str, Any]:
    """Whether the prices are simulated, and how many alerts are open at all hubs."""
    return {
        "source": settings.PRICE_SOURCE,
        "open_alerts": in_state(Alert.objects.all(), OPEN).count(),
    }
