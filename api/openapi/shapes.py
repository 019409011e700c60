"""The fields of what plain views answer: the two stable answers, and problem documents."""

from typing import Any

from rest_framework import serializers

MARKETS = ["DAM", "RTPD", "RTM"]
UNKNOWN = "null: not known, as of prices that a file without components brought"
PUBLISHED = ["observed", "corrected", "unverified"]
ESTIMATED = ["cached", "interpolated", "previous_day"]


def price(meaning: str, **options: Any) -> serializers.FloatField:
    """A price in $/MWh."""
    return serializers.FloatField(help_text=f"$/MWh: {meaning}", **options)


def time(meaning: str, **options: Any) -> serializers.DateTimeField:
    """A moment in UTC."""
    return serializers.DateTimeField(help_text=meaning, **options)


def text(meaning: str, **options: Any) -> serializers.CharField:
    """A string."""
    return serializers.CharField(help_text=meaning, **options)


def whole(meaning: str, **options: Any) -> serializers.IntegerField:
    """A whole number."""
    return serializers.IntegerField(help_text=meaning, **options)


def choice(choices: list[str], meaning: str, **options: Any) -> serializers.ChoiceField:
    """One of some words."""
    return serializers.ChoiceField(choices=choices, help_text=meaning, **options)


class Current(serializers.Serializer[Any]):
    """The price now: of the running interval, or of the one before until its price is here."""

    hub = text("The hub.")
    node = text("Its name at CAISO.")
    rt_price = price(
        "the real-time price, or an estimate of it; null: there is not even that.", allow_null=True
    )
    rt_timestamp = time("The start of the interval that `rt_price` is of.", allow_null=True)
    rt_quality = choice(
        PUBLISHED + ESTIMATED,
        "How the price was obtained. `observed`, `corrected` and `unverified` as in a price; "
        "`cached`: the last price, at most 15 minutes old; `interpolated`: between two prices; "
        "`previous_day`: yesterday's at this time.",
        allow_null=True,
    )
    rt_age_s = serializers.FloatField(
        allow_null=True,
        help_text="Seconds since the newest interval held that has begun; null: none is held.",
    )
    da_price = price("the day-ahead price of the hour that runs.", allow_null=True)
    da_timestamp = time("The start of that hour.", allow_null=True)
    spread = price(
        "`rt_price` less the day-ahead price of its own hour; null also where `rt_price` is an "
        "estimate for an interval that is not held.",
        allow_null=True,
    )
    last_update = time("When the newest real-time price that has begun was seen.", allow_null=True)
    seq = whole("The answer holds at least everything up to this event; 0: there is none.")
    epoch = text(
        "The numbering that `seq` belongs to; null: nothing was stored for the hub yet.",
        allow_null=True,
    )
    stale = serializers.BooleanField(
        help_text="The running interval's price is not held, a minute after it usually is out:"
        " what is shown is another one's, or an estimate. Also true before the first price."
    )
    source = choice(  # type: ignore[assignment]
        ["oasis", "simulator"], "Where prices come from; `simulator`: they are made up."
    )
    server_time = time("The server's clock.")


class Price(serializers.Serializer[Any]):
    """One interval's price at one hub, as published."""

    market = choice(MARKETS, "Day-ahead (hourly), fifteen-minute or real-time (five-minute).")
    interval_start = time("The start of the interval.")
    interval_end = time("The end of the interval.")
    lmp = price("the locational marginal price.")
    energy = price(f"the energy component; {UNKNOWN}.", allow_null=True)
    congestion = price(f"the congestion component; {UNKNOWN}.", allow_null=True)
    loss = price(f"the loss component; {UNKNOWN}.", allow_null=True)
    ghg = price(
        "the greenhouse gas component; null: the report had none, and the others add up without "
        "it, or it is not known.",
        allow_null=True,
    )
    quality = choice(
        PUBLISHED,
        "As published; changed by CAISO since; its components miss the LMP by more than rounding.",
    )
    revision = whole("1, and one more with each correction.")
    first_seen = time("When any price of this interval was first seen.")
    da_price = price(
        "the day-ahead price of the hour that the interval lies in; null: not held. Only in `RTM`.",
        allow_null=True,
        required=False,
    )
    spread = price(
        "`lmp` less `da_price`; null: as `da_price`. Only in `RTM`.",
        allow_null=True,
        required=False,
    )


class Gap(serializers.Serializer[Any]):
    """Intervals that should be there by now and are not."""

    start = time("The start of the first interval missing.")
    end = time("The end of the last one.")


class History(serializers.Serializer[Any]):
    """The prices of the last hours, or of operating dates, and the gaps among them."""

    hub = text("The hub.")
    node = text("Its name at CAISO.")
    market = choice(MARKETS, "The market.")
    start = time("The start of the first interval asked for.")
    end = time(
        "Of the last hours: the end of the last interval held; if none is, now. Of operating "
        "dates: the end of the last one."
    )
    prices = Price(many=True, help_text="Oldest first.")
    gaps = Gap(many=True, help_text="What is missing.")


class Problem(serializers.Serializer[Any]):
    """What went wrong (RFC 9457)."""

    type = choice(["about:blank"], "Always the same: the status says what kind it is.")
    title = text("The status in words.")
    status = whole("The HTTP status.")
    detail = text("A sentence for people.")
