"""A database that was lived in, and a fresh one."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from tests.caisoproject.backups.places import Place, a_place, lived_in
from tests.migrated import DATABASE, alone, save, shared_folder


@pytest.fixture
def migrated(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    django_db_setup: None,
    django_db_blocker: Any,
) -> Iterator[Path]:
    """A database with its tables, to copy; Django may use databases meanwhile."""
    if connection.vendor != "sqlite":
        pytest.skip("of SQLite; tests/stack/test_backup.py has PostgreSQL")
    with django_db_blocker.unblock():
        with alone(shared_folder(request) / DATABASE) as shared:
            if not shared.exists():
                place = Place(tmp_path_factory.mktemp("migrated"))
                place.does("migrate", verbosity=0)
                save(place.database, shared)
        yield shared


@pytest.fixture
def old(tmp_path: Path, migrated: Path) -> Place:
    place = a_place(tmp_path / "old", migrated)
    with place.used():
        lived_in()
    return place


@pytest.fixture
def fresh(tmp_path: Path, migrated: Path) -> Place:
    return a_place(tmp_path / "fresh", migrated)
