"""What migrations put into a database, put back before a test that follows on an emptied one.

Django reads it back object by object: 124 rows take as long as the test.
"""

from typing import Any

import pytest
from django.db import connection, transaction

from tests.migrated import migrated_once, shared_folder

Rows = dict[str, list[tuple[Any, ...]]]


@pytest.fixture(scope="session")
def django_db_setup(request: pytest.FixtureRequest, django_db_blocker: Any) -> None:
    """pytest-django's, on SQLite with its rows as they are, for `serialized_rollback`."""
    if connection.vendor != "sqlite":  # others hand out other values than they take
        request.getfixturevalue("django_db_setup")
        return
    with migrated_once(shared_folder(request)):
        request.getfixturevalue("django_db_setup")
    with django_db_blocker.unblock():
        kept = filled_tables()
    connection.creation.deserialize_db_from_string = lambda _: put_back(kept)


def filled_tables() -> Rows:
    """Every row there is, by table."""
    tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
    with connection.cursor() as cursor:
        found = {table: cursor.execute(f'SELECT * FROM "{table}"').fetchall() for table in tables}
    return {table: rows for table, rows in found.items() if rows}


def put_back(kept: Rows) -> None:
    """All of it, in place of what is there; what refers to what is looked at in the end."""
    with transaction.atomic(), connection.cursor() as cursor:
        for table in kept:  # a flush may have filled it, with other keys
            cursor.execute(f'DELETE FROM "{table}"')
        for table, rows in kept.items():
            places = ", ".join(["%s"] * len(rows[0]))
            cursor.executemany(f'INSERT INTO "{table}" VALUES ({places})', rows)
