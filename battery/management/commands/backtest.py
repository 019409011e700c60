"""Measure policies over past days."""

import json
import os
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from tqdm import tqdm

from battery.backtests.names import POLICIES
from battery.models import Backtest, Battery
from battery.models.backtests import DONE
from market.intervals import operating_date
from market.markets import Market

Json = dict[str, Any]
BAR = "{desc}: {percentage:3.0f}%|{bar}| {elapsed}<{remaining}"
NAMES = {
    "advice": "advice",
    "day_ahead_rt": "day-ahead schedule, at real-time prices",
    "day_ahead_da": "day-ahead schedule, at day-ahead prices",
    "clock": "fixed clock",
    "yesterday": "yesterday's shape",
    "thresholds": "thresholds 0 and 100",
    "nothing": "do nothing",
    "perfect": "perfect foresight",
}
HEADS = ["policy", "acting", "revenue $", "wear $", "net $", "cycles", "share", "90 % interval"]
LEFT = 2  # columns of words
CENTURY = range(2000, 2100)


class Command(BaseCommand):
    """Run policies over past days, each from what was known then; the result is stored too."""

    help = "Measure advice and simple policies against perfect foresight over past days."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--battery", type=int, help="its number; by default the first one's")
        parser.add_argument(
            "--start", required=True, help="the first operating date, as 2022-01-01"
        )
        parser.add_argument("--end", required=True, help="the last operating date, as 2022-12-31")
        parser.add_argument(
            "--market",
            choices=[Market.RTM.value, Market.RTPD.value],
            help="by default the battery's",
        )
        known = f"some of {', '.join(POLICIES)}; all by default"
        parser.add_argument("--policies", default="", help=known)
        parser.add_argument("--json", type=Path, metavar="FILE", help="write the result there too")

    def handle(self, *args: Any, **options: Any) -> None:
        battery = battery_numbered(options["battery"])
        market = Market(options["market"] or battery.market)
        first, last = day_called(options["start"]), day_called(options["end"])
        names = [name for name in options["policies"].split(",") if name.strip()]
        check_writable(options["json"])
        try:
            result = calculated(battery, market, first, last, names)
        except KeyboardInterrupt as fault:
            raise CommandError("Stopped. Nothing is stored.") from fault
        stored = store(battery, result)
        if options["json"]:
            write(options["json"], result)
        for line in [*facts(result), f"stored as back-test {stored.pk}", "", *lines(result)]:
            self.stdout.write(line)


def battery_numbered(pk: int | None) -> Battery:
    """Raises CommandError if there is none."""
    batteries = Battery.objects.select_related("node").order_by("pk")
    battery = batteries.first() if pk is None else batteries.filter(pk=pk).first()
    if battery is None:
        known = ", ".join(f"{one.pk} ({one.name})" for one in batteries)
        raise CommandError(
            f"There is no battery {pk}. There are: {known}." if known else "There is no battery."
        )
    return battery


def day_called(text: str) -> date:
    """An operating date as typed. Raises CommandError."""
    try:
        day = date.fromisoformat(text)
    except ValueError as fault:
        raise CommandError(f"{text!r} is not a date like 2022-01-31.") from fault
    if day.year not in CENTURY:
        raise CommandError(f"{text} is no date that prices can have.")
    return day


def check_writable(path: Path | None) -> None:
    """Before an hour of calculating rather than after it. Raises CommandError."""
    if path and (path.is_dir() or not path.absolute().parent.is_dir()):
        raise CommandError(f"{path} can't be written: name a file in a folder that is there.")


def calculated(
    battery: Battery, market: Market, first: date, last: date, names: Sequence[str]
) -> Json:
    """The result, with a progress bar. Raises CommandError with a sentence."""
    from battery.asset import Impossible  # noqa: PLC0415
    from battery.backtests.result import (  # noqa: PLC0415 (numpy: only where it is calculated)
        NotPossible,
        check_span,
        policies_called,
        result_of,
    )

    try:
        policies = policies_called(names)
        check_span(first, last, today=operating_date(timezone.now()))
        with (
            nothing_printed(),
            tqdm(desc=f"{market} {first} to {last}", total=1.0, bar_format=BAR) as bar,
        ):

            def told(share: float) -> None:
                bar.update(share - bar.n)

            return result_of(battery, market, first, last, policies, told=told)
    except (NotPossible, Impossible) as fault:
        raise CommandError(str(fault)) from fault


@contextmanager
def nothing_printed() -> Iterator[None]:
    """HiGHS prints its name when it is first used, whatever it is told."""
    output, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    try:
        yield
    finally:
        os.dup2(output, 1)
        os.close(output)
        os.close(nowhere)


def store(battery: Battery, result: Json) -> Backtest:
    now = timezone.now()
    return Backtest.objects.create(
        battery=battery,
        start=result["start"],
        end=result["end"],
        market=result["market"],
        policies=result["parameters"]["policies"],
        parameters=result["parameters"],
        state=DONE,
        progress=1.0,
        alive_at=now,
        finished_at=now,
        code_version=result["code_version"],
        data_digest=result["digest"],
        result=result,
    )


def write(path: Path, result: Json) -> None:
    """Raises CommandError."""
    try:
        path.write_text(json.dumps(result, indent=1) + "\n")
    except OSError as fault:
        raise CommandError(f"{path} can't be written: {fault.strerror}.") from fault


def facts(result: Json) -> Iterator[str]:
    left_out = result["left_out"]
    yield f"{result['battery']}, {result['market']} at {result['node']}"
    yield (
        f"{result['start']} to {result['end']}: {result['days']} days run, "
        f"{left_out['days']} left out, as a price is missing"
    )
    yield f"prices {result['digest'][:12]}, code {result['code_version']}"


def lines(result: Json) -> Iterator[str]:
    """The table, its columns aligned."""
    table = [HEADS, *map(cells, result["table"])]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    for row in table:
        words = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)][:LEFT]
        figures = [cell.rjust(width) for cell, width in zip(row, widths, strict=True)][LEFT:]
        yield "  ".join([*words, *figures]).rstrip()


def cells(row: Json) -> list[str]:
    interval = f"{percent(row['low'])} to {percent(row['high'])}" if row["low"] is not None else ""
    return [
        NAMES[row["policy"]],
        row["acting"],
        *(f"{row[name]:,.0f}" for name in ("revenue_usd", "wear_usd", "net_usd", "cycles")),
        percent(row["share_of_perfect"]),
        interval,
    ]


def percent(share: float | None) -> str:
    return "" if share is None else f"{100 * share:.1f} %"
