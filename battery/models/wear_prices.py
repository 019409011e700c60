"""What is added to a battery's wear cost so that a cap on cycles is met on average."""

from django.db import models

from battery.models.batteries import Battery


class WearPrice(models.Model):
    """The price on wear of one operating date, $/MWh delivered, for a cap in cycles a day.

    `owed` are the cycles beyond the cap until then, below 0 those saved up.
    """

    battery = models.ForeignKey(Battery, models.CASCADE, related_name="wear_prices")
    date = models.DateField()
    usd_mwh = models.FloatField()
    cap = models.FloatField()
    owed = models.FloatField(default=0.0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["battery", "date"], name="one_wear_price_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.battery} {self.date}: {self.usd_mwh:.2f}"
