"""A program: fills an empty database with some days of prices in every market, up to now."""

import json
import sys
from datetime import timedelta

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.utils import timezone  # noqa: E402

from benchmarks.made_up_prices import made_up_prices  # noqa: E402
from market.markets import Market  # noqa: E402
from prices.history import record  # noqa: E402
from prices.versions import Verdict  # noqa: E402

AHEAD = {Market.DAM: timedelta(hours=12)}


def main(hours: str = "48") -> None:
    call_command("migrate", interactive=False, verbosity=0)
    now = timezone.now()
    start = now - timedelta(hours=int(hours))
    stored = 0
    for market in Market:
        prices = made_up_prices(market, start, now + AHEAD.get(market, timedelta()))
        stored += record(prices, seen_at=now, source="simulator", now=now)[Verdict.NEW]
    json.dump(stored, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
