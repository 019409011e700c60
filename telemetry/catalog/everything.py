"""All families, in the order in which `/metrics` and docs/metrics.md show them."""

from telemetry.catalog.counted import TALLIES
from telemetry.catalog.family import Families
from telemetry.catalog.read import ALERTS, BATTERIES, ENGINES, PRICES, SITE
from telemetry.catalog.said import HEARD, SAID

PARTS: dict[str, Families] = {
    "Prices and OASIS": PRICES,
    "Alerts and deliveries": ALERTS,
    "Batteries": BATTERIES,
    "What the processes count": TALLIES,
    "What the processes say of themselves": {**SAID, **HEARD},
    "Database, Redis and queues": ENGINES,
    "This page and this build": SITE,
}
FAMILIES: Families = {name: one for part in PARTS.values() for name, one in part.items()}
