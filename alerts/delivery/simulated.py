"""Says where prices are made up: first in a subject, and in a message's details."""

from django.conf import settings

WARNING = ("Source", "simulator: these are not CAISO's prices")


def is_simulated() -> bool:
    return bool(settings.PRICE_SOURCE == "simulator")


def marked(subject: str) -> str:
    """A subject that says first that its prices are made up, where they are."""
    return f"SIMULATED {subject}" if is_simulated() else subject
