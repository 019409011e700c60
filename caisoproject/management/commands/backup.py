"""Back up."""

import signal
from argparse import ArgumentParser, ArgumentTypeError
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from caisoproject.backups import folder
from caisoproject.backups.making import Made, back_up
from caisoproject.backups.refused import Refused


class Command(BaseCommand):
    """Writes one private file, while everything runs."""

    help = "Write a backup into FOLDER: the database, what people typed as JSON, a manifest."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, metavar="FOLDER")
        parser.add_argument(
            "--keep", type=at_least_one, help="remove all but so many of the newest backups"
        )
        parser.add_argument(
            "--with-secrets",
            action="store_true",
            help="with the keys and tokens of the state folder",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        try:
            made = back_up(
                options["folder"], with_secrets=options["with_secrets"], now=timezone.now()
            )
            self.report(made)
            if options["keep"]:
                self.rotate(made, options["keep"])
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        except OSError as fault:
            where = fault.filename or options["folder"]
            raise CommandError(f"No backup was made: {where}: {fault.strerror}.") from fault
        except KeyboardInterrupt as fault:
            raise CommandError("Stopped; no backup was made, and nothing is left of it.") from fault

    def report(self, made: Made) -> None:
        rows = sum(made.manifest["rows"].values())
        size = made.path.stat().st_size / 1_000_000
        self.stdout.write(f"{made.path}: {rows:,} rows, {size:,.1f} MB")

    def rotate(self, made: Made, keep: int) -> None:
        for gone in folder.rotate(made.path.parent, made.manifest["source"], keep=keep):
            self.stdout.write(f"{gone}: removed")


def at_least_one(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text)):
        raise ArgumentTypeError(f"{text!r} is not a whole number from 1 on")
    return int(text)
