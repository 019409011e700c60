"""What is to be done so that TimescaleDB keeps the prices, from what is there. Pure.

Prices and revisions become hypertables: a table of its own for each week, which is compressed once
it is 30 days old. Beside them stand statistics by hour and by operating date, for whoever asks the
database itself: a dashboard, a notebook. The program reads none of them (`prices.readings`).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

# The first that takes by_range. From 2.11 on compressed prices can be corrected in place.
LEAST = (2, 13)
APACHE = "apache"
A_CHUNK, COMPRESSED_AFTER = "7 days", "30 days"
PACIFIC = "America/Los_Angeles"
# In the order that they are kept in, within the rows of one node and market.
TABLES = {
    "prices_price": "interval_start",
    "prices_pricerevision": "interval_start, revision, late",
}
BUCKETS = {
    "prices_hourly": ("hour", "INTERVAL '1 hour', interval_start"),
    "prices_daily": ("operating_day", f"INTERVAL '1 day', interval_start, '{PACIFIC}'"),
}
BOUND = "timescaledb.max_tuples_decompressed_per_dml_transaction"

NOT_POSTGRESQL = (
    "TimescaleDB is an extension of PostgreSQL, and this database is {vendor}. "
    "Choose PostgreSQL by DATABASE_URL first."
)
NOT_AVAILABLE = (
    "This PostgreSQL has no TimescaleDB. Install its package on the server, add timescaledb to "
    "shared_preload_libraries, restart it, and run this again."
)
MAY_NOT = (
    "This user may not create the extension. Have a superuser run CREATE EXTENSION timescaledb "
    "in this database, and run this again."
)
TOO_OLD = "TimescaleDB {version} is too old: 2.13 or later is needed."
HYPERTABLES_ALONE = (
    "This is TimescaleDB's Apache build, which has neither compression nor continuous aggregates: "
    "the tables become hypertables, and that is all."
)


@dataclass(frozen=True)
class Facts:
    """What a database has. `available` and `installed` are versions; None where there is none.

    `unbounded`: as many compressed rows as needed may be changed in one transaction.
    """

    vendor: str
    available: str | None = None
    installed: str | None = None
    may_create: bool = False
    licence: str | None = None
    hypertables: frozenset[str] = frozenset()
    compressed: frozenset[str] = frozenset()
    aggregates: frozenset[str] = frozenset()
    unbounded: bool = False


class Step(NamedTuple):
    """What one transaction does, as a sentence and as statements."""

    said: str
    statements: tuple[str, ...]


def refusal(facts: Facts) -> str | None:
    """Why nothing can be done; None if something can."""
    if facts.vendor != "postgresql":
        return NOT_POSTGRESQL.format(vendor={"sqlite": "SQLite"}.get(facts.vendor, facts.vendor))
    version = facts.installed or facts.available
    if version is None:
        return NOT_AVAILABLE
    if numbers(version) < LEAST:
        return TOO_OLD.format(version=version)
    return None if facts.installed or facts.may_create else MAY_NOT


def numbers(version: str) -> tuple[int, ...]:
    """A version's first two numbers: (2, 17) of 2.17.2 and of 2.17.0-dev."""
    return tuple(int(part) for part in version.split(".")[:2])


def creation(facts: Facts) -> Iterator[Step]:
    """The extension itself. What it is licensed for shows only once it is there."""
    if not facts.installed:
        yield Step("The extension is created.", ("CREATE EXTENSION timescaledb",))


def steps(facts: Facts) -> Iterator[Step]:
    """What is still to be done, in order, with the extension installed."""
    for table in TABLES:
        if table not in facts.hypertables:
            yield hypertable(table)
    if facts.licence == APACHE:
        return
    for table, order in TABLES.items():
        if table not in facts.compressed:
            yield compression(table, order)
    if not facts.unbounded:
        yield Step(
            "Any number of compressed prices can be corrected at once.",
            (f"ALTER ROLE CURRENT_USER SET {BOUND} = 0",),
        )
    for view in BUCKETS:
        if view not in facts.aggregates:
            yield aggregate(view)


def hypertable(table: str) -> Step:
    """The primary key begins with the node and has the interval's start: no other index is made."""
    return Step(
        f"{table} is a hypertable, a table for each {A_CHUNK}.",
        (
            f"SELECT create_hypertable('{table}', "
            f"by_range('interval_start', INTERVAL '{A_CHUNK}'), "
            "create_default_indexes => false, migrate_data => true)",
        ),
    )


def compression(table: str, order: str) -> Step:
    """Corrections and backfills may still write there: what they touch is unpacked for it."""
    return Step(
        f"{table} is compressed after {COMPRESSED_AFTER}.",
        (
            f"ALTER TABLE {table} SET (timescaledb.compress, "
            "timescaledb.compress_segmentby = 'node_id, market', "
            f"timescaledb.compress_orderby = '{order}')",
            f"SELECT add_compression_policy('{table}', INTERVAL '{COMPRESSED_AFTER}', "
            "if_not_exists => true)",
        ),
    )


def aggregate(view: str) -> Step:
    """Begun empty and filled by its policy, which also follows corrections however old they are.

    What has not been worked out yet is read from the prices themselves.
    """
    name, bucket = BUCKETS[view]
    return Step(
        f"{view} has statistics by {name.replace('_', ' ')}.",
        (
            f"CREATE MATERIALIZED VIEW {view} "  # noqa: S608  # nosec B608
            "WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS "
            f"SELECT node_id, market, time_bucket({bucket}) AS {name}, count(*) AS intervals, "
            "avg(lmp) AS mean, min(lmp) AS least, max(lmp) AS most "
            f"FROM prices_price GROUP BY node_id, market, time_bucket({bucket}) WITH NO DATA",
            f"SELECT add_continuous_aggregate_policy('{view}', start_offset => NULL, "
            "end_offset => INTERVAL '1 hour', schedule_interval => INTERVAL '1 hour', "
            "if_not_exists => true)",
        ),
    )
