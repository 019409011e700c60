"""The paper desk: what advice that was issued came to, day by day."""

from typing import Any

from django.db import models

from battery.models.batteries import Battery


def usd(name: str) -> "models.DecimalField[Any, Any]":
    return models.DecimalField(f"{name}, $", max_digits=12, decimal_places=2)


class PaperDay(models.Model):
    """One operating date of a battery on paper, settled on the newest prices.

    `ledger` has a line for each interval, `rivals` the net of every other policy over the same
    intervals: those that lack advice or a price are in none of them.
    """

    battery = models.ForeignKey(Battery, models.CASCADE, related_name="paper_days")
    date = models.DateField()
    market = models.CharField(max_length=4)
    settled = models.PositiveSmallIntegerField("intervals settled")
    excluded = models.PositiveSmallIntegerField("intervals without advice or price")
    revenue_usd = usd("revenue")
    wear_usd = usd("wear")
    net_usd = usd("net")
    two_settlement_usd = usd("two-settlement")
    perfect_usd = usd("perfect foresight")
    cycles = models.FloatField()
    rivals = models.JSONField()
    ledger = models.JSONField()
    prices_seq = models.PositiveBigIntegerField(default=0)
    settled_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["battery", "date"], name="one_paper_day_a_date")
        ]

    def __str__(self) -> str:
        return f"{self.battery} {self.date}: {self.net_usd}"


class Restatement(models.Model):
    """A correction that changed a result after it was shown. Append-only."""

    day = models.ForeignKey(PaperDay, models.CASCADE, related_name="restatements")
    at = models.DateTimeField()
    interval_start = models.DateTimeField()
    old_price = models.DecimalField(max_digits=10, decimal_places=5, null=True)
    new_price = models.DecimalField(max_digits=10, decimal_places=5, null=True)
    old_net_usd = usd("old net")
    new_net_usd = usd("new net")
    why = models.CharField(max_length=200)

    def __str__(self) -> str:
        return f"{self.interval_start:%Y-%m-%dT%H:%MZ}: {self.old_net_usd} → {self.new_net_usd}"
