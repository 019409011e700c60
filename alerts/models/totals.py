"""Running totals, which /metrics reads."""

from django.db import models


class Total(models.Model):
    """A running total of rows that were counted, and may be deleted since."""

    name = models.CharField(max_length=12)
    first = models.CharField(max_length=32)
    second = models.CharField(max_length=32, blank=True)
    count = models.PositiveBigIntegerField(default=0)
    amount = models.FloatField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["name", "first", "second"], name="one_row_a_total")
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.first} {self.second}: {self.count}"
