"""Show the gap ledger."""

from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from prices import gaps
from prices.gap_ranges import Range, ranges
from prices.intervals import pacific
from prices.market import Market
from prices.models import Gap, Node
from prices.publication import publication_delay
from prices.schedule import published_until


class Command(BaseCommand):
    """Print what is missing since the first interval held, in the last 30 days."""

    help = "What should be held and is not, in the last 30 days, and what was done about it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--hub", help="only this node, by its slug: sp15")

    def handle(self, *args: Any, **options: Any) -> None:
        nodes = Node.objects.tracked()
        if options["hub"]:
            nodes = nodes.filter(slug=options["hub"].lower())
        found = 0
        for node in nodes:
            for market in Market:
                found += self.show(node, market, now=timezone.now())
        self.stdout.write(f"{found} intervals missing" if found else "Nothing is missing.")

    def show(self, node: Node, market: Market, *, now: datetime) -> int:
        """One line a gap. Returns how many intervals they are."""
        since = gaps.watched_since(node, market, now=now)
        if since is None:
            self.stdout.write(f"{node} {market}: nothing held yet")
            return 0
        until = published_until(market, publication_delay(market, [node]), now=now)
        missing = gaps.missing_between(node, market, since, until)
        for gap in ranges(missing, market):
            self.stdout.write(self.line(node, market, gap))
        return len(missing)

    def line(self, node: Node, market: Market, gap: Range) -> str:
        """A gap, and what the ledger says of it."""
        rows = Gap.objects.filter(
            node=node,
            market=market.value,
            interval_start__gte=gap.start,
            interval_start__lt=gap.end,
        )
        asked = max(rows.values_list("asked", flat=True), default=0)
        given_up = rows.exclude(given_up_at=None).first()
        state = f"given up: {given_up.reason}" if given_up else f"asked {asked} times"
        start, end = pacific(gap.start), pacific(gap.end)
        return f"{node} {market} {start:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M %Z}: {state}"
