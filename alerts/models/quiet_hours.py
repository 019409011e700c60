"""When a rule sends nothing."""

from zoneinfo import ZoneInfo

from django.core.validators import RegexValidator
from django.db import models

from alerts.rules.quiet_hours import EVERY_DAY, Quiet
from prices.plain_text import validate_plain


class QuietHours(models.Model):
    """Hours of the day in which a rule sends nothing, and what happens to its messages then."""

    HELD, DROPPED = "held", "dropped"
    QUIET_THEN = [(HELD, "held for the digest at 07:00 PT"), (DROPPED, "dropped")]

    quiet_from = models.TimeField(
        null=True, blank=True, help_text="Nothing is sent from this time on,"
    )
    quiet_until = models.TimeField(null=True, blank=True, help_text="until this time.")
    quiet_days = models.CharField(
        max_length=7,
        default=EVERY_DAY,
        validators=[RegexValidator(r"^[1-7]{1,7}\Z", "Digits from 1 (Monday) to 7 (Sunday).")],
        help_text="Days on which quiet hours begin: digits from 1 (Monday) to 7 (Sunday).",
    )
    quiet_zone = models.CharField(
        max_length=40,
        default="America/Los_Angeles",
        help_text="The time zone of these times, for example Europe/Berlin.",
        validators=[validate_plain],
    )
    quiet_then = models.CharField(
        max_length=7,
        choices=QUIET_THEN,
        default=HELD,
        help_text="What happens to messages in quiet hours.",
    )

    class Meta:
        abstract = True

    @property
    def quiet(self) -> Quiet | None:
        """The quiet hours, if any. Raises ZoneInfoNotFoundError if their zone is unknown here."""
        if self.quiet_from is None or self.quiet_until is None:
            return None
        zone = ZoneInfo(self.quiet_zone)
        return Quiet(self.quiet_from, self.quiet_until, self.quiet_days, zone)
