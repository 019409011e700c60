"""What every test starts from: an empty Redis, plain static files, a fast password hasher."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import redis
from pytest_django import Settings

from prices import ingest
from prices.redis_client import redis_client
from tests.live.quick_hub import quick_hub
from tests.outbound.receivers import authority, receiver, secure
from tests.simulated import oasis

__all__ = ["authority", "oasis", "quick_hub", "receiver", "secure"]

RECORDINGS = Path(__file__).resolve().parents[2] / "shared" / "oasis" / "recordings"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test that empties the database comes after all others, which a group's do not."""
    for item in items:
        marks = {mark.name: mark for mark in item.iter_markers()}
        empties = "django_db" in marks and marks["django_db"].kwargs.get("transaction")
        if empties and "xdist_group" in marks:
            raise pytest.UsageError(f"{item.nodeid} empties the database and is in a group.")


@pytest.fixture(autouse=True)
def plain_settings(settings: Settings, tmp_path: Path) -> None:
    """Nothing hashed, nothing waited for, archives in the test's own folder."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.ARCHIVE_DIR = tmp_path / "archives"
    settings.OASIS_SECONDS_BETWEEN_REQUESTS = 0
    ingest.oasis.cache_clear()


@pytest.fixture
def valkey() -> Iterator[redis.Redis]:
    """The test's Redis, empty."""
    client = redis_client()
    client.flushall()
    yield client
    client.flushall()


@pytest.fixture
def recordings() -> Path:
    """Real answers of OASIS, where this machine has them."""
    if not RECORDINGS.is_dir():
        pytest.skip("no ../shared/oasis/recordings here")
    return RECORDINGS


def utc(text: str) -> datetime:
    """A moment in UTC: utc("2026-11-24 01:05")."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
