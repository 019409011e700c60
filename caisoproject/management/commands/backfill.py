"""Fill history."""

import time
from argparse import ArgumentParser
from datetime import date, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from tqdm import tqdm

from caisoproject.tasks import tell
from prices import backfill
from prices.backfill import Window
from prices.ingest import Ingested
from prices.intervals import midnight
from prices.market import Market
from prices.models import Node
from prices.oasis_errors import BeyondHistory, OasisTrouble, OurMistake
from prices.politeness import NoToken

TRIES = 10
PAUSE_SECONDS = 10


class Command(BaseCommand):
    """Ask OASIS for past prices, politely beside the poller; what is held is not asked for."""

    help = "Fill history from OASIS: resumable, polite, safe beside the poller."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--market", required=True, choices=[market.value for market in Market])
        parser.add_argument("--start", required=True, help="first operating date: 2026-11-01")
        parser.add_argument("--end", required=True, help="the date after the last: 2026-11-08")
        parser.add_argument(
            "--node", nargs="+", help="slugs or OASIS names; all tracked nodes by default"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        market = Market(options["market"])
        start, end = bounds(options["start"], options["end"])
        nodes = nodes_called(options["node"])
        windows = list(backfill.plan(market, nodes, start, end))
        total = Ingested()
        for window in tqdm(windows, desc=f"{market} {options['start']}", unit="request"):
            total.add(self.patiently(market, window))
        self.stdout.write(
            f"{len(windows)} requests: {total.new:,} new, {total.corrected:,} corrected, "
            f"{total.unchanged:,} unchanged, {total.rejected:,} rejected"
        )

    def patiently(self, market: Market, window: Window) -> Ingested:
        """One request, made again after trouble; our own mistakes are not."""
        for attempt in range(1, TRIES + 1):
            try:
                ingested = backfill.fetch(market, window, now=timezone.now())
            except (OurMistake, BeyondHistory) as fault:
                raise CommandError(str(fault)) from fault
            except (OasisTrouble, NoToken) as fault:
                trouble = str(fault)
                tqdm.write(f"try {attempt} of {TRIES}: {trouble}")
                time.sleep(PAUSE_SECONDS)
            else:
                tell(ingested.publications)
                return ingested
        raise CommandError(f"{trouble}. What came is stored; run the same command to go on.")


def bounds(start: str, end: str) -> tuple[datetime, datetime]:
    """The window from one operating date to another, in UTC."""
    first, last = day_called(start), day_called(end)
    if first >= last:
        raise CommandError(f"--start {start} is not before --end {end}.")
    if midnight(first) > timezone.now():
        raise CommandError(f"--start {start} lies in the future.")
    return midnight(first), midnight(last)


def day_called(text: str) -> date:
    """An operating date as it is typed."""
    try:
        return date.fromisoformat(text)
    except ValueError as fault:
        raise CommandError(f"{text!r} is not a date like 2026-11-01.") from fault


def nodes_called(names: list[str] | None) -> list[Node]:
    """The nodes named by slug or OASIS name, or all tracked ones."""
    if not names:
        return list(Node.objects.tracked())
    nodes = []
    for name in names:
        node = (
            Node.objects.filter(slug=name.lower()).first()
            or Node.objects.filter(oasis_name=name).first()
        )
        if node is None:
            raise CommandError(f"There is no node {name!r}; add it in the admin first.")
        nodes.append(node)
    return nodes
