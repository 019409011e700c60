"""Fill history."""

import time
from argparse import ArgumentParser
from datetime import date, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from tqdm import tqdm

from caisoproject.publishing import publish
from market.intervals import midnight, operating_date, pacific
from market.markets import Market
from oasis.errors import BeyondHistory, OasisTrouble, OurMistake
from oasis.turns import NoTurn
from prices import backfill
from prices.backfill import Window
from prices.ingest import Ingested
from prices.models import Node
from prices.node_names import nodes_called
from prices.schedule import oldest_kept

TRIES = 10
PAUSE_SECONDS = 10


class Command(BaseCommand):
    """Request past prices from OASIS, sharing turns with the poller. Held ones are skipped."""

    help = "Fill history from OASIS: resumable, polite, safe beside the poller."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--market", required=True, choices=[market.value for market in Market])
        parser.add_argument("--start", required=True, help="first operating date: 2026-11-01")
        parser.add_argument("--end", required=True, help="the date after the last: 2026-11-08")
        parser.add_argument(
            "--node",
            "--hub",
            nargs="+",
            help="slugs or OASIS names; all tracked nodes by default",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        market = Market(options["market"])
        start, end = bounds(options["start"], options["end"])
        nodes = nodes_called(options["node"])
        start, end = self.within_reach(market, start, end)
        try:
            self.fill(market, nodes, start, end)
        except KeyboardInterrupt as fault:
            raise CommandError("Stopped. What came is stored; the same command goes on.") from fault

    def within_reach(
        self, market: Market, start: datetime, end: datetime
    ) -> tuple[datetime, datetime]:
        """The part of the window that OASIS can have; prints a sentence for each part it can't."""
        first, last = backfill.within_history(market, start, end, now=timezone.now())
        oldest = f"{operating_date(oldest_kept(now=timezone.now()))}"
        if end <= first:
            raise CommandError(f"OASIS keeps 39 months: it has nothing before {oldest}.")
        if start < first:
            self.stdout.write(f"OASIS keeps 39 months: nothing before {oldest} is asked for.")
        if last < end:
            shown = f"{pacific(last):%Y-%m-%d %H:%M %Z}"
            self.stdout.write(f"{market} prices from {shown} on are not out yet: not asked for.")
        return first, last

    def fill(self, market: Market, nodes: list[Node], start: datetime, end: datetime) -> None:
        """Make every request that is needed, and print the totals."""
        windows = list(backfill.plan(market, nodes, start, end))
        total = Ingested()
        for window in tqdm(windows, desc=f"{market} {pacific(start):%Y-%m-%d}", unit="request"):
            total.add(self.patiently(market, window))
        self.stdout.write(
            f"{len(windows)} requests: {total.new:,} new, {total.corrected:,} corrected, "
            f"{total.unchanged:,} unchanged, {total.rejected:,} rejected"
        )

    def patiently(self, market: Market, window: Window) -> Ingested:
        """A request, repeated after trouble at OASIS. Raises CommandError if it is our mistake."""
        for attempt in range(1, TRIES + 1):
            try:
                ingested = backfill.fetch(market, window, now=timezone.now())
            except (OurMistake, BeyondHistory) as fault:
                raise CommandError(str(fault)) from fault
            except (OasisTrouble, NoTurn) as fault:
                trouble = str(fault)
                tqdm.write(f"try {attempt} of {TRIES}: {trouble}")
                time.sleep(PAUSE_SECONDS)
            else:
                publish(ingested.feed_ranges)
                return ingested
        raise CommandError(f"{trouble}. What came is stored; run the same command to go on.")


def bounds(start: str, end: str) -> tuple[datetime, datetime]:
    """The window from one operating date to another, in UTC. Raises CommandError."""
    first, last = day_called(start), day_called(end)
    if first >= last:
        raise CommandError(f"--start {start} is not before --end {end}.")
    if midnight(first) > timezone.now():
        raise CommandError(f"--start {start} lies in the future.")
    return midnight(first), midnight(last)


def day_called(text: str) -> date:
    """An operating date as typed. Raises CommandError."""
    try:
        day = date.fromisoformat(text)
        midnight(day)
        return day
    except OverflowError as fault:  # a date at either end of all that Python knows
        raise CommandError(f"{text} is no date that prices can have.") from fault
    except ValueError as fault:
        raise CommandError(f"{text!r} is not a date like 2026-11-01.") from fault
