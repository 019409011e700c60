"""Saves what people change about batteries, and tells every open page."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from battery import news, news_words
from battery.models import Battery, SocReading

# What pages do not show, so that nobody is told of it.
UNTOLD = {"owner", "made_at"}
OTHERS = {"grid_limits": "grid limits", "outages": "outages"}
NAMES = {field.name: str(field.verbose_name) for field in Battery._meta.fields} | OTHERS


def announce_added(battery: Battery, *, by: str, now: datetime) -> None:
    """Tell that a battery is new."""
    text = news_words.added(battery.name, battery.size, by)
    news.battery_changed(battery.node, battery, text, by, now=now)


def announce_changed(
    battery: Battery, before: Battery, fields: Collection[str], *, by: str, now: datetime
) -> None:
    """Tell what has changed about a battery; at its former node too, if it has another one."""
    shown = [name for name in fields if name not in UNTOLD]
    if not shown:
        return
    text = words(battery, before, shown, by)
    for node in sorted({before.node, battery.node}, key=lambda node: node.oasis_name):
        news.battery_changed(node, battery, text, by, now=now)


def words(battery: Battery, before: Battery, fields: Collection[str], by: str) -> str:
    """What has changed, in a sentence."""
    if {*fields} == {"active"}:
        return news_words.switched(battery.name, by, on=battery.active)
    if battery.node_id != before.node_id:
        return news_words.moved(before.name, battery.node.hub, by)
    return news_words.changed(before.name, [NAMES[name] for name in fields], by)


def delete_batteries(batteries: QuerySet[Battery], *, by: str, now: datetime) -> None:
    """Delete batteries, and tell their nodes' pages."""
    with transaction.atomic():
        found = batteries.select_related("node").order_by("node__oasis_name", "pk")
        for battery in list(found):
            battery.active, text = False, news_words.deleted(battery.name, by)
            news.battery_changed(battery.node, battery, text, by, now=now)
            battery.delete()


def report_soc(reading: SocReading, *, now: datetime) -> None:
    """Save a state of charge that somebody read, and tell the battery's pages."""
    with transaction.atomic():
        reading.save()
        news.soc_reported(reading, now=now)
