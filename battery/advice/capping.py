"""The price on wear of each day for batteries with a cap on cycles, from what was advised."""

from datetime import date, datetime, timedelta

from battery.asset import HOUR, Asset
from battery.cycle_price import DAYS_SEEN, CyclePrice, first_price
from battery.held_history import read
from battery.models import Battery, WearPrice
from market.intervals import day_bounds, operating_date
from market.markets import Market

A_DAY = timedelta(days=1)


def priced_asset(battery: Battery, *, now: datetime) -> Asset:
    """The asset as it is to be run today: with the price on wear on top where there is a cap."""
    cap = battery.cycle_cap_per_day
    if cap is None:
        return battery.asset
    return price_of_day(battery, operating_date(now), cap).added_to(battery.asset)


def price_of_day(battery: Battery, day: date, cap: float) -> CyclePrice:
    """Kept for the day; made of the day before's, or anew for a new cap or after days without."""
    kept = known_price(battery, day, cap)
    if kept is not None:
        return kept
    before = known_price(battery, day - A_DAY, cap)
    made = before.after(cycled(battery, day - A_DAY)) if before else begun(battery, day, cap)
    WearPrice.objects.update_or_create(battery=battery, date=day, defaults=made._asdict())
    return made


def known_price(battery: Battery, day: date, cap: float) -> CyclePrice | None:
    found = battery.wear_prices.filter(date=day, cap=cap).first()
    return CyclePrice(found.usd_mwh, cap, found.owed) if found else None


def begun(battery: Battery, day: date, cap: float) -> CyclePrice:
    history = read(battery.node, Market(battery.market), day - A_DAY * (DAYS_SEEN + 1), day)
    return first_price(history, battery.asset, day, cap)


def cycled(battery: Battery, day: date) -> float:
    """How many cycles were advised on a day."""
    start, end = day_bounds(day)
    sales = battery.advice.filter(
        interval_start__gte=start, interval_start__lt=end, power_mw__gt=0
    ).values_list("power_mw", "interval_start", "interval_end")
    delivered = sum(float(power) * ((ended - began) / HOUR) for power, began, ended in sales)
    return battery.asset.cycles(delivered)
