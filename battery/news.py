"""What is done to batteries, as events in their node's feed: every open page shows them.

Call it in the transaction that makes the change.
"""

from datetime import date, datetime

from battery import news_words
from battery.models import Backtest, Battery, SocReading
from market.intervals import iso
from prices import feed
from prices.feed import Body, Event, FeedRange
from prices.models import FeedEvent, Node
from prices.publishing import publish_on_commit


def battery_changed(node: Node, battery: Battery, text: str, by: str, *, now: datetime) -> None:
    """A battery was added, changed, moved to or from the node, or deleted: then it is inactive."""
    active = battery.active and battery.node_id == node.pk
    about: Body = {"about": "battery", "battery_id": battery.pk, "active": active}
    tell(node, about, text, by, now=now)


def soc_reported(reading: SocReading, *, now: datetime) -> None:
    """Somebody reported a battery's state of charge."""
    battery = reading.battery
    text = news_words.reported(battery.name, float(reading.soc_mwh), reading.at, reading.by)
    battery_changed(battery.node, battery, text, reading.by, now=now)


def backtest_moved(backtest: Backtest, *, now: datetime) -> None:
    """A back-test was asked for, goes on, or came to its end."""
    battery, by = backtest.battery, name_of(backtest)
    about: Body = {
        "about": "backtest",
        "backtest_id": backtest.pk,
        "battery_id": battery.pk,
        "state": backtest.state,
        "progress": backtest.progress,
    }
    days = f"{backtest.start} to {backtest.end}"
    text = news_words.backtest(battery.name, days, backtest.state, by)
    tell(battery.node, about, text, by, now=now)


def day_settled(node: Node, battery_id: int, day: date, text: str, *, now: datetime) -> FeedRange:
    """A day on paper was settled, or restated; whoever settles publishes it."""
    about: Body = {"about": "paper", "battery_id": battery_id, "date": day.isoformat()}
    return append(node, about, text, "", now=now)


def name_of(backtest: Backtest) -> str:
    """Who asked for it; empty if nobody did, or the account is gone."""
    return backtest.asked_by.get_username() if backtest.asked_by else ""


def tell(node: Node, about: Body, text: str, by: str, *, now: datetime) -> None:
    """Append a status event to the node's feed."""
    publish_on_commit(append(node, about, text, by, now=now), node)


def append(node: Node, about: Body, text: str, by: str, *, now: datetime) -> FeedRange:
    body = about | {"by": by, "at": iso(now), "text": text}
    return feed.append(node, [Event(FeedEvent.STATUS, body)], now=now)
