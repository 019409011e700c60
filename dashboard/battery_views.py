"""What may be done on a battery's page: report its state of charge, ask for a back-test; CSV."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import wraps

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from battery.asking import ask_backtest
from battery.bodies import parameters_of
from battery.changes import report_soc
from battery.models import Backtest, Battery, SocReading
from battery.models.backtests import RUNNING, WAITING
from battery.news import backtest_moved
from dashboard.alert_views import only_with, who
from dashboard.battery import past
from dashboard.battery.backtest_lines import fault_of
from dashboard.battery.pages import CHOICES, HISTORY
from dashboard.battery.paper_days import csv_lines
from dashboard.battery_page import REPORTS, TESTS, page

LARGEST = Decimal(1_000_000)
View = Callable[..., HttpResponseBase]


def read_at(anchor: str, tab: str = "") -> Callable[[View], View]:
    """Let reads of a form's address, to which a refused one is answered, go on to the page."""

    def decorate(view: View) -> View:
        @wraps(view)
        def wrapped(request: HttpRequest, battery_id: int) -> HttpResponseBase:
            if request.method in ("GET", "HEAD"):
                return redirect(page_of(battery_id, anchor, tab))
            return view(request, battery_id)

        return wrapped

    return decorate


def page_of(battery_id: int, anchor: str, tab: str = "") -> str:
    """The address of a battery's page."""
    return f"{reverse('battery')}?battery={battery_id}{tab and f'&tab={tab}'}#{anchor}"


@read_at("now")
@require_POST
@only_with(REPORTS)
def report(request: HttpRequest, battery_id: int) -> HttpResponseBase:
    """Save a state of charge as of now; the page with a sentence if it can't be so."""
    battery = get_object_or_404(Battery, pk=battery_id)
    now = timezone.now()
    typed = request.POST.get("soc_mwh", "")
    value = number_in(typed)
    if value is None:
        return refused(request, battery, typed, "Give the state of charge as a number of MWh.")
    found = SocReading(
        battery=battery, at=now, soc_mwh=value, recorded_at=now, by=who(request).get_username()
    )
    try:
        found.full_clean()
    except ValidationError as why:
        return refused(request, battery, typed, " ".join(why.messages))
    report_soc(found, now=now)
    return redirect(page_of(battery.pk, "now"))


def number_in(text: str) -> Decimal | None:
    """A finite number of MWh, to the kWh."""
    try:
        value = Decimal(text.strip())
    except InvalidOperation:
        return None
    return round(value, 3) if value.is_finite() and abs(value) < LARGEST else None


def refused(request: HttpRequest, battery: Battery, typed: str, fault: str) -> HttpResponse:
    shown(request, battery)
    return page(request, status=400, fault=fault, typed=typed[:20])


def shown(request: HttpRequest, battery: Battery, tab: str = "plan") -> None:
    """Have the page show this battery, whatever the form's own address says."""
    query = request.GET.copy()
    query["battery"], query["tab"] = str(battery.pk), tab
    request.GET = query  # type: ignore[assignment]


@read_at("backtests", HISTORY)
@require_POST
@only_with(TESTS)
def test(request: HttpRequest, battery_id: int) -> HttpResponseBase:
    """Ask for a back-test."""
    battery = get_object_or_404(Battery, pk=battery_id)
    now = timezone.now()
    start, end = (date_in(request.POST.get(name, "")) for name in ("start", "end"))
    policies = [name for name in request.POST.getlist("policies") if name in CHOICES]
    waiting = battery.backtests.filter(state__in=(WAITING, RUNNING)).count()
    fault = fault_of(start, end, policies, waiting, now)
    if fault or start is None or end is None:
        shown(request, battery, HISTORY)
        days = {"start": start, "end": end}
        return page(request, status=400, test_fault=fault, days=days, ticked=policies)
    with transaction.atomic():
        asked = asked_for(battery, start, end, policies, who(request), now)
        backtest_moved(asked, now=now)
    ask_backtest(asked.pk)
    return redirect(page_of(battery.pk, "backtests", HISTORY))


def asked_for(
    battery: Battery, start: date, end: date, policies: list[str], by: User, now: datetime
) -> Backtest:
    return Backtest.objects.create(
        battery=battery,
        start=start,
        end=end,
        market=battery.market,
        parameters=parameters_of(battery),
        policies=[] if len(policies) == len(CHOICES) else policies,  # none named: all of them
        asked_by=by,
        asked_at=now,
    )


def date_in(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


@require_safe
@never_cache
def days_csv(_request: HttpRequest, battery_id: int) -> HttpResponse:
    """The paper desk by day, as a table for a spreadsheet."""
    battery = get_object_or_404(Battery, pk=battery_id)
    since = timezone.now().date() - timedelta(days=366)
    lines = csv_lines(past.paper_days(battery, since=since))
    response = HttpResponse("".join(f"{line}\n" for line in lines), content_type="text/csv")
    response["Content-Disposition"] = f'attachment; filename="battery-{battery.pk}-days.csv"'
    return response
