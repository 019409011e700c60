"""The page of alerts and a rule's page as the server writes them, without a database."""

from types import SimpleNamespace
from typing import Any

from django.contrib.auth.models import User
from django.http import QueryDict
from django.template.loader import render_to_string
from django.test import RequestFactory

from dashboard.alert_lines import Figure, Line, RuleLine
from dashboard.alert_views import PERMISSIONS
from dashboard.rule_form import RuleForm
from dashboard.rule_views import TEMPLATES

ANNA = User(username="anna", is_superuser=True, is_staff=True)
FACTS: dict[str, Any] = {
    "text": "SP15 real-time above 100.00: 123.40 at 20:35 PT",
    "name": "Discharge",
    "wording": "SP15 real-time above 100.00",
    "severity": "critical",
    "sign": "‼\ufe0e",
    "state": "open",
    "since": "20:35 PT",
    "since_iso": "2026-07-15T03:35:00Z",
    "lasted": "open for 12 min",
    "figure": Figure("price", "1,234.56"),
    "remark": "after a correction",
    "more": ["after a correction", "3 short crossings left out", "messages: 2 sent, 1 given up"],
    "deliveries": "2 sent, 1 given up",
    "acknowledged": "",
}


def line(number: int, **more: Any) -> Line:
    """One alert."""
    return Line(id=number, **FACTS | more)


def rule_line(number: int, **more: Any) -> RuleLine:
    """One rule."""
    plain: dict[str, Any] = {
        "name": "Discharge",
        "subject": "SP15 real-time above 100.00",
        "title": "Discharge at SP15",
        "severity": "critical",
        "sign": "‼\ufe0e",
        "active": True,
        "open": 1,
        "often": [("watching", "since 20:21 PT"), ("7 days", "3 times, 2 h 10 min")],
        "quality": "3 alerts, 1 withdrawn, 24 short crossings left out",
        "muted_until": "",
    }
    return RuleLine(id=number, **plain | more)


def alerts_html(**more: Any) -> str:
    """The page of alerts with all that it can show."""
    unnamed = {"name": "", "severity": "warning", "sign": "⚠\ufe0e"}
    past = {"state": "cleared", "lasted": "cleared after 25 min", "since": "Sun 12 Jul 20:35 PT"}
    back = past | {"state": "retracted", "lasted": "withdrawn after 8 min"}
    spread = Figure("spread", "−45.20")
    context: dict[str, Any] = {
        "addressed": [],
        "open": [line(1), line(2, acknowledged="acknowledged by anna 20:41 PT", **unnamed)],
        "open_alerts": 2,
        "past": [line(3, **past), line(4, figure=spread, **back | unnamed)],
        "page": SimpleNamespace(has_other_pages=False),
        "rules": [
            rule_line(1),
            rule_line(2, name="", muted_until="21:40 PT", open=0, quality=""),
            rule_line(3, active=False, severity="info", sign="○", open=0),
        ],
        "rules_count": 3,
        "watching": True,
        "changeable": {1, 2},
        "asked": QueryDict(),
        "filters": {"hubs": [("SP15", "SP15")], "rules": [("1", "Discharge, SP15")]},
        "states": [("cleared", "cleared"), ("retracted", "withdrawn")],
        "query": "",
        "source": "simulator",
        "may": dict.fromkeys(PERMISSIONS, True),
        "troubles": 2,
        "page_data": {"hubs": ["SP15"], "push_key": ""},
        "user": ANNA,
    }
    request = RequestFactory().get("/alerts/")
    request.user = ANNA
    return render_to_string("dashboard/alerts.html", context | more, request)


def rule_html(**initial: Any) -> str:
    """A rule's page for a new one."""
    form = RuleForm(initial=initial, user=ANNA)
    form.fields["node"].choices = [("sp15", "SP15"), ("np15", "NP15")]  # type: ignore[attr-defined]
    form.fields["methods"].choices = [(1, "desk (e-mail)")]  # type: ignore[attr-defined]
    request = RequestFactory().get("/alerts/new/")
    request.user = ANNA
    context = {
        "form": form,
        "rule": None,
        "further": [],
        "templates": [(one.title, "?limit=100") for one in TEMPLATES],
        "source": "simulator",
        "unit": "$/MWh",
        "user": ANNA,
    }
    return render_to_string("dashboard/rule.html", context, request)
