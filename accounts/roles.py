"""The roles: groups of Django's, and what each may do. Pure.

Each role may also do what the one before it may. A permission is named as Django names it:
`alerts.change_rule`; `battery.view_*` are all that begin so.
"""

from collections.abc import Iterable
from fnmatch import fnmatchcase

VIEWER, ANALYST, OPERATOR, ADMIN = "viewer", "analyst", "operator", "admin"
READ, ASK_MORE, ENTER_ADMIN = "accounts.read", "accounts.ask_more", "accounts.enter_admin"
OWN: dict[str, tuple[str, ...]] = {
    VIEWER: (READ,),
    ANALYST: (
        ASK_MORE,
        ENTER_ADMIN,
        "battery.add_backtest",
        "battery.view_*",
        "alerts.view_alert",
        "alerts.view_transition",
        "alerts.view_rule",
        "alerts.view_condition",
        "prices.view_node",
        "prices.view_fetchrun",
        "prices.view_gap",
        "prices.view_trouble",
        "alerts.view_operationalalert",
    ),
    OPERATOR: (
        "alerts.*_rule",
        "alerts.*_condition",
        "alerts.*_method",
        "alerts.change_alert",
        "alerts.view_delivery",
        "alerts.change_delivery",
        "battery.*_battery",
        "battery.*_gridlimit",
        "battery.*_outage",
        "battery.add_socreading",
        "prices.*_node",
        "accounts.view_historicalrule",
        "accounts.view_historicalcondition",
        "accounts.view_historicalmethod",
        "accounts.view_historicalbattery",
        "accounts.view_historicalgridlimit",
        "accounts.view_historicaloutage",
        "accounts.view_historicalnode",
    ),
    ADMIN: ("*",),
}
ROLES = tuple(OWN)


def patterns_of(role: str) -> list[str]:
    """What a role may do, with what it has from the roles before it."""
    return [pattern for one in ROLES[: ROLES.index(role) + 1] for pattern in OWN[one]]


def permitted(role: str, permissions: Iterable[str]) -> set[str]:
    """Those of all permissions that a role has."""
    patterns = patterns_of(role)
    return {one for one in permissions if any(fnmatchcase(one, pattern) for pattern in patterns)}
