"""A database from before components could be unknown: its prices stay as they were."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection
from django.db.migrations.executor import MigrationExecutor

from tests.conftest import utc

BEFORE, AFTER = ("prices", "0010_plainer_help_text"), ("prices", "0011_unknown_components")
NOON = utc("2026-07-14 19:00")

pytestmark = [
    pytest.mark.long,
    pytest.mark.database,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]


def migrated(*target: tuple[str, str]) -> Any:
    """The models as they were at `target`, to which the database is brought."""
    executor = MigrationExecutor(connection)
    executor.migrate(list(target))
    return executor.loader.project_state(list(target)).apps


@pytest.fixture
def before() -> Iterator[Any]:
    yield migrated(BEFORE)
    migrated(*MigrationExecutor(connection).loader.graph.leaf_nodes())


def store(apps: Any, energy: str | None) -> None:
    """An interval of SP15 with a version that was superseded."""
    node = apps.get_model("prices", "Node").objects.get_or_create(
        slug="sp15", oasis_name="TH_SP15_GEN-APND"
    )[0]
    version = {
        **{"node": node, "market": "RTM", "interval_start": NOON, "interval_end": NOON},
        **{"lmp": Decimal("41.25001"), "energy": energy, "congestion": energy, "loss": energy},
        **{"first_seen_at": NOON, "seen_at": NOON, "recorded_at": NOON, "source": "file"},
    }
    apps.get_model("prices", "Price").objects.create(**version)
    apps.get_model("prices", "PriceRevision").objects.create(
        **version, revision=1, superseded_at=NOON, held_until=NOON
    )


def held(apps: Any) -> list[tuple[Any, ...]]:
    """LMP and components of both versions."""
    models = [apps.get_model("prices", name) for name in ("Price", "PriceRevision")]
    names = ("lmp", "energy", "congestion", "loss", "ghg")
    return [row for model in models for row in model.objects.values_list(*names)]


def test_prices_keep_their_components_there_and_back(before: Any) -> None:
    store(before, "40.5")
    parts = (Decimal("41.25001"), *[Decimal("40.5")] * 3, None)
    assert held(before) == [parts, parts]
    assert held(migrated(AFTER)) == [parts, parts]
    assert held(migrated(BEFORE)) == [parts, parts]


@pytest.mark.parametrize("left", ["Price", "PriceRevision"])
def test_unknown_components_are_held_and_never_turned_into_numbers(before: Any, left: str) -> None:
    after = migrated(AFTER)
    store(after, None)
    assert held(after) == [(Decimal("41.25001"), None, None, None, None)] * 2
    other = {"Price": "PriceRevision", "PriceRevision": "Price"}[left]
    after.get_model("prices", other).objects.all().delete()
    with pytest.raises(IntegrityError):
        migrated(BEFORE)
    after.get_model("prices", left).objects.all().delete()


def test_before_no_component_could_be_unknown(before: Any) -> None:
    with pytest.raises(IntegrityError):
        store(before, None)
