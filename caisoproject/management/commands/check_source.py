"""Refuse a database that holds prices of the other source."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from prices import readings


class Command(BaseCommand):
    """Simulated and real prices never share a database."""

    help = "Check that the database holds no prices from another source than the chosen one."

    def handle(self, *args: Any, **options: Any) -> None:
        other = readings.source_but(settings.PRICE_SOURCE, "file")
        if other:
            raise CommandError(
                f"The database holds prices of {other}, and SOURCE={settings.SOURCE} would mix "
                f"them with those of {settings.PRICE_SOURCE}: give it a database of its own."
            )
