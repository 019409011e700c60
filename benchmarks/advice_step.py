"""A program: how long a battery's advice takes by itself: to read what is known, and to decide."""

import json
import sys
import time

import django

django.setup()

from django.utils import timezone  # noqa: E402

from battery.advice.deciding import decide, table_of  # noqa: E402
from battery.advice.seen import seen_of  # noqa: E402
from battery.models import Advice, Battery  # noqa: E402


def main(rounds: str) -> None:
    """Seconds of each round, the newest advice's reason, and of how many intervals it learned."""
    battery = Battery.objects.select_related("node").get()
    read, decided = [], []
    for _ in range(int(rounds)):
        now = timezone.now()
        began = time.perf_counter()
        seen = seen_of(battery, now=now)
        read.append(time.perf_counter() - began)
        began = time.perf_counter()
        table = table_of(seen.known, now=now)
        decide(seen.asset, seen.known, table, seen.limits)
        decided.append(time.perf_counter() - began)
    newest = Advice.objects.latest("interval_start")
    learned = seen.known.residuals.intervals_seen
    measured = {"read": read, "decided": decided, "reason": newest.reason, "learned": learned}
    json.dump(measured, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
