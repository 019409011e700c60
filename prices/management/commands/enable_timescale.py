"""Have TimescaleDB keep the prices, on a PostgreSQL that has got it."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection

from prices.timescale.enabling import Refused, enable


class Command(BaseCommand):
    """Does what is still to be done and says so; a second time there is nothing left."""

    help = (
        "Make hypertables of prices and revisions, compressed after 30 days, with statistics by "
        "hour and day, where PostgreSQL has the extension TimescaleDB."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        said = False
        try:
            for sentence in enable(connection):
                self.stdout.write(sentence)
                said = True
        except Refused as why:
            raise CommandError(str(why)) from why
        except DatabaseError as fault:
            raise CommandError(f"TimescaleDB refuses: {' '.join(str(fault).split())}") from fault
        if not said:
            self.stdout.write("Everything is in place already.")
