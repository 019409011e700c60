"""What a battery earned on paper and in back-tests, read from the database."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from battery.models import Battery, PaperDay, Restatement
from battery.models.backtests import Backtest
from dashboard.battery.backtest_lines import Asked
from dashboard.battery.paper_days import Restated
from dashboard.battery.results import DayResult

DAYS_BACK = timedelta(days=62)  # this month and the one before it
MOST_TESTS = 20


def paper_days(battery: Battery, *, since: date | None = None) -> list[DayResult]:
    """Oldest first."""
    days = PaperDay.objects.filter(battery=battery).order_by("date")
    days = days if since is None else days.filter(date__gte=since)
    return [DayResult(*row) for row in days.values_list(*DayResult._fields)]


def restatements(battery: Battery, *, since: date) -> list[Restated]:
    found = Restatement.objects.filter(day__battery=battery, day__date__gte=since)
    names = ("day__date", *Restated._fields[1:])
    return [Restated(*row) for row in found.order_by("at", "pk").values_list(*names)]


def ledgers(battery: Battery, *, since: date) -> list[Mapping[str, Any]]:
    days = PaperDay.objects.filter(battery=battery, date__gte=since)
    found = days.order_by("date").values_list("ledger", flat=True)
    return [ledger for ledger in found if isinstance(ledger, Mapping)]


def month_before(day: date) -> date:
    return day - DAYS_BACK


def backtests(battery: Battery) -> list[Asked]:
    """The newest first."""
    found = Backtest.objects.filter(battery=battery).select_related("asked_by")
    return [
        Asked(
            one.pk,
            one.start,
            one.end,
            one.market,
            one.state,
            one.progress,
            one.error,
            one.asked_at,
            one.asked_by.get_username() if one.asked_by else "",
            one.code_version,
            one.data_digest,
            one.result,
            one.parameters.get("power_out_mw"),
        )
        for one in found.order_by("-asked_at", "-pk")[:MOST_TESTS]
    ]
