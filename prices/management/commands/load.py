"""Load OASIS files from disk."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from prices.files import Loaded, load
from prices.oasis_errors import OasisTrouble

MOST_REASONS = 5


class Command(BaseCommand):
    """Bring OASIS zips, XML and CSV files into history; a bad file leaves the others alone."""

    help = "Bring OASIS zips, XML or CSV files from disk into history."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
        parser.add_argument("--nodes", help="only these nodes, by OASIS name, separated by commas")

    def handle(self, *args: Any, **options: Any) -> None:
        only = options["nodes"].split(",") if options["nodes"] else None
        refused = 0
        for path in options["files"]:
            try:
                loaded = load(path, only=only, now=timezone.now())
            except (OasisTrouble, OSError) as fault:
                refused += 1
                self.stderr.write(f"{path.name}: refused: {fault}")
            else:
                self.tell(path, loaded)
        if refused:
            raise CommandError(f"{refused} of {len(options['files'])} files refused")

    def tell(self, path: Path, loaded: Loaded) -> None:
        """One line a file, and the first reasons why a price was not believed."""
        self.stdout.write(
            f"{path.name}: {loaded.rows:,} rows, {loaded.prices:,} prices: {loaded.new:,} new, "
            f"{loaded.corrected:,} corrected, {loaded.unchanged:,} unchanged, "
            f"{loaded.outdated:,} outdated, {loaded.rejected:,} rejected"
        )
        for rejection in loaded.rejections[:MOST_REASONS]:
            self.stdout.write(f"  {rejection}")
        if loaded.rejected > MOST_REASONS:
            self.stdout.write(f"  and {loaded.rejected - MOST_REASONS:,} more")
