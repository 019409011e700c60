"""Which batteries there are, and which of them a page shows."""

from collections.abc import Sequence

from battery.models import Battery
from dashboard.first_paint.held import Body

LONGEST_ID = 15  # digits, which browsers can count to


def batteries_by_hub() -> dict[str, list[Body]]:
    """The active batteries at tracked nodes, as the dashboard names them."""
    found: dict[str, list[Body]] = {}
    active = Battery.objects.filter(active=True, node__tracked=True).select_related("node")
    for battery in active:
        found.setdefault(battery.node.hub, []).append(named(battery))
    return found


def named(battery: Battery) -> Body:
    return {"id": battery.pk, "name": battery.name, "energy_mwh": float(battery.energy_mwh)}


def id_in(text: str) -> int | None:
    """The id of a row as an address has it; None if that is no number."""
    is_id = text.isascii() and text.isdigit() and len(text) <= LONGEST_ID
    return int(text) if is_id and int(text) else None


def shown_battery(batteries: Sequence[Battery], asked: int | None, hub: str) -> Battery | None:
    """The one asked for, else the first at the hub asked for; without either the first of all."""
    if asked is not None:
        return next((battery for battery in batteries if battery.pk == asked), None)
    there = (battery for battery in batteries if not hub or battery.node.hub == hub)
    return next(there, None)
