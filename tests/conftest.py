"""What every test starts from: an empty Redis, plain static files, a fast password hasher."""

import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import hypothesis
import pytest
import redis
from django.conf import settings as django_settings
from django.test import override_settings
from pytest_django import Settings

from prices import ingest
from prices.redis_client import redis_client
from tests.left_running import nothing_left_running
from tests.live.quick_fanout import quick_fanout
from tests.outbound.receivers import authority, receiver, secure
from tests.prepared import prepared
from tests.put_back import django_db_setup
from tests.simulated import oasis

__all__ = [
    "authority",
    "django_db_setup",
    "nothing_left_running",
    "oasis",
    "prepared",
    "quick_fanout",
    "receiver",
    "secure",
]

# What all tests of a folder are; others say so themselves.
FOLDERS = {"stack": ("process",), "page": ("browser",)}
RECORDINGS = Path(__file__).resolve().parents[2] / "shared" / "oasis" / "recordings"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test that empties the database comes after all others, which a group's do not."""
    for item in items:
        for mark in FOLDERS.get(item.path.parent.name, ()):
            item.add_marker(mark)
        marks = {mark.name: mark for mark in item.iter_markers()}
        empties = "django_db" in marks and marks["django_db"].kwargs.get("transaction")
        if empties and "xdist_group" in marks:
            raise pytest.UsageError(f"{item.nodeid} empties the database and is in a group.")


# How long an example takes depends on how busy the machine is.
hypothesis.settings.register_profile("any machine", deadline=None)
hypothesis.settings.load_profile("any machine")
PLAIN_FILES = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
number = count()


@pytest.fixture(scope="session", autouse=True)
def plain_settings() -> Iterator[None]:
    """Nothing hashed, nothing waited for."""
    with override_settings(
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        STORAGES={**django_settings.STORAGES, "staticfiles": PLAIN_FILES},
        OASIS_SECONDS_BETWEEN_REQUESTS=0,
    ):
        yield


@pytest.fixture(autouse=True)
def archives_of_its_own(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A folder that is made when something is kept in it: few tests do."""
    settings.ARCHIVE_DIR = tmp_path_factory.getbasetemp() / f"archives-{next(number)}"
    ingest.oasis.cache_clear()


@pytest.fixture(autouse=True)
def no_process_unless_it_is_said(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A test that starts a process is marked as one: `make quick` has none of them."""
    if not {"process", "browser"} & {mark.name for mark in request.node.iter_markers()}:
        monkeypatch.setattr(subprocess.Popen, "__init__", refused)


def refused(*_: object, **__: object) -> None:
    raise AssertionError("A test that starts a process is to be marked: pytest.mark.process")


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
