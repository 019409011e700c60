"""What a battery should do and plans, read from the database."""

from datetime import datetime, timedelta

from battery.bodies import advice_body
from battery.models import Advice, Battery, Schedule
from battery.soc import KnownSoc, last_report, soc_at
from dashboard.battery.now import About, facts
from dashboard.battery.plan import Slot, slots
from dashboard.battery.schedule import ScheduleCard, schedule_card
from dashboard.battery.shown import Done, Shown
from dashboard.first_paint.held import Body
from market.intervals import day_bounds, iso, midnight, operating_date
from market.markets import Market
from prices import readings

A_DAY = timedelta(days=1)
LONGEST = timedelta(days=3)


def about(battery: Battery) -> About:
    asset, node = battery.asset, battery.node
    charge, discharge = battery.efficiencies
    pairs = facts(
        power_in_mw=asset.power_in_mw,
        power_out_mw=asset.power_out_mw,
        round_trip=charge * discharge,
        charge=charge,
        discharge=discharge,
        window_mwh=(asset.soc_min_mwh, asset.soc_max_mwh),
        wear_usd_mwh=asset.wear_usd_mwh,
        cycles_per_day=battery.cycle_cap_per_day,
    )
    names = (battery.pk, battery.name, battery.size, node.hub, node.oasis_name)
    return About(*names, battery.active, node.tracked, pairs)


def newest_advice(battery: Battery) -> Advice | None:
    """With its plan."""
    advice = battery.advice.select_related("battery").order_by("-interval_start")
    return advice.defer("known", "parameters").first()


def advice_now(battery: Battery, advice: Advice, *, now: datetime) -> Body:
    """As the feed has it, but with a state of charge that was reported since."""
    body, report = advice_body(advice), last_report(battery, now)
    if report is None or report.told_at <= advice.made_at:
        return body
    soc = soc_at(battery, now)
    known_at = soc.known_at and iso(soc.known_at)
    known = {"soc_mwh": soc.soc_mwh, "soc_source": soc.source, "soc_known_at": known_at}
    return body | known


def known_soc(battery: Battery, *, now: datetime) -> KnownSoc:
    return soc_at(battery, now)


def plan_of(battery: Battery, advice: Advice | None, *, now: datetime) -> list[Slot]:
    """What the newest advice expects, from the interval that runs on."""
    if advice is None:
        return []
    found = slots(advice.plan, advice.interval_end, float(battery.wear_usd_mwh))
    return [slot for slot in found if slot.end > midnight(operating_date(now))]


def shown(battery: Battery, plan: list[Slot], *, now: datetime) -> Shown:
    """From this day's midnight to the end of the plan, at least the end of the day."""
    start, day_end = day_bounds(operating_date(now))
    end = min(max([day_end, *(slot.end for slot in plan)]), start + LONGEST)
    market = Market(battery.market)
    rt = readings.lmps(battery.node, market, start, end)
    da = readings.day_ahead(battery.node, start, end)
    return Shown(
        start=start,
        end=end,
        now=now,
        market=market,
        rt={at: float(lmp) for at, lmp in rt.items()},
        da={at: float(lmp) for at, lmp in da.items()},
        done=done(battery, start, end),
        plan=[slot for slot in plan if slot.start < end],
        power_mw=max(float(battery.power_in_mw), float(battery.power_out_mw)),
        energy_mwh=float(battery.energy_mwh),
    )


def done(battery: Battery, start: datetime, end: datetime) -> list[Done]:
    """What was advised in the intervals that start in [start, end), in order."""
    advice = battery.advice.filter(interval_start__gte=start, interval_start__lt=end)
    names = ("interval_start", "interval_end", "power_mw", "soc_mwh")
    rows = advice.order_by("interval_start").values_list(*names)
    return [
        Done(began, ended, float(power), None if soc is None else float(soc))
        for began, ended, power, soc in rows
    ]


def schedules(battery: Battery, *, now: datetime) -> list[ScheduleCard]:
    """Of today and, once it is out, of tomorrow."""
    today = operating_date(now)
    found = battery.schedules.filter(date__in=[today, today + A_DAY]).order_by("date")
    return [card(one) for one in found]


def card(schedule: Schedule) -> ScheduleCard:
    return schedule_card(
        schedule.date,
        schedule.hours,
        net_usd=schedule.net_usd,
        bound_usd=schedule.bound_usd,
        gap=schedule.gap,
        made_at=schedule.made_at,
    )
