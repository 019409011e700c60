"""The measures that batteries are compared by, as the page writes them."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from battery.hub_measures import HubMeasures, hub_measures
from dashboard.battery.paper_measures import PaperMeasures, paper_measures
from dashboard.battery.price_measures import PriceMeasures, price_measures
from dashboard.battery.spread_picture import spread_card
from market.intervals import day_intervals, midnight
from market.markets import Market
from tests.dashboard.test_battery_history import day

TODAY = date(2026, 7, 14)
A_DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def noon_at(one: date, market: Market, lmp: int) -> dict[datetime, Decimal]:
    """A day at 30, and for four hours from noon on at another price."""
    noon = midnight(one) + 12 * HOUR
    return {
        at: Decimal(lmp if noon <= at < noon + 4 * HOUR else 30)
        for at in day_intervals(one, market)
    }


def measured(*noons: int, rt_more: int = 0, fmm: bool = False) -> HubMeasures:
    """Days before today; real time is as day-ahead and at noon that much more."""
    days = [TODAY - back * A_DAY for back in range(len(noons), 0, -1)]
    da, quarters, rt = (
        [noon_at(one, market, noon + more) for one, noon in zip(days, noons, strict=True)]
        for market, more in ((Market.DAM, 0), (Market.RTPD, rt_more), (Market.RTM, rt_more))
    )
    return hub_measures(days, da, quarters if fmm else [{}] * len(days), rt)


def texts(found: PriceMeasures, name: str) -> list[str]:
    [row] = [row for row in found.rows if row.name == name]
    return [" ".join(filter(None, cell)) for cell in row.cells]


def test_each_market_that_is_held_is_a_column() -> None:
    found = price_measures(measured(130, 50))
    assert (found.span, found.columns) == ("Jul 12 to Jul 13", ["DA", "RT"])
    assert texts(found, "days held whole") == ["2", "2"]
    assert price_measures(measured(130, fmm=True)).columns == ["DA", "FMM", "RT"]


def test_tbs_and_what_they_are_worth_are_in_dollars() -> None:
    found = price_measures(measured(130, 50, rt_more=10))
    assert texts(found, "TB1 a day") == ["$60.00 sorted $60.00", "$70.00 sorted $70.00"]
    assert texts(found, "TB4 a day") == ["$240.00 sorted $240.00", "$280.00 sorted $280.00"]
    # 240 or 280 a day, 30.4375 days, by kW
    assert texts(found, "TB4, $/kW-month") == ["$7.31 sorted $7.31", "$8.52 sorted $8.52"]
    assert texts(found, "best day") == ["$400 Jul\xa012", "$440 Jul\xa012"]
    assert texts(found, "worst day") == ["$80 Jul\xa013", "$120 Jul\xa013"]
    assert texts(found, "19 days of 20 exceed") == ["—", "—"]


def test_hours_below_zero_and_the_worst_days_are_said() -> None:
    found = price_measures(measured(-5, *range(40, 59)))
    assert texts(found, "hours below 0") == ["4", "4"]
    # 479 changes, of 0 and up and down by 35 and by 10 to 28: the root of 2 * 8654 / 478
    assert texts(found, "realised volatility")[0] == "6.02"
    assert texts(found, "the worst 5 % of days") == ["$40", "$40"]


def test_without_a_whole_day_there_are_no_rows() -> None:
    days = [TODAY - A_DAY]
    found = hub_measures(days, [{}], [{}], [{}])
    assert price_measures(found).rows == []
    assert spread_card(found, Market.RTM) == ("RT less DA", None)


def test_the_spread_stands_on_zero_with_a_line_for_most_days() -> None:
    card = spread_card(measured(*[40] * 9, rt_more=-10), Market.RTM)
    assert card.picture
    assert len(card.picture.places) == 24
    noon = card.picture.places[12]
    assert (card.picture.zero, noon.bars[0].y, noon.bars[0].height) == (0, 0, 100)
    assert noon.reach == (100, 100)
    assert noon.title == "12: mean −10.00, 8 days of 10 from −10.00 to −10.00"
    assert card.picture.texts[12] == ("12", ("−10.00", "−10.00", "−10.00", "9"))
    assert card.picture.texts[11] == ("11", ("0.00", "0.00", "0.00", "9"))


def test_the_line_holds_what_is_far_from_the_mean() -> None:
    days = [TODAY - back * A_DAY for back in range(11, 0, -1)]
    da = [noon_at(one, Market.DAM, 30) for one in days]
    rt = [noon_at(one, Market.RTM, 30 + 20 * nth) for nth, one in enumerate(days)]
    card = spread_card(hub_measures(days, da, [{}] * 11, rt), Market.RTM)
    assert card.picture
    assert card.picture.texts[12] == ("12", ("+100.00", "+20.00", "+180.00", "11"))
    assert card.picture.places[12].reach == (10, 90)  # of 0 to 200


def test_a_battery_of_the_fifteen_minute_market_has_that_spread() -> None:
    card = spread_card(measured(40, rt_more=5, fmm=True), Market.RTPD)
    assert card.name == "FMM less DA"
    assert card.picture
    assert card.picture.texts[13][1][0] == "+5.00"
    assert spread_card(measured(40), Market.RTPD).picture is None


def rows(found: PaperMeasures | None) -> dict[str, list[str]]:
    assert found
    return {row.name: list(row.texts) for row in found.rows}


def test_results_on_paper_are_by_kw_and_month_of_the_days_counted() -> None:
    days = [day(back, "80.00", cycles=0.5) for back in (31, 30, 14, 13, 1, 0)]
    found = paper_measures(days, TODAY, 2.0)
    assert found
    assert (found.columns, found.few) == (["July so far", "last 30 days"], True)
    assert rows(found) == {
        "days counted": ["2 of 2", "4 of 4"],  # not today's, and none of 31 days ago
        "$/kW-month": ["$1.22", "$1.22"],  # 40 a day and MW, 30.4375 days, by kW
        "cycles a day": ["0.50", "0.50"],
        "share of perfect foresight": ["80 %", "80 %"],
        "19 days of 20 earn at least": ["—", "—"],
        "the worst 5 % of days earn": ["—", "—"],
    }


def test_a_day_of_which_much_was_left_out_is_not_counted() -> None:
    days = [day(2, "1000", settled=200, excluded=88), day(1, settled=274, excluded=14)]
    said = rows(paper_measures(days, TODAY, 1.0))
    assert said["days counted"] == ["1 of 2", "1 of 2"]
    assert said["$/kW-month"] == ["$2.44", "$2.44"]
    said = rows(paper_measures(days[:1], TODAY, 1.0))
    assert said["days counted"] == ["0 of 1", "0 of 1"]
    assert said["$/kW-month"] == said["cycles a day"] == ["—", "—"]


def test_from_twenty_days_on_the_worst_are_said() -> None:
    days = [day(back, f"{back}") for back in range(20, 0, -1)]
    found = paper_measures(days, TODAY, 1.0)
    assert found
    assert found.few  # of July there are 13
    assert rows(found)["19 days of 20 earn at least"] == ["—", "$1.95"]
    assert rows(found)["the worst 5 % of days earn"] == ["—", "$1.00"]


def test_on_the_first_of_a_month_there_are_the_last_days_alone() -> None:
    days = [day(1, date=date(2026, 6, 30))]
    said = rows(paper_measures(days, date(2026, 7, 1), 1.0))
    assert said["days counted"] == ["0 of 0", "1 of 1"]
    assert said["$/kW-month"] == ["—", "$2.44"]
    assert paper_measures([], TODAY, 1.0) is None
