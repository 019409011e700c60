"""What people did to rules and alerts, in words, in Pacific time. Pure."""

from datetime import datetime
from decimal import Decimal

from market.intervals import pacific

ON, OFF = "was switched on", "was switched off"


def added(called: str, subject: str, by: str) -> str:
    """`Rule “Discharge” was added by anna: SP15 real-time above 85.00`."""
    what = "" if called == subject else f": {subject}"
    return f"Rule “{called}” was added{of(by)}{what}"


def deleted(called: str, by: str) -> str:
    return f"Rule “{called}” was deleted{of(by)}"


def switched(called: str, by: str, *, on: bool) -> str:
    return f"Rule “{called}” {ON if on else OFF}{of(by)}"


def moved(called: str, side: str, limit: Decimal, was: Decimal, by: str) -> str:
    """That its limit is another one: `is now above 120 (was 100), changed by anna`."""
    ending = f", changed by {by}" if by else ""
    return f"Rule “{called}” is now {side} {number(limit)} (was {number(was)}){ending}"


def changed(called: str, subject: str, by: str) -> str:
    """That anything else about it changed: what it watches for now."""
    what = "" if called == subject else f": {subject}"
    return f"Rule “{called}” was changed{of(by)}{what}"


def muted(called: str, until: datetime | None, by: str, *, now: datetime) -> str:
    """`anna muted “Discharge” until 21:40 PT`."""
    who = by or "Somebody"
    if until is None:
        return f"{who} unmuted “{called}”"
    return f"{who} muted “{called}” until {moment(until, now=now)}"


def acknowledged(called: str, since: datetime, by: str, *, now: datetime) -> str:
    """`anna acknowledged “Discharge”, open since 20:35 PT`."""
    return f"{by or 'Somebody'} acknowledged “{called}”, open since {moment(since, now=now)}"


def of(by: str) -> str:
    return f" by {by}" if by else ""


def moment(when: datetime, *, now: datetime) -> str:
    """`21:40 PT`, with the day if that is not today."""
    local = pacific(when)
    day = "" if local.date() == pacific(now).date() else f"{local:%a %-d %b} "
    return f"{day}{local:%H:%M} PT"


def number(limit: Decimal) -> str:
    """Without trailing zeros, and with a true minus."""
    return f"{limit.normalize():,f}".replace("-", "−")
