"""Operational alerts: that something here does not work."""

from django.db import models
from django.db.models import Q


class OperationalAlert(models.Model):
    """An episode in which one thing did not work: one row, from the first look that found it so.

    It is open from `opened_at` on, once that lasted; a row without it is only watched. Whoever's
    UPDATE sets a time owns the messages about it.
    """

    kind = models.CharField(max_length=16)
    subject = models.CharField("which", max_length=80, blank=True)
    reason = models.CharField(max_length=300)
    since = models.DateTimeField()
    looked_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True, blank=True, db_index=True)
    well_since = models.DateTimeField(null=True, blank=True)
    cleared_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject"],
                condition=Q(cleared_at=None),
                name="one_operational_alert_at_a_time",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.reason}"
