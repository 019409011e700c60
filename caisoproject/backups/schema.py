"""What a database holds, whatever its age: the migrations it has, and how many rows."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.apps import apps
from django.db import connections
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

# Rows that somebody would miss. What migrations put into an empty database is not among them.
PRECIOUS = {
    "prices_price": "prices",
    "prices_pricerevision": "revisions",
    "alerts_method": "delivery methods",
    "alerts_alert": "alerts",
    "alerts_delivery": "deliveries",
    "battery_advice": "advice",
    "battery_socreading": "states of charge",
    "battery_paperday": "days on paper",
    "battery_backtest": "back-tests",
}


def applied(using: str) -> dict[str, list[str]]:
    """The names of the migrations that a database has, by app, of those that this program has.

    A database that is older still names those that were folded into others since.
    """
    found: dict[str, list[str]] = {}
    recorded = MigrationRecorder(connections[using]).applied_migrations()
    for app, name in sorted(recorded.keys() & on_disk()):
        found.setdefault(app, []).append(name)
    return found


def on_disk() -> set[tuple[str, str]]:
    """The migrations that this program has."""
    return set(MigrationLoader(None).disk_migrations or ())


def is_up_to_date(using: str) -> bool:
    """Whether the models of this program can read it."""
    executor = MigrationExecutor(connections[using])
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def unknown(migrations: Mapping[str, Iterable[str]]) -> list[str]:
    """Those of the migrations that this program does not have: it is older than they are."""
    named = {(app, name) for app, names in migrations.items() for name in names}
    return sorted(f"{app}.{name}" for app, name in named - on_disk())


def our_tables(using: str) -> list[str]:
    """The tables that are ours by their names, also those that only another version knows."""
    labels = {*(config.label for config in apps.get_app_configs()), "django"}
    ours = tuple(f"{label}_" for label in labels)
    tables = connections[using].introspection.table_names()
    return sorted(name for name in tables if name.startswith(ours))


def counts(using: str, tables: Iterable[str] | None = None) -> dict[str, int]:
    """How many rows each table has."""
    connection = connections[using]
    found = {}
    with connection.cursor() as cursor:
        for table in our_tables(using) if tables is None else tables:
            cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(table)}")  # noqa: S608  # nosec B608
            found[table] = int(cursor.fetchone()[0])
    return found


def precious(using: str) -> dict[str, int]:
    """How many of the rows there are that somebody would miss, by what they are called."""
    tables = [table for table in our_tables(using) if table in PRECIOUS]
    return {PRECIOUS[table]: count for table, count in counts(using, tables).items() if count}


def in_words(found: Mapping[str, Any]) -> str:
    """`prices: 1,204, alerts: 3`."""
    return ", ".join(f"{name}: {count:,}" for name, count in found.items())
