"""What limits a battery, and what is known of its charge."""

from datetime import timedelta

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone

from battery.asset import plain
from battery.models.batteries import Battery
from battery.models.fields import mega
from market.intervals import pacific
from prices.plain_text import validate_plain

A_MINUTE = timedelta(minutes=1)


class GridLimit(models.Model):
    """What the grid allows in some hours of every day, by the Pacific clock."""

    battery = models.ForeignKey(Battery, models.CASCADE, related_name="grid_limits")
    from_hour = models.PositiveSmallIntegerField(
        validators=[MaxValueValidator(23)], help_text="0 to 23, Pacific."
    )
    until_hour = models.PositiveSmallIntegerField(
        validators=[MinValueValidator(1), MaxValueValidator(24)],
        help_text="1 to 24, Pacific; if it is before the first, it lies on the next day.",
    )
    max_in_mw = mega("charging, at most", null=True, blank=True, validators=[MinValueValidator(0)])
    max_out_mw = mega(
        "discharging, at most", null=True, blank=True, validators=[MinValueValidator(0)]
    )

    def __str__(self) -> str:
        return f"{self.from_hour:02}:00 to {self.until_hour:02}:00"

    def clean(self) -> None:
        if self.from_hour is not None and self.from_hour == self.until_hour:
            raise ValidationError("It begins and ends at the same hour.")
        if self.max_in_mw is None and self.max_out_mw is None:
            raise ValidationError("Give a limit for charging, for discharging or for both.")


class Outage(models.Model):
    """A time in which the battery can't run."""

    battery = models.ForeignKey(Battery, models.CASCADE, related_name="outages")
    start = models.DateTimeField()
    end = models.DateTimeField()
    note = models.CharField(max_length=80, blank=True, validators=[validate_plain])

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(end__gt=models.F("start")), name="an_outage_ends_after_its_start"
            )
        ]

    def __str__(self) -> str:
        start, end = (f"{pacific(one):%Y-%m-%d %H:%M %Z}" for one in (self.start, self.end))
        return f"{start} to {end}"

    def clean(self) -> None:
        if self.start and self.end and self.end <= self.start:
            raise ValidationError({"end": "The outage ends before it begins."})


class SocReading(models.Model):
    """A state of charge that was reported. Append-only."""

    battery = models.ForeignKey(Battery, models.CASCADE, related_name="soc_readings")
    at = models.DateTimeField()
    soc_mwh = mega("state of charge", help_text="MWh in the store.")
    recorded_at = models.DateTimeField(default=timezone.now)
    by = models.CharField(max_length=150, blank=True)

    class Meta:
        verbose_name = "state of charge"
        verbose_name_plural = "states of charge"
        indexes = [models.Index(fields=["battery", "-at"])]

    def __str__(self) -> str:
        return f"{self.soc_mwh} MWh at {self.at:%Y-%m-%dT%H:%M:%SZ}"

    def clean(self) -> None:
        """Raises ValidationError with a sentence if it can't be so, or comes too late."""
        if self.battery_id is None or self.soc_mwh is None or self.at is None:
            return  # said by the fields
        asset = self.battery.asset
        if not asset.soc_min_mwh <= float(self.soc_mwh) <= asset.soc_max_mwh:
            window = f"{plain(asset.soc_min_mwh)} to {plain(asset.soc_max_mwh)} MWh"
            raise ValidationError({"soc_mwh": f"It lies outside of the window of {window}."})
        if self.at > self.recorded_at + A_MINUTE:
            raise ValidationError({"at": "It lies in the future."})
        newest = self.battery.soc_readings.order_by("-at").values_list("at", flat=True).first()
        if newest and self.at < newest:
            raise ValidationError(
                {"at": f"A newer one was reported: at {pacific(newest):%Y-%m-%d %H:%M:%S %Z}."}
            )
