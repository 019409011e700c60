"""A program: fills an empty database with days of SP15's prices, up to now and to midnight."""

import json
import sys
from datetime import timedelta

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.utils import timezone  # noqa: E402

from benchmarks.made_up_prices import made_up_prices  # noqa: E402
from market.intervals import day_bounds, floor, operating_date  # noqa: E402
from market.markets import Market  # noqa: E402
from prices.history import record  # noqa: E402
from prices.versions import Verdict  # noqa: E402

SP15 = "TH_SP15_GEN-APND"


def main(days: str) -> None:
    call_command("migrate", interactive=False, verbosity=0)
    now = timezone.now()
    start = day_bounds(operating_date(now) - timedelta(days=int(days)))[0]
    until = {Market.RTM: floor(now, Market.RTM), Market.DAM: day_bounds(operating_date(now))[1]}
    stored = 0
    for market, end in until.items():
        prices = (price for price in made_up_prices(market, start, end) if price.node == SP15)
        stored += record(prices, seen_at=now, source="simulator", now=now)[Verdict.NEW]
    json.dump(stored, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
