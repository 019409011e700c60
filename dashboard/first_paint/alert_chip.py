"""The chip beside the price that says which alerts are open: `alerts/alert_chip.js`."""

from collections.abc import Iterable, Sequence

from dashboard.first_paint.held import Body
from dashboard.first_paint.price_words import GRAVITY, gravity, limit_text

MARKET = {"RTM": "RT", "DAM": "DA", "RTPD": "FMM"}
OPEN = "open"


def still_open(events: Iterable[Body]) -> list[Body]:
    """The openings of alerts that nothing has ended since, as a snapshot has them."""
    opened: dict[int, Body] = {}
    for event in events:
        if event["state"] == OPEN:
            opened[event["alert_id"]] = event
        else:
            opened.pop(event["alert_id"], None)
    return list(opened.values())


def chip_text(opened: Sequence[Body]) -> str:
    """`⚑ Discharge, RT above 100 and 1 more`, or nothing."""
    first = gravest(opened)
    if first is None:
        return ""
    more = f" and {len(opened) - 1} more" if len(opened) > 1 else ""
    return f"⚑ {named_rule_text(first)}{more}"


def gravest(opened: Sequence[Body]) -> Body | None:
    """The first of the gravest."""
    return max(opened, key=gravity, default=None)


def severity(opened: Sequence[Body]) -> str:
    """How grave the gravest is; empty if none is open."""
    first = gravest(opened)
    return first.get("severity", GRAVITY[0]) if first else ""


def named_rule_text(alert: Body) -> str:
    """`Discharge, RT above 100`: as `alert_words.js` has it."""
    return f"{alert['name']}, {rule_text(alert)}" if alert.get("name") else rule_text(alert)


def rule_text(alert: Body) -> str:
    """`RT above 100`, `RT spread below −20`, `DA dearest 5 %`, `RT data older than 15 min`."""
    market, limit = MARKET[alert["market"]], limit_text(alert["limit"])
    watched = alert.get("watched", "lmp")
    if watched == "age":
        return f"{market} data older than {limit} min"
    if watched in ("dearest", "cheapest"):
        return f"{market} {watched} {limit} %"
    said = [market, "" if watched == "lmp" else watched, alert["direction"], limit]
    return " ".join(word for word in said if word)
