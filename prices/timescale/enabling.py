"""Having TimescaleDB keep the prices, where the database has it."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from prices.timescale.deciding import (
    APACHE,
    BOUND,
    HYPERTABLES_ALONE,
    Facts,
    Step,
    creation,
    refusal,
    steps,
)

EXTENSION = """
SELECT
    (SELECT default_version FROM pg_available_extensions WHERE name = 'timescaledb'),
    (SELECT extversion FROM pg_extension WHERE extname = 'timescaledb')
"""
MAY_CREATE = """
SELECT rolsuper OR (
    has_database_privilege(current_database(), 'CREATE')
    AND coalesce((
        SELECT trusted FROM pg_available_extension_versions
        WHERE name = 'timescaledb' AND version = %s
    ), false)
) FROM pg_roles WHERE rolname = current_user
"""
SETTINGS = f"SELECT current_setting('timescaledb.license', true), current_setting('{BOUND}', true)"
HYPERTABLES = """
SELECT hypertable_name, compression_enabled FROM timescaledb_information.hypertables
WHERE hypertable_schema = current_schema()
"""
AGGREGATES = """
SELECT view_name FROM timescaledb_information.continuous_aggregates
WHERE view_schema = current_schema()
"""


class Refused(Exception):
    """TimescaleDB can't be had; the text says why and what to do."""


def facts_of(connection: BaseDatabaseWrapper) -> Facts:
    """What the database has by now."""
    if connection.vendor != "postgresql":
        return Facts(connection.vendor)
    available, installed = asked(connection, EXTENSION)[0]
    may_create = bool(available) and asked(connection, MAY_CREATE, available)[0][0]
    if not installed:
        return Facts(connection.vendor, available, may_create=may_create)
    licence, bound = asked(connection, SETTINGS)[0]
    tables = asked(connection, HYPERTABLES)
    return Facts(
        connection.vendor,
        available,
        installed,
        may_create,
        licence,
        hypertables=frozenset(name for name, _ in tables),
        compressed=frozenset(name for name, compressed in tables if compressed),
        aggregates=frozenset(name for (name,) in asked(connection, AGGREGATES)),
        unbounded=bound == "0",
    )


def enable(connection: BaseDatabaseWrapper) -> Iterator[str]:
    """Do what is still to be done, each step in a transaction, and say what was done.

    Raises Refused, and the errors of the database.
    """
    facts = facts_of(connection)
    if why := refusal(facts):
        raise Refused(why)
    yield from done(connection, creation(facts))
    facts = facts_of(connection)
    if facts.licence == APACHE:
        yield HYPERTABLES_ALONE
    yield from done(connection, steps(facts))


def done(connection: BaseDatabaseWrapper, to_do: Iterable[Step]) -> Iterator[str]:
    """Take the steps."""
    for step in to_do:
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            for statement in step.statements:
                cursor.execute(statement)
        yield step.said


def asked(connection: BaseDatabaseWrapper, question: str, *about: Any) -> list[tuple[Any, ...]]:
    """The rows that the database answers with."""
    with connection.cursor() as cursor:
        cursor.execute(question, about or None)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
