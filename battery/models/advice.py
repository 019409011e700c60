"""What was advised, and the day-ahead schedules: written once, never changed."""

from typing import Any, TypeVar

from django.db import models

from battery.models.batteries import Battery
from battery.models.fields import mega, usd_mwh

CHARGE, DISCHARGE, HOLD = "charge", "discharge", "hold"
ACTIONS = [(name, name) for name in (CHARGE, DISCHARGE, HOLD)]
REPORTED, RECKONED, UNKNOWN = "reported", "reckoned", "unknown"
SOC_SOURCES = [(name, name) for name in (REPORTED, RECKONED, UNKNOWN)]


class NeverChanged(RuntimeError):
    """Somebody tried to change what was advised."""


Row = TypeVar("Row", bound=models.Model)


class WrittenOnceQuerySet(models.QuerySet[Row]):
    """Rows that are evidence. What adds them only if they are new is as good as ever."""

    def update(self, **values: Any) -> int:
        """Raises NeverChanged; bulk_update goes through here too."""
        raise NeverChanged(f"{self.model._meta.verbose_name_plural} can't be changed")

    def bulk_create(self, *args: Any, update_conflicts: bool = False, **options: Any) -> list[Any]:
        """Raises NeverChanged if rows that are there already would be updated."""
        if update_conflicts:
            raise NeverChanged(f"{self.model._meta.verbose_name_plural} can't be changed")
        return super().bulk_create(*args, **options)


class WrittenOnce(models.Model):
    """A row that is evidence: it can be added and, with its battery, deleted, but not changed."""

    objects = WrittenOnceQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **options: Any) -> None:
        """Raises NeverChanged if it has been saved before."""
        if not self._state.adding:
            raise NeverChanged(f"{self._meta.verbose_name} {self.pk} can't be changed")
        super().save(*args, **options | {"force_insert": True})  # a known key would be an update


class Advice(WrittenOnce):
    """What a battery should do in one interval, and why.

    `known` is what was known: the newest prices, the day-ahead prices' end, the quantiles' issue
    time, the state of charge. `plan` is what the advice expects from here on, in rows of
    [interval_start, price, low, high, power_mw, soc_mwh after it].
    """

    battery = models.ForeignKey(Battery, models.CASCADE, related_name="advice")
    market = models.CharField(max_length=4)
    interval_start = models.DateTimeField()
    interval_end = models.DateTimeField()
    made_at = models.DateTimeField()
    action = models.CharField(max_length=9, choices=ACTIONS)
    power_mw = mega("power, MW", help_text="Positive to the grid, negative from it.")
    soc_mwh = mega("state of charge, MWh", null=True, help_text="At the start of the interval.")
    soc_source = models.CharField("state of charge is", max_length=8, choices=SOC_SOURCES)
    soc_known_at = models.DateTimeField("state of charge known at", null=True)
    expected_usd_mwh = usd_mwh(
        "expected price, $/MWh", null=True, help_text="The price that is expected."
    )
    stored_usd_mwh = usd_mwh(
        "value of a stored MWh, $", null=True, help_text="What one more stored MWh is worth."
    )
    reason = models.CharField(max_length=300)
    # Why nothing was acted on: no prices, stale prices, no state of charge; empty otherwise.
    fallback = models.CharField(max_length=20, blank=True)
    known = models.JSONField()
    parameters = models.JSONField()
    code_version = models.CharField(max_length=40)
    plan = models.JSONField()

    class Meta:
        verbose_name_plural = "advice"
        constraints = [
            models.UniqueConstraint(
                fields=["battery", "interval_start"], name="one_advice_an_interval"
            )
        ]

    def __str__(self) -> str:
        return f"{self.battery} {self.interval_start:%Y-%m-%dT%H:%MZ}: {self.action}"


class Schedule(WrittenOnce):
    """The optimum against an operating date's day-ahead prices, made when they came out.

    `hours` has rows of [hour's start, price, power_mw, soc_mwh after it, value of a stored MWh].
    """

    battery = models.ForeignKey(Battery, models.CASCADE, related_name="schedules")
    date = models.DateField()
    made_at = models.DateTimeField()
    hours = models.JSONField()
    net_usd = models.DecimalField("net, $", max_digits=12, decimal_places=2)
    bound_usd = models.DecimalField("bound, $", max_digits=12, decimal_places=2)
    gap = models.FloatField()
    parameters = models.JSONField()
    code_version = models.CharField(max_length=40)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["battery", "date"], name="one_schedule_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.battery} {self.date}"
