"""What was learned of a node's prices."""

from django.db import models

from market.markets import Market
from prices.models import Node


class Learned(models.Model):
    """How real-time prices differed from day-ahead in the days before an operating date.

    `residuals` has the arrays of `battery.quantiles.Residuals`; without `is_enough` no difference
    is assumed. Learned once a day, kept for 35.
    """

    node = models.ForeignKey(Node, models.CASCADE)
    market = models.CharField(max_length=4, choices=[(m.value, m.value) for m in Market])
    date = models.DateField()
    made_at = models.DateTimeField()
    first_day = models.DateField()
    parameters = models.JSONField()
    is_enough = models.BooleanField()
    residuals = models.JSONField()

    class Meta:
        verbose_name_plural = "learned"
        constraints = [
            models.UniqueConstraint(
                fields=["node", "market", "date"], name="learned_once_a_market_and_date"
            )
        ]

    def __str__(self) -> str:
        return f"{self.node} {self.market} {self.date}"
