"""Quiet hours: when a rule's alerts are not sent. Pure."""

from datetime import datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

EVERY_DAY = "1234567"


class Quiet(NamedTuple):
    """From a time of the day until another, on the days (1 is Monday) on which it begins.

    Where `until` is not after `begin` it lies on the next day; both the same is the whole day.
    """

    begin: time
    until: time
    days: str
    zone: ZoneInfo

    def covers(self, moment: datetime) -> bool:
        """Whether a moment is quiet, by a clock in the zone."""
        local = moment.astimezone(self.zone)
        clock, today = local.time(), str(local.isoweekday())
        yesterday = str((local - timedelta(days=1)).isoweekday())
        if self.begin < self.until:
            return today in self.days and self.begin <= clock < self.until
        began_today = today in self.days and clock >= self.begin
        began_yesterday = yesterday in self.days and clock < self.until
        return began_today or began_yesterday
