"""What TimescaleDB is told, from what a database has."""

from dataclasses import replace

import pytest

from prices.timescale import deciding
from prices.timescale.deciding import Facts, creation, refusal, steps

TABLES = frozenset({"prices_price", "prices_pricerevision"})
VIEWS = frozenset({"prices_hourly", "prices_daily"})
PLAIN = Facts("postgresql", available="2.17.2", may_create=True)
INSTALLED = replace(PLAIN, installed="2.17.2", licence="timescale")
WHOLE = replace(INSTALLED, hypertables=TABLES, compressed=TABLES, aggregates=VIEWS, unbounded=True)


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        (Facts("sqlite"), "this database is SQLite. Choose PostgreSQL by DATABASE_URL first."),
        (Facts("postgresql"), "This PostgreSQL has no TimescaleDB."),
        (replace(PLAIN, may_create=False), "This user may not create the extension."),
        (replace(PLAIN, available="2.12.2"), "TimescaleDB 2.12.2 is too old"),
        (replace(INSTALLED, installed="1.7.5"), "TimescaleDB 1.7.5 is too old"),
    ],
)
def test_what_cannot_be_done_is_refused_with_what_to_do(facts: Facts, why: str) -> None:
    assert why in (refusal(facts) or "")


@pytest.mark.parametrize(
    "facts",
    [
        PLAIN,
        replace(PLAIN, available="2.13.0"),
        INSTALLED,
        replace(INSTALLED, may_create=False),  # somebody has created it
        replace(INSTALLED, installed="2.22.0-dev", available=None),
    ],
)
def test_an_extension_that_is_there_or_may_be_created_is_not_refused(facts: Facts) -> None:
    assert refusal(facts) is None


def test_the_extension_is_created_once() -> None:
    assert [step.statements for step in creation(PLAIN)] == [("CREATE EXTENSION timescaledb",)]
    assert list(creation(INSTALLED)) == []


def said(facts: Facts) -> list[str]:
    return [step.said for step in steps(facts)]


HYPERTABLES = [
    "prices_price is a hypertable, a table for each 7 days.",
    "prices_pricerevision is a hypertable, a table for each 7 days.",
]
COMPRESSED = [
    "prices_price is compressed after 30 days.",
    "prices_pricerevision is compressed after 30 days.",
    "Any number of compressed prices can be corrected at once.",
]
STATISTICS = [
    "prices_hourly has statistics by hour.",
    "prices_daily has statistics by operating day.",
]


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (INSTALLED, [*HYPERTABLES, *COMPRESSED, *STATISTICS]),
        (replace(INSTALLED, licence="apache"), HYPERTABLES),
        (replace(INSTALLED, hypertables=TABLES), [*COMPRESSED, *STATISTICS]),
        (replace(WHOLE, compressed=frozenset()), COMPRESSED[:2]),
        (replace(WHOLE, aggregates=frozenset({"prices_hourly"})), STATISTICS[1:]),
        (replace(WHOLE, unbounded=False), COMPRESSED[2:]),
        (WHOLE, []),
        (replace(WHOLE, licence="apache"), []),
    ],
)
def test_what_is_there_is_not_done_again(facts: Facts, expected: list[str]) -> None:
    assert said(facts) == expected


def test_every_key_has_the_column_that_its_table_is_divided_by() -> None:
    """TimescaleDB refuses a table with a unique index that lacks it."""
    from prices.models import Price, PriceRevision

    for model in (Price, PriceRevision):
        assert model._meta.db_table in deciding.TABLES
        assert "interval_start" in [field.name for field in model._meta.pk_fields]
        assert not any(field.unique for field in model._meta.concrete_fields)
        assert not model._meta.total_unique_constraints
        assert not model._meta.related_objects  # no foreign key may lead to a hypertable


def test_what_prices_are_compressed_by_is_the_beginning_of_their_key() -> None:
    from prices.models import Price, PriceRevision

    for model in (Price, PriceRevision):
        key = [field.column for field in model._meta.pk_fields]
        order = deciding.TABLES[model._meta.db_table]
        assert key == ["node_id", "market", *order.split(", ")]
