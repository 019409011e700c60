"""Quiet hours: when a rule's alerts are not sent. Pure."""

from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

EVERY_DAY = "1234567"


class Quiet(NamedTuple):
    """From one time of day until another, on the days (1 is Monday) on which they begin.

    If `until` is not after `begin`, it is on the next day; equal times mean the whole day.
    """

    begin: time
    until: time
    days: str
    zone: ZoneInfo

    @property
    def is_endless(self) -> bool:
        """Whether it is quiet all day, every day."""
        return self.begin == self.until and set(EVERY_DAY) <= set(self.days)

    def covers(self, moment: datetime) -> bool:
        """Whether a moment is quiet, by the clock in the zone.

        In the repeated hour in autumn, from the first time that the clock shows `begin` to the last
        time that it shows `until`.
        """
        today = moment.astimezone(self.zone).date()
        return any(self.lasts(day, moment) for day in (today, today - timedelta(days=1)))

    def lasts(self, day: date, moment: datetime) -> bool:
        """Whether the quiet hours that begin on `day` include a moment."""
        if str(day.isoweekday()) not in self.days:
            return False
        begin = datetime.combine(day, self.begin)
        nights = timedelta(days=self.until <= self.begin)
        until = datetime.combine(day, self.until) + nights
        return self.reached(begin, moment) and not self.reached(until.replace(fold=1), moment)

    def reached(self, clock: datetime, moment: datetime) -> bool:
        """Whether the clock has shown a time by then, or jumped over it."""
        local, at = moment.astimezone(self.zone), clock.replace(tzinfo=self.zone)
        shown = at.astimezone(UTC).astimezone(self.zone).replace(tzinfo=None)
        if shown == clock.replace(fold=0):
            return moment.astimezone(UTC) >= at.astimezone(UTC)
        return local.replace(tzinfo=None) >= clock
