"""Load files of prices from disk."""

import sys
from argparse import ArgumentParser
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils import timezone

from oasis.errors import OasisTrouble
from oasis.printable import printable
from prices.files import Loaded, load
from prices.models import Node

MOST_REASONS = 5
STOPPED = 130  # a shell's exit code for a program that Ctrl-C ended


class Command(BaseCommand):
    """Load OASIS zips, XML and CSV files, and plain CSV; a bad file does not stop the others."""

    help = (
        "Load prices from OASIS zips, XML or CSV files on disk, or from plain CSV with the header "
        "market,node,interval_start,lmp and, if known, energy,congestion,loss,ghg."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
        parser.add_argument(
            "--nodes", help="only these nodes, by slug or OASIS name, separated by commas"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self.load_all(options["files"], nodes_to_load(options["nodes"]))
        except DatabaseError as fault:
            hint = "Has `manage.py migrate` been run?"
            raise CommandError(f"The database does not answer: {fault}. {hint}") from fault

    def load_all(self, paths: Sequence[Path], only: Mapping[str, str] | None) -> None:
        """Load file after file. Raises CommandError if a file was refused or a node not found."""
        found: set[str] = set()
        refused = 0
        for path in paths:
            try:
                loaded = load(path, only=only, now=timezone.now())
            except (OasisTrouble, OSError) as fault:
                refused += 1
                self.stderr.write(printable(f"{path.name}: refused: {fault}"))
            except KeyboardInterrupt:
                self.stderr.write(f"{path.name}: stopped; nothing of this file is stored")
                sys.exit(STOPPED)
            else:
                found |= loaded.nodes
                self.report(path, loaded)
        if refused:
            raise CommandError(f"{refused} of {len(paths)} files refused")
        missing = [typed for name, typed in (only or {}).items() if name not in found]
        if missing:
            raise CommandError(f"The files have no prices of {', '.join(missing)}.")

    def report(self, path: Path, loaded: Loaded) -> None:
        """Print a line for the file, what was passed over, and the first rejections."""
        self.stdout.write(
            f"{path.name}: {loaded.rows:,} rows, {loaded.prices:,} prices: {loaded.new:,} new, "
            f"{loaded.corrected:,} corrected, {loaded.unchanged:,} unchanged, "
            f"{loaded.outdated:,} outdated, {loaded.rejected:,} rejected"
        )
        if loaded.completed:
            self.stdout.write(f"  {loaded.completed:,} held without components now have them")
        if loaded.unverified:
            self.stdout.write(f"  {loaded.unverified:,} unverified: their components do not add up")
        self.write_first(
            [f"passed over: {name}" for name in loaded.passed_over], len(loaded.passed_over)
        )
        self.write_first([str(rejection) for rejection in loaded.rejections], loaded.rejected)

    def write_first(self, lines: list[str], count: int) -> None:
        """Print the first lines, and how many more there are."""
        for line in lines[:MOST_REASONS]:
            self.stdout.write(printable(f"  {line}"))
        if count > MOST_REASONS:
            self.stdout.write(f"  and {count - MOST_REASONS:,} more")


def nodes_to_load(names: str | None) -> Mapping[str, str] | None:
    """The OASIS names of the nodes to load, each with what was typed for it; None for all.

    A node may be unknown here: the files may have it. Raises CommandError if none is named.
    """
    if names is None:
        return None
    typed = [name.strip() for name in names.split(",") if name.strip()]
    if not typed:
        raise CommandError("--nodes names no node.")
    known = dict(Node.objects.values_list("slug", "oasis_name"))
    return {known.get(name.lower(), name.upper()): name for name in typed}
