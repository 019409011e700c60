"""Show the gap ledger."""

from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from market.intervals import pacific
from market.markets import Market
from prices import gaps
from prices.gap_ranges import Range, by_state
from prices.models import Gap, Node
from prices.node_names import nodes_called
from prices.publication_delay import publication_delay
from prices.schedule import published_until


class Command(BaseCommand):
    """Print what is missing since the first interval held, as far back as OASIS keeps prices."""

    help = "Show which intervals are missing, in OASIS's 39 months, and what was done about them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--hub",
            "--node",
            nargs="+",
            help="only these nodes, by slug or OASIS name: sp15, TH_SP15_GEN-APND",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self.show_all(nodes_called(options["hub"]))
        except KeyboardInterrupt as fault:
            raise CommandError("Stopped.") from fault

    def show_all(self, nodes: list[Node]) -> None:
        """Print every gap of some nodes, and how many intervals are missing in all."""
        found = 0
        for node in nodes:
            for market in Market:
                found += self.show(node, market, now=timezone.now())
        self.stdout.write(f"{found} intervals missing" if found else "Nothing is missing.")

    def show(self, node: Node, market: Market, *, now: datetime) -> int:
        """Print a line for each gap. Returns how many intervals are missing."""
        since = gaps.watched_since(market, Node.objects.filter(pk=node.pk), now=now).get(node.pk)
        if since is None:
            self.stdout.write(f"{node} {market}: nothing held yet")
            return 0
        until = published_until(market, publication_delay(market, [node]), now=now)
        missing = [
            moment
            for start, end in gaps.stretches(since, until)
            if not gaps.is_whole(node, market, start, end)
            for moment in gaps.missing_between(node, market, start, end)
        ]
        rows = {gap.interval_start: gap for gap in gaps.ledger(node, market, since, until)}
        for gap, state in by_state(missing, lambda start: state_of(rows.get(start), now), market):
            self.stdout.write(line(node, market, gap, state))
        return len(missing)


def line(node: Node, market: Market, gap: Range, state: str) -> str:
    """A gap and its state, as a line of the output."""
    start, end = pacific(gap.start), pacific(gap.end)
    return f"{node} {market} {start:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M %Z}: {state}"


def state_of(gap: Gap | None, now: datetime) -> str:
    """The state of one missing interval: open, resting or given up."""
    if gap is None:
        return "open, not asked for yet"
    if gap.given_up_at is not None:
        return f"given up: {gap.reason}"
    if gap.ask_after > now:
        again = pacific(gap.ask_after)
        return f"asked {gap.asked} times in vain, again after {again:%Y-%m-%d %H:%M %Z}"
    return f"open, asked {gap.asked} times in vain"
