"""Back-tests that were asked for, and their results."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone

from battery.models.batteries import Battery

WAITING, RUNNING, DONE, FAILED = "waiting", "running", "done", "failed"
# Whoever works on one says so every few seconds.
DEAD_AFTER = timedelta(seconds=60)
STATES = [(name, name) for name in (WAITING, RUNNING, DONE, FAILED)]


class Backtest(models.Model):
    """Policies over past days, walk-forward.

    `alive_at` is when the process that works on it last said so: one that died is found by it, and
    the work begins again. `result` is the table that `--json` writes.
    """

    battery = models.ForeignKey(Battery, models.CASCADE, related_name="backtests")
    start = models.DateField()
    end = models.DateField(help_text="The last day, included.")
    market = models.CharField(max_length=4)
    policies = models.JSONField()
    parameters = models.JSONField(default=dict, help_text="The battery as it was when asked for.")
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    asked_at = models.DateTimeField(default=timezone.now)
    state = models.CharField(max_length=7, choices=STATES, default=WAITING)
    progress = models.FloatField(default=0.0, help_text="From 0 to 1.")
    alive_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    code_version = models.CharField(max_length=40, blank=True)
    data_digest = models.CharField("SHA-256 of the prices", max_length=64, blank=True)
    result = models.JSONField(null=True)
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = "back-test"

    def __str__(self) -> str:
        return f"{self.battery} {self.start} to {self.end}: {self.state}"


def nobody_works_on_it(*, now: datetime) -> models.Q:
    """A filter for back-tests that can be begun, or begun anew."""
    abandoned = models.Q(state=RUNNING) & (
        models.Q(alive_at=None) | models.Q(alive_at__lt=now - DEAD_AFTER)
    )
    return abandoned | models.Q(state=WAITING)
