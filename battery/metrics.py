"""Whether batteries are advised and their days settled, for `/metrics`."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Max

from battery import due
from battery.models import Advice, Battery, PaperDay
from telemetry.sample import Sample


def samples(*, now: datetime) -> Iterator[Sample]:
    """Of a site without batteries, that it has none."""
    batteries = list(Battery.objects.filter(active=True).order_by("pk"))
    yield Sample("caiso_batteries", len(batteries))
    yield Sample("caiso_backtests_waiting", len(due.backtests_waiting(now=now)))
    advised = [at for battery in batteries if (at := last_advised(battery))]
    if advised:
        age_s = max(0.0, (now - min(advised)).total_seconds())
        yield Sample("caiso_battery_advice_age_seconds", age_s)
    settled = PaperDay.objects.aggregate(last=Max("settled_at"))["last"]
    if settled:
        age_s = max(0.0, (now - settled).total_seconds())
        yield Sample("caiso_battery_settlement_age_seconds", age_s)


def last_advised(battery: Battery) -> datetime | None:
    """When the newest advice was made: that of the newest interval, by its index."""
    newest = Advice.objects.filter(battery=battery).order_by("-interval_start")
    return newest.values_list("made_at", flat=True).first()
