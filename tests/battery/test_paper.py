"""The paper desk: advice settled day by day, and again when prices change."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from battery.bodies import parameters_of
from battery.due import settling_is_due
from battery.models import Battery, Outage, PaperDay, Restatement
from battery.paper import desk as paper
from battery.paper.desk import settle, settle_again, settle_all
from battery.paper.kept import kept_from, to_json
from market.intervals import day_intervals, iso
from market.markets import Market
from prices.models import FeedEvent, Node
from tests.battery.desk import (
    DAY,
    EIGHT,
    GAP,
    HOUR,
    NEXT_DAY,
    QUARTER,
    advise,
    on_paper,
    prices,
    schedule,
)
from tests.conftest import utc

pytestmark = pytest.mark.django_db
JULY_14 = date(2026, 7, 14)


@pytest.fixture
def battery() -> Battery:
    return on_paper()


def morning(battery: Battery) -> None:
    """Holds at −20 and at 30, sells at 100 and at a price that is missing; then no advice."""
    #                 08:00 08:15 08:30 08:45 09:00
    advise(battery, [0, 0, 1, 1, None])
    prices([-20, 30, 100, GAP, 500])


def said() -> list[str]:
    events = FeedEvent.objects.filter(kind=FeedEvent.STATUS).order_by("seq")
    return [one.body["text"] for one in events if one.body["about"] == "paper"]


@pytest.mark.database
def test_a_day_is_settled_over_the_intervals_that_have_advice_and_a_price(
    battery: Battery,
) -> None:
    morning(battery)
    settle_all(now=NEXT_DAY)
    day = PaperDay.objects.get()
    assert (day.date, day.market, day.settled, day.excluded) == (JULY_14, "RTPD", 3, 93)
    # 0.25 MWh at 100, each MWh of which wears the cells by 10.
    assert (day.revenue_usd, day.wear_usd, day.net_usd) == (
        Decimal("25.00"),
        Decimal("2.50"),
        Decimal("22.50"),
    )
    assert day.two_settlement_usd == day.net_usd  # nothing was awarded
    # The same, and 5.00 for taking 0.25 MWh at −20, of which 0.18 MWh are sold at 30 less 10.
    assert day.perfect_usd == Decimal("31.10")
    assert day.cycles == pytest.approx(0.25 / 0.8 / 4, abs=1e-4)
    assert [line.interval_start for line in kept_from(day.ledger).alone.lines] == [
        EIGHT,
        EIGHT + QUARTER,
        EIGHT + 2 * QUARTER,
    ]


def test_others_begin_with_the_same_charge_and_what_they_leave_counts(battery: Battery) -> None:
    morning(battery)
    settle_all(now=NEXT_DAY)
    # Perfect foresight would take 16 for a stored MWh: 0.8 of 30 less 10. Advice left 0.3125 MWh
    # less than who did nothing; below 0 the thresholds took 5.00 and stored 0.225 MWh.
    assert PaperDay.objects.get().rivals == {
        "clock": "5.00",
        "thresholds": "13.60",
        "nothing": "0.00",
    }


def test_in_a_two_settlement_the_schedule_is_at_the_day_ahead_price(battery: Battery) -> None:
    morning(battery)
    schedule(battery, [0.5])
    prices([60], market=Market.DAM)
    settle_all(now=NEXT_DAY)
    day = PaperDay.objects.get()
    # 0.375 MWh at 60; −0.125 MWh at −20 and at 30, 0.125 MWh at 100; 2.50 of wear.
    assert day.two_settlement_usd == Decimal("31.25")
    assert day.net_usd == Decimal("22.50")


def test_it_is_said_in_the_feed_once(battery: Battery) -> None:
    morning(battery)
    (found,) = settle_all(now=NEXT_DAY)
    assert found.slug == "sp15"
    event = FeedEvent.objects.get(seq=found.seq, node=battery.node)
    assert event.body == {
        "about": "paper",
        "battery_id": battery.pk,
        "date": "2026-07-14",
        "by": "",
        "at": iso(NEXT_DAY),
        "text": f"“{battery.name}” earned $22.50 on paper on Jul 14, 72 % of perfect foresight",
    }
    assert settle_all(now=NEXT_DAY + HOUR) == []
    assert PaperDay.objects.count() == 1


def test_a_day_waits_an_hour_for_its_last_prices(battery: Battery) -> None:
    morning(battery)
    midnight = utc("2026-07-15 07:00")
    assert settle_all(now=midnight + 59 * QUARTER / 15) == []
    assert not PaperDay.objects.exists()
    settle_all(now=midnight + HOUR)
    assert PaperDay.objects.get().settled == 3


def test_a_day_whose_prices_are_all_there_waits_for_nothing() -> None:
    battery = on_paper()
    starts = day_intervals(JULY_14, Market.RTPD)
    advise(battery, [0] * 96, starts[0])
    prices([40] * 96, starts[0])
    assert settling_is_due(now=utc("2026-07-15 07:00"))
    settle_all(now=utc("2026-07-15 07:00"))
    assert PaperDay.objects.get().settled == 96


@pytest.mark.database
def test_a_correction_restates_the_day_and_says_why(battery: Battery) -> None:
    morning(battery)
    settle_all(now=NEXT_DAY)
    prices([80], EIGHT + 2 * QUARTER, at=NEXT_DAY + HOUR)
    assert settling_is_due(now=NEXT_DAY + 2 * HOUR)
    settle_all(now=NEXT_DAY + 2 * HOUR)
    day = PaperDay.objects.get()
    assert (day.net_usd, day.revenue_usd) == (Decimal("17.50"), Decimal("20.00"))
    assert day.perfect_usd == Decimal("26.10")
    one = Restatement.objects.get()
    why = "CAISO corrected the price of 08:30 from 100.00 to 80.00, seen Jul 15 03:00"
    assert (one.old_net_usd, one.new_net_usd) == (Decimal("22.50"), Decimal("17.50"))
    assert (one.old_price, one.new_price, one.why) == (100, 80, why)
    assert (one.interval_start, one.at) == (EIGHT + 2 * QUARTER, NEXT_DAY + 2 * HOUR)
    text = f"“{battery.name}”, Jul 14: $22.50 became $17.50 on paper. {why}"
    assert said()[1:] == [text]
    assert kept_from(day.ledger).alone.restatements[0].why == why
    settle_all(now=NEXT_DAY + 3 * HOUR)
    assert Restatement.objects.count() == 1
    assert not settling_is_due(now=NEXT_DAY + 3 * HOUR)


def test_a_price_that_comes_late_is_settled_then(battery: Battery) -> None:
    morning(battery)
    settle_all(now=NEXT_DAY)
    prices([40], EIGHT + 3 * QUARTER, at=NEXT_DAY + HOUR)
    settle_all(now=NEXT_DAY + HOUR)
    day, one = PaperDay.objects.get(), Restatement.objects.get()
    assert (day.settled, day.excluded) == (4, 92)
    assert (day.net_usd, one.new_net_usd) == (Decimal("30.00"), Decimal("30.00"))
    assert (one.old_price, one.new_price) == (None, 40)


def test_several_corrections_lead_step_by_step_to_the_new_result(battery: Battery) -> None:
    morning(battery)
    settle_all(now=NEXT_DAY)
    prices([90, 40], EIGHT + 2 * QUARTER, at=NEXT_DAY + HOUR)
    settle_all(now=NEXT_DAY + HOUR)
    rows = [(row.old_net_usd, row.new_net_usd) for row in Restatement.objects.order_by("pk")]
    assert rows == [
        (Decimal("22.50"), Decimal("20.00")),
        (Decimal("20.00"), Decimal("27.50")),
    ]
    assert said()[-1].endswith(", and 1 more")


def test_a_corrected_day_ahead_price_restates_the_two_settlement(battery: Battery) -> None:
    morning(battery)
    schedule(battery, [0.5])
    prices([60], market=Market.DAM)
    settle_all(now=NEXT_DAY)
    prices([50], market=Market.DAM, at=NEXT_DAY + HOUR)
    settle_all(now=NEXT_DAY + HOUR)
    day, one = PaperDay.objects.get(), Restatement.objects.get()
    assert (day.net_usd, day.two_settlement_usd) == (Decimal("22.50"), Decimal("27.50"))
    assert (one.old_price, one.new_price) == (60, 50)
    assert (one.old_net_usd, one.new_net_usd) == (Decimal("31.25"), Decimal("27.50"))
    assert one.why.startswith("CAISO corrected the day-ahead price of 08:00 from 60.00 to 50.00")
    assert "Jul 14: $31.25 became $27.50 on paper in two settlements. CAISO" in said()[-1]


def test_two_results_that_changed_at_once_are_not_mixed_in_what_is_said(battery: Battery) -> None:
    morning(battery)
    schedule(battery, [0.5])
    prices([60], market=Market.DAM)
    settle_all(now=NEXT_DAY)
    prices([50], market=Market.DAM, at=NEXT_DAY + HOUR)
    prices([80], EIGHT + 2 * QUARTER, at=NEXT_DAY + HOUR)
    settle_all(now=NEXT_DAY + HOUR)
    assert "Jul 14: $22.50 became $17.50 on paper. CAISO" in said()[-1]
    assert said()[-1].endswith(", and 1 more")


def test_a_correction_of_an_interval_without_advice_restates_nothing(battery: Battery) -> None:
    morning(battery)
    settle_all(now=NEXT_DAY)
    prices([900], EIGHT + 4 * QUARTER, at=NEXT_DAY + HOUR)
    assert settle_all(now=NEXT_DAY + 2 * HOUR) == []
    assert not Restatement.objects.exists()
    assert not settling_is_due(now=NEXT_DAY + 2 * HOUR)


def test_a_price_that_was_being_stored_as_a_day_was_settled_is_not_missed(
    battery: Battery,
) -> None:
    morning(battery)
    settle_all(now=NEXT_DAY)
    prices([80], EIGHT + 2 * QUARTER, at=NEXT_DAY - timedelta(minutes=4))  # committed only now
    assert settling_is_due(now=NEXT_DAY + QUARTER)
    settle_all(now=NEXT_DAY + QUARTER)
    assert PaperDay.objects.get().net_usd == Decimal("17.50")


def test_advice_is_settled_for_the_battery_that_it_was_given_to(battery: Battery) -> None:
    was = parameters_of(battery)
    elsewhere = was | {"node": "TH_NP15_GEN-APND"}
    advise(battery, [1], parameters=elsewhere)
    advise(battery, [1], EIGHT + QUARTER, parameters=was)
    prices([50, 50])
    settle_all(now=NEXT_DAY)
    day = PaperDay.objects.get()
    assert (day.settled, day.wear_usd) == (1, Decimal("2.50"))
    PaperDay.objects.all().delete()
    on_paper(wear_usd_mwh=Decimal(90))
    settle_all(now=NEXT_DAY)
    assert PaperDay.objects.get().wear_usd == Decimal("2.50")


def test_a_battery_that_has_become_another_since_is_settled_as_it_was(battery: Battery) -> None:
    morning(battery)
    settle_all(now=NEXT_DAY)
    on_paper(wear_usd_mwh=Decimal(90), node=Node.objects.get(slug="np15"))
    Outage.objects.create(battery=battery, start=EIGHT, end=EIGHT + HOUR)
    prices([80], EIGHT + 2 * QUARTER, at=NEXT_DAY + HOUR)
    settle_all(now=NEXT_DAY + HOUR)
    assert PaperDay.objects.get().net_usd == Decimal("17.50")


@pytest.mark.database
def test_a_kill_before_the_commit_leaves_nothing_and_the_next_one_settles(
    battery: Battery, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    morning(battery)
    with monkeypatch.context() as patched:
        patched.setattr(paper, "day_settled", killed)
        with pytest.raises(KeyboardInterrupt):
            settle_all(now=NEXT_DAY)
    assert not PaperDay.objects.exists()
    settle_all(now=NEXT_DAY)
    prices([80], EIGHT + 2 * QUARTER, at=NEXT_DAY + HOUR)
    with monkeypatch.context() as patched:
        patched.setattr(paper, "day_settled", killed)
        with pytest.raises(KeyboardInterrupt):
            settle_all(now=NEXT_DAY + HOUR)
    assert PaperDay.objects.get().net_usd == Decimal("22.50")
    assert not Restatement.objects.exists()
    settle_all(now=NEXT_DAY + HOUR)
    assert PaperDay.objects.get().net_usd == Decimal("17.50")
    assert (Restatement.objects.count(), len(said())) == (1, 2)


@pytest.mark.database
def test_of_two_processes_one_settles_and_one_restates(battery: Battery) -> None:
    morning(battery)
    assert len(settle(battery, JULY_14, now=NEXT_DAY)) == 1
    assert settle(battery, JULY_14, now=NEXT_DAY) == []
    mine, theirs = PaperDay.objects.get(), PaperDay.objects.get()
    prices([80], EIGHT + 2 * QUARTER, at=NEXT_DAY + HOUR)
    assert len(settle_again(battery, mine, now=NEXT_DAY + HOUR)) == 1
    assert settle_again(battery, theirs, now=NEXT_DAY + HOUR) == []
    assert Restatement.objects.count() == 1


def test_a_reported_charge_begins_the_reckoning_anew(battery: Battery) -> None:
    advise(battery, [1, 1])
    advise(
        battery, [1], EIGHT + 2 * QUARTER, soc_mwh=Decimal("3.5"), soc_known_at=EIGHT + 2 * QUARTER
    )
    prices([50, 50, 50])
    settle_all(now=NEXT_DAY)
    lines = kept_from(PaperDay.objects.get().ledger).alone.lines
    assert [line.soc_before_mwh for line in lines] == [
        Decimal("2.000000"),
        Decimal("1.687500"),
        Decimal("3.500000"),
    ]


def test_what_the_charge_does_not_allow_is_not_run_and_that_is_said(battery: Battery) -> None:
    advise(battery, [1, 1, -1], soc_mwh=Decimal("0.5"))
    prices([50, 50, 50])
    settle_all(now=NEXT_DAY)
    kept = kept_from(PaperDay.objects.get().ledger)
    # 0.3125 MWh of the 0.5 go out in the first quarter; the rest is 0.15 MWh at the grid.
    assert [line.power_mw for line in kept.alone.lines] == [1, Decimal("0.6"), -1]
    assert [(one.interval_start, one.advised_mw, one.run_mw) for one in kept.clipped] == [
        (EIGHT + QUARTER, 1, Decimal("0.6"))
    ]
    assert said()[0].endswith("; in 1 interval less than advised could be run")


def test_nothing_is_run_in_an_outage(battery: Battery) -> None:
    Outage.objects.create(battery=battery, start=EIGHT, end=EIGHT + 1.5 * QUARTER)
    advise(battery, [1, 1, 1])
    prices([50, 50, 50])
    settle_all(now=NEXT_DAY)
    lines = kept_from(PaperDay.objects.get().ledger).alone.lines
    assert [line.power_mw for line in lines] == [0, Decimal("0.5"), 1]


def test_an_interval_of_unknown_charge_is_excluded(battery: Battery) -> None:
    advise(battery, [0, 0], soc_mwh=None, soc_source="unknown", soc_known_at=None)
    advise(battery, [1], EIGHT + 2 * QUARTER)
    prices([50, 50, 50])
    settle_all(now=NEXT_DAY)
    day = PaperDay.objects.get()
    assert (day.settled, day.excluded) == (1, 95)


def test_a_day_without_advice_has_a_result_of_nothing_and_is_not_told(battery: Battery) -> None:
    prices([50, 50])
    assert settle_all(now=NEXT_DAY) == []
    day = PaperDay.objects.get()
    assert (day.settled, day.net_usd, day.perfect_usd, day.rivals) == (0, 0, 0, {"nothing": "0.00"})


def test_days_since_it_was_made_are_settled_and_none_older_than_35() -> None:
    battery = on_paper(NEXT_DAY - 3 * DAY)
    settle_all(now=NEXT_DAY)
    days = PaperDay.objects.order_by("date").values_list("date", flat=True)
    assert list(days) == [date(2026, 7, day) for day in (12, 13, 14)]
    PaperDay.objects.all().delete()
    on_paper(NEXT_DAY - 100 * DAY)
    settle_all(now=NEXT_DAY)
    assert PaperDay.objects.count() == 35
    PaperDay.objects.all().delete()
    Battery.objects.filter(pk=battery.pk).update(active=False)
    settle_all(now=NEXT_DAY)
    assert not PaperDay.objects.exists()


@pytest.mark.parametrize(
    ("day", "intervals"),
    [
        (date(2026, 3, 8), 92),
        (date(2026, 3, 9), 96),
        (date(2026, 7, 14), 96),
        (date(2026, 11, 1), 100),
    ],
)
def test_a_day_of_any_length_is_settled_whole(day: date, intervals: int) -> None:
    starts = day_intervals(day, Market.RTPD)
    battery = on_paper(starts[0])
    yesterday = day_intervals(day - timedelta(days=1), Market.RTPD)
    advise(
        battery,
        [-1 if nth < 4 else 1 if nth > intervals - 5 else 0 for nth in range(intervals)],
        starts[0],
        soc_known_at=starts[0],
    )
    curve = [20 + 60 * (nth % 50) / 50 for nth in range(intervals)]
    prices(curve, starts[0])
    prices([20 + 60 * (nth % 50) / 50 for nth in range(len(yesterday))], yesterday[0])
    prices(curve[::4], starts[0], market=Market.DAM)
    settle_all(now=starts[-1] + 2 * HOUR)
    found = PaperDay.objects.get(date=day)
    assert (found.settled, found.excluded) == (intervals, 0)
    assert found.rivals.keys() == {
        "day_ahead_rt",
        "day_ahead_da",
        "clock",
        "yesterday",
        "thresholds",
        "nothing",
    }
    best = {name: Decimal(usd) for name, usd in found.rivals.items() if name != "day_ahead_da"}
    assert found.perfect_usd >= max(found.net_usd, *best.values())


def test_what_is_kept_of_a_day_is_read_back_as_it_was(battery: Battery) -> None:
    morning(battery)
    schedule(battery, [0.5])
    prices([60], market=Market.DAM)
    Outage.objects.create(battery=battery, start=EIGHT, end=EIGHT + QUARTER)
    settle_all(now=NEXT_DAY)
    stored = PaperDay.objects.get().ledger
    assert to_json(kept_from(stored)) == stored
