"""Run the benchmarks."""

import signal
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from benchmarks import (
    advice,
    all_nodes,
    attacks,
    battery,
    dispatch,
    fanout,
    feed_chaos,
    feed_load,
    ingest_speed,
    latency,
    metrics,
    page,
    parse,
    rules_speed,
    scaling,
    stack_memory,
)
from benchmarks.figures import Figure
from benchmarks.machine import machine
from benchmarks.stage import DidNotWork
from benchmarks.table import table

BENCHMARKS = {
    "parse": parse,
    "ingest": ingest_speed,
    "all_nodes": all_nodes,
    "rules": rules_speed,
    "dispatch": dispatch,
    "battery": battery,
    "http": latency,
    "metrics": metrics,
    "memory": stack_memory,
    "feed": feed_load,
    "page": page,
    "advice": advice,
    "attacks": attacks,
    "chaos": feed_chaos,
    "fanout": fanout,
    "scaling": scaling,
}
ONLY_BY_NAME = {"all_nodes", "attacks", "chaos", "fanout", "metrics", "scaling"}


class Command(BaseCommand):
    """Runs each benchmark in a stack of its own, and prints one table."""

    help = "Benchmarks, each beside its floor in the same run, in databases of their own."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        left_out = ", ".join(sorted(ONLY_BY_NAME))
        which = f"{', '.join(BENCHMARKS)}; all but {left_out} by default"
        parser.add_argument("which", nargs="*", help=which)

    def handle(self, *args: Any, **options: Any) -> None:
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        chosen = options["which"] or [name for name in BENCHMARKS if name not in ONLY_BY_NAME]
        if unknown := set(chosen) - BENCHMARKS.keys():
            raise CommandError(f"There is no benchmark {', '.join(sorted(unknown))}.")
        try:
            figures = [figure for name in chosen for figure in self.measured(name)]
        except DidNotWork as fault:
            raise CommandError(str(fault)) from fault
        except KeyboardInterrupt as fault:
            raise CommandError("Stopped; nothing is left running.") from fault
        notes = [note for name in chosen for note in BENCHMARKS[name].NOTES]
        self.stdout.write(table(figures, machine(), notes))
        if missed := sum(figure.met is False for figure in figures):
            raise CommandError(f"Limits missed: {missed}.")

    def measured(self, name: str) -> list[Figure]:
        """One benchmark's figures, announced before it starts: some take a minute."""
        self.stderr.write(f"Measuring {name} ...")
        figures: list[Figure] = BENCHMARKS[name].measure()
        return figures
