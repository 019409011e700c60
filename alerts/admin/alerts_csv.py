"""Alerts as CSV, for a spreadsheet."""

import csv
from collections.abc import Iterable, Iterator

from django.http import StreamingHttpResponse

from alerts.models import Alert
from market.intervals import iso

COLUMNS = [
    *("id", "hub", "rule", "severity", "state", "interval_start", "price", "value", "text"),
    *("opened_at", "cleared_at", "retracted_at", "flaps_suppressed"),
    *("acknowledged_at", "acknowledged_by"),
]


class Line:
    """A file for csv.writer, whose writes return the line."""

    def write(self, text: str) -> str:
        return text


def response(alerts: Iterable[Alert]) -> StreamingHttpResponse:
    """A download of alerts, streamed as they are read."""
    answer = StreamingHttpResponse(lines(alerts), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = 'attachment; filename="alerts.csv"'
    return answer


def lines(alerts: Iterable[Alert]) -> Iterator[str]:
    """A header, and a line for each alert."""
    writer = csv.writer(Line())
    yield writer.writerow(COLUMNS)
    for alert in alerts:
        yield writer.writerow(row(alert))


def row(alert: Alert) -> list[object]:
    """The columns of an alert; times in UTC, empty if there is none."""
    moments = (alert.opened_at, alert.cleared_at, alert.retracted_at)
    who = alert.acknowledged_by.get_username() if alert.acknowledged_by else ""
    return [
        alert.pk,
        plain(alert.facts["hub"]),
        plain(alert.wording),
        alert.severity,
        alert.state,
        iso(alert.interval_start),
        alert.price,
        alert.value,
        plain(alert.text),
        *["" if moment is None else iso(moment) for moment in moments],
        alert.flaps,
        iso(alert.acknowledged_at) if alert.acknowledged_at else "",
        plain(who),
    ]


def plain(text: str) -> str:
    """Text that no spreadsheet takes for a formula: it gets an apostrophe before it."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
