"""Restore a backup."""

import signal
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from caisoproject.backups import restoring, schema
from caisoproject.backups.package import Held, opened
from caisoproject.backups.refused import Refused


class Command(BaseCommand):
    """Puts a backup in the place of the database."""

    help = "Put a backup in the place of the database, which nothing may use meanwhile."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument(
            "--replace", action="store_true", help="even if the database has something to lose"
        )
        parser.add_argument(
            "--only-settings",
            action="store_true",
            help="only what people typed: rules, methods, batteries, nodes, users; into any engine",
        )
        parser.add_argument(
            "--with-secrets",
            action="store_true",
            help="with the keys and tokens, if they are in it",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        try:
            with opened(options["file"]) as held:
                self.restore(held, **options)
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        except OSError as fault:
            where = fault.filename or "the database's folder"
            raise CommandError(f"Nothing was restored: {where}: {fault.strerror}.") from fault
        except KeyboardInterrupt as fault:
            raise CommandError("Stopped. Give the same command again.") from fault

    def restore(
        self, held: Held, *, replace: bool, only_settings: bool, with_secrets: bool, **_: Any
    ) -> None:
        if only_settings:
            put = restoring.restore_settings(held, replace=replace, now=timezone.now())
            self.stdout.write(f"Restored: {schema.in_words(put)}.")
            return
        restoring.restore(held, replace=replace, with_secrets=with_secrets)
        rows = sum(held.manifest["rows"].values())
        self.stdout.write(
            f"Restored: {rows:,} rows, as they were at {held.manifest['made_at']}. Redis is filled "
            "from them once CAISO Live runs, or by manage.py rebuild_redis."
        )
