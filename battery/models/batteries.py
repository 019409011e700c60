"""Batteries."""

from decimal import Decimal

from django.conf import settings
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone

from battery.asset import Asset, Impossible, check_reach, checked, plain, split_evenly
from battery.grid_hours import GridHours
from battery.models.fields import as_float, mega, percent, usd_mwh
from market.markets import Market
from prices.models import Node
from prices.plain_text import validate_plain

REAL_TIME = [(Market.RTM.value, "RTM, 5 minutes"), (Market.RTPD.value, "RTPD, 15 minutes")]
HUNDRED = 100
# What the pure module calls differently.
FIELDS = {
    "charge_efficiency": "charge_percent",
    "discharge_efficiency": "round_trip_percent",
    "start_mwh": "start_soc_mwh",
    "end_mwh": "end_soc_mwh",
}


class Battery(models.Model):
    """A battery at a node, for which advice is given and which runs on paper from then on."""

    name = models.CharField(max_length=60, unique=True, validators=[validate_plain])
    node = models.ForeignKey(
        Node, models.PROTECT, help_text="Where it settles. Live advice needs a tracked node."
    )
    market = models.CharField(
        "real-time market",
        max_length=4,
        choices=REAL_TIME,
        default=Market.RTM.value,
        help_text="What it is dispatched and settled in besides the day-ahead market.",
    )
    power_in_mw = mega("charging power", help_text="MW from the grid, at most.")
    power_out_mw = mega("discharging power", help_text="MW to the grid, at most.")
    energy_mwh = mega("energy", help_text="MWh in the store when it is full.")
    round_trip_percent = percent(
        "round-trip efficiency",
        default=Decimal(86),
        validators=[MinValueValidator(Decimal("0.01")), MaxValueValidator(100)],
        help_text="%: MWh delivered for each 100 MWh taken from the grid.",
    )
    charge_percent = percent(
        "charge efficiency",
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal("0.01")), MaxValueValidator(100)],
        help_text="%: MWh stored for each 100 MWh from the grid. Empty: losses are alike in both "
        "directions, the square root of the round trip each.",
    )
    soc_min_mwh = mega("lowest state of charge", default=Decimal(0), help_text="MWh.")
    soc_max_mwh = mega(
        "highest state of charge", null=True, blank=True, help_text="MWh. Empty: all its energy."
    )
    start_soc_mwh = mega(
        "state of charge at the start",
        null=True,
        blank=True,
        help_text="MWh when advice begins, until a state of charge is reported. Empty: unknown, "
        "and no advice but to hold until one is reported.",
    )
    end_soc_mwh = mega(
        "state of charge at the end",
        null=True,
        blank=True,
        help_text="MWh that a plan must leave at its end, at least.",
    )
    left_usd_mwh = usd_mwh(
        "value of what is left",
        null=True,
        blank=True,
        help_text="$ for each MWh that a plan leaves. Empty: learned from prices of the last days.",
    )
    wear_usd_mwh = usd_mwh(
        "wear cost",
        default=Decimal(10),
        validators=[MinValueValidator(0)],
        help_text="$ for each MWh delivered.",
    )
    cycles_per_day = models.DecimalField(
        max_digits=4,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal("0.01"))],
        help_text="A cap that is met on average, by a price on wear, not by a stop. Empty: none.",
    )
    cycles_per_year = models.DecimalField(
        max_digits=6,
        decimal_places=1,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal("0.1"))],
        help_text="The same over a year; of the two, the tighter one counts. Empty: none.",
    )
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True)
    active = models.BooleanField(default=True, help_text="Advice is given, and settled on paper.")
    made_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name_plural = "batteries"
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Raises ValidationError with a sentence if there can't be such a battery."""
        if not self.can_be_judged:
            return  # said by the fields
        if self.charge_percent is not None and self.charge_percent < self.round_trip_percent:
            raise ValidationError(
                {"charge_percent": "Below the round trip, discharging would have to add energy."}
            )
        if self.end_soc_mwh is not None and self.left_usd_mwh is not None:
            raise ValidationError(
                {"left_usd_mwh": "Give a state of charge at the end or a value of it, not both."}
            )
        try:
            self.check_possible()
        except Impossible as why:
            field = FIELDS.get(why.about, why.about) or NON_FIELD_ERRORS
            raise ValidationError({field: str(why)}) from why

    @property
    def can_be_judged(self) -> bool:
        """Whether each value is sound by itself, so that they can be looked at together."""
        needed = (self.power_in_mw, self.power_out_mw, self.energy_mwh, self.soc_min_mwh)
        wear = self.wear_usd_mwh
        return None not in needed and wear is not None and wear >= 0 and self.has_losses

    @property
    def has_losses(self) -> bool:
        """Whether the efficiencies are such as there can be."""
        charge = HUNDRED if self.charge_percent is None else self.charge_percent
        percents = (self.round_trip_percent, charge)
        return all(one is not None and 0 < one <= HUNDRED for one in percents)

    def check_possible(self) -> None:
        """Raises Impossible if there can't be such a battery."""
        start, end = self.shown_start_mwh, as_float(self.end_soc_mwh)
        asset = checked(self.asset, start_mwh=start, end_mwh=end)
        if end is not None:
            check_reach(asset, start_mwh=start, end_mwh=end, hours=24)

    @property
    def size(self) -> str:
        """`1 MW / 4 MWh at SP15`; of two powers, the one to the grid."""
        power, energy = plain(float(self.power_out_mw)), plain(float(self.energy_mwh))
        return f"{power} MW / {energy} MWh at {self.node.hub}"

    @property
    def asset(self) -> Asset:
        """The battery as values for calculating."""
        charge, discharge = self.efficiencies
        return Asset(
            power_in_mw=float(self.power_in_mw),
            power_out_mw=float(self.power_out_mw),
            energy_mwh=float(self.energy_mwh),
            charge_efficiency=charge,
            discharge_efficiency=discharge,
            soc_min_mwh=float(self.soc_min_mwh),
            soc_max_mwh=float(self.energy_mwh if self.soc_max_mwh is None else self.soc_max_mwh),
            wear_usd_mwh=float(self.wear_usd_mwh),
        )

    @property
    def efficiencies(self) -> tuple[float, float]:
        """Of charging and of discharging, as fractions."""
        round_trip = float(self.round_trip_percent) / 100
        if self.charge_percent is None:
            return split_evenly(round_trip)
        charge = float(self.charge_percent) / 100
        return charge, min(round_trip / charge, 1.0)

    @property
    def shown_start_mwh(self) -> float:
        """The state of charge that plans without a known one begin at: the lowest."""
        return float(self.soc_min_mwh if self.start_soc_mwh is None else self.start_soc_mwh)

    @property
    def grid_hours(self) -> list[GridHours]:
        """The grid's limits as values for calculating."""
        return [
            GridHours(
                limit.from_hour,
                limit.until_hour,
                as_float(limit.max_in_mw),
                as_float(limit.max_out_mw),
            )
            for limit in self.grid_limits.all()
        ]

    @property
    def cycle_cap_per_day(self) -> float | None:
        """The tighter of the two caps, in cycles a day; None if there is none."""
        caps = [cap for cap in (self.cycles_per_day, self.yearly_cap_per_day) if cap is not None]
        return float(min(caps)) if caps else None

    @property
    def yearly_cap_per_day(self) -> Decimal | None:
        return None if self.cycles_per_year is None else self.cycles_per_year / Decimal("365.25")
