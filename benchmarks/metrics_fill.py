"""A program: a million deliveries, a year of prices; how long counting them naively takes."""

import json
import sys
import time

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.utils import timezone  # noqa: E402

from alerts.models import Alert, Method, Rule, Transition  # noqa: E402
from alerts.totals import DELIVERED, TOOK  # noqa: E402
from prices.models import Node, Price  # noqa: E402

DELIVERIES, RUNS = 1_000_000, 300_000
RULES, NOT_COUNTED_YET, WAITING = 250, 500, 20
A_YEAR = {"RTM": (365 * 24 * 12, 5), "RTPD": (365 * 24 * 4, 15), "DAM": (365 * 24, 60)}
IS_SQLITE = connection.vendor == "sqlite"
# A moment `n` minutes ago, floored to five of them.
AGO = (
    "strftime('%Y-%m-%d %H:%M:00', (unixepoch() / 300) * 300 - 60 * (n), 'unixepoch')"
    if IS_SQLITE
    else "to_timestamp(floor(extract(epoch from now()) / 300) * 300 - 60 * (n))"
)
KEY = "printf('%032d', n)" if IS_SQLITE else "lpad(n::text, 32, '0')"
NUMBERS = "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {})"
ZERO, YES = ("0", "1") if IS_SQLITE else ("false", "true")
NAIVE = (
    "SELECT method.kind, state, COUNT(*), SUM(failures) FROM alerts_delivery AS delivery "
    "JOIN alerts_method AS method ON method.id = delivery.method_id GROUP BY method.kind, state",
    "SELECT node_id, market, COUNT(*), MAX(interval_start) FROM prices_price "
    "GROUP BY node_id, market",
    "SELECT report, outcome, COUNT(*) FROM prices_fetchrun GROUP BY report, outcome",
)


def main() -> None:
    call_command("migrate", interactive=False, verbosity=0)
    with transaction.atomic():
        prices()
        alerts()
        deliveries()
        runs()
    execute("ANALYZE")
    counts = {"deliveries": DELIVERIES, "runs": RUNS, "prices": Price.objects.count()}
    json.dump({**counts, "naive": [naively() for _ in range(3)]}, sys.stdout)


def execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def prices() -> None:
    """A year of each market at the three hubs."""
    columns = "node_id, market, interval_start, interval_end, lmp, verified, revision"
    columns += ", first_seen_at, seen_at, recorded_at, source"
    for node in Node.objects.tracked():
        for market, (count, minutes) in A_YEAR.items():
            start, end = ago(f"{minutes} * n"), ago(f"{minutes} * n - {minutes}")
            execute(
                f"{insert('prices_price', columns, count)} SELECT {node.pk}, '{market}', {start}, "
                f"{end}, 40, {YES}, 1, {start}, {start}, {start}, 'oasis' FROM numbers"
            )


def alerts() -> None:
    """More rules that fired than are told apart."""
    now = timezone.now()
    node = Node.objects.tracked()[0]
    figures = {"price": 120, "value": 120, "interval_start": now, "text": "t"}
    for number in range(RULES):
        rule = Rule.objects.create(node=node, name=f"rule {number}", limit=100)
        over = {"opened_at": now, "cleared_at": now}
        alert = Alert.objects.create(rule=rule, wording="w", **over, **figures)
        Transition.objects.create(alert=alert, kind="opened", at=now, counted=True, **figures)


def deliveries() -> None:
    """Nearly all sent and counted, as they are minutes later; a few of each that are not."""
    Method.objects.create(name="desk", kind="email", address="desk@example.org")
    columns = "method_id, kind, key, state, created_at, due_at, attempts, failures, sent_at"
    state = f"CASE WHEN n <= {WAITING} THEN 'waiting' ELSE 'sent' END"
    counted = f"CASE WHEN n <= {NOT_COUNTED_YET} THEN {ZERO} ELSE {YES} END"
    execute(
        f"{insert('alerts_delivery', columns + ', last_error, counted', DELIVERIES)} "
        f"SELECT (SELECT MIN(id) FROM alerts_method), 'opened', {KEY}, {state}, {ago('n')}, "
        f"{ago('n')}, 1, 0, {ago('n')}, '', {counted} FROM numbers"
    )
    totals = "INSERT INTO alerts_total (name, first, second, count, amount) VALUES "
    execute(f"{totals} ('{DELIVERED}', 'email', 'sent', {DELIVERIES}, 0)")
    execute(f"{totals} ('{TOOK}', '1.0', '', {DELIVERIES}, {DELIVERIES})")


def runs() -> None:
    """Ninety days of requests."""
    columns = "report, market, purpose, nodes, window_start, window_end, started_at, duration_ms"
    columns += ', outcome, detail, "rows", new, corrected, rejected, size, sha256, archive'
    moment = ago("n / 3")
    execute(
        f"{insert('prices_fetchrun', columns, RUNS)} SELECT 'PRC_INTVL_LMP', 'RTM', 'poll', '', "
        f"{moment}, {moment}, {moment}, 900, 'ok', '', 15, 3, 0, 0, 2000, '', '' FROM numbers"
    )
    execute(
        "INSERT INTO prices_requesttotal (report, outcome, count, seconds) "
        f"VALUES ('PRC_INTVL_LMP', 'ok', {RUNS}, {RUNS})"
    )


def insert(table: str, columns: str, count: int) -> str:
    """The beginning of a statement that inserts a row for each number from 1 to `count`."""
    numbers = NUMBERS.format(count)
    return f"INSERT INTO {table} ({columns}) {numbers}"


def ago(minutes: str) -> str:
    return AGO.replace("(n)", f"({minutes})")


def naively() -> float:
    """Seconds to count what is there."""
    began = time.perf_counter()
    for statement in NAIVE:
        with connection.cursor() as cursor:
            cursor.execute(statement)
            cursor.fetchall()
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
