"""A database from before `recorded_at`: nothing of it is lost, and nothing claimed of it."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from tests.conftest import utc

BEFORE, AFTER = ("prices", "0008_unpublished"), ("prices", "0009_recorded_at")
NOON = utc("2026-07-14 19:00")
HOUR = timedelta(hours=1)
LENGTHS = {"RTM": timedelta(minutes=5), "RTPD": timedelta(minutes=15), "DAM": HOUR}

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


def history(apps: Any, market: str, *sources: str) -> None:
    """An interval of SP15 whose versions, an hour apart from noon on, came from `sources`."""
    node = apps.get_model("prices", "Node").objects.get_or_create(
        slug="sp15", oasis_name="TH_SP15_GEN-APND"
    )[0]
    interval = {"node": node, "market": market, "interval_start": NOON}
    parts = {"energy": 1, "congestion": 0, "loss": 0}
    seen = [NOON + n * HOUR for n in range(len(sources))]
    for number, (source, at) in enumerate(zip(sources, seen, strict=True), 1):
        version = interval | parts | {"lmp": number, "revision": number, "source": source}
        if number < len(sources):
            apps.get_model("prices", "PriceRevision").objects.create(
                **version, seen_at=at, superseded_at=seen[number], verified=False
            )
        else:
            apps.get_model("prices", "Price").objects.create(
                **version, seen_at=at, first_seen_at=NOON, interval_end=NOON + LENGTHS[market]
            )


def times(apps: Any) -> list[tuple[Any, ...]]:
    """LMP, recorded_at and held_until of each version, in order."""
    kept = apps.get_model("prices", "PriceRevision").objects.order_by("revision")
    held = apps.get_model("prices", "Price").objects.values_list("lmp", "recorded_at")
    return [*kept.values_list("lmp", "recorded_at", "held_until"), *held]


def test_what_was_polled_was_recorded_as_it_was_seen(before: Any) -> None:
    history(before, "RTM", "oasis", "oasis", "simulator")
    assert times(migrated(AFTER)) == [
        (1, NOON, NOON + HOUR),
        (2, NOON + HOUR, NOON + 2 * HOUR),
        (3, NOON + 2 * HOUR),
    ]


def test_what_was_loaded_is_not_said_to_have_been_held_before_that_is_known(before: Any) -> None:
    history(before, "RTM", "oasis", "file", "oasis", "file", "file")
    began = timezone.now()
    *past, fourth, last = times(migrated(AFTER))
    third = past.pop()
    assert past == [(1, NOON, NOON + 2 * HOUR), (2, NOON + 2 * HOUR, NOON + 2 * HOUR)]
    moment = last[1]
    assert began <= moment <= timezone.now()
    assert third == (3, NOON + 2 * HOUR, moment)
    assert (fourth, last) == ((4, moment, moment), (5, moment))


@pytest.mark.parametrize("market", LENGTHS)
def test_a_revision_keeps_all_it_had_and_has_its_interval(before: Any, market: str) -> None:
    history(before, market, "oasis", "oasis")
    [kept] = migrated(AFTER).get_model("prices", "PriceRevision").objects.all()
    assert kept.interval_end == NOON + LENGTHS[market]
    assert (kept.first_seen_at, kept.seen_at, kept.superseded_at) == (NOON, NOON, NOON + HOUR)
    assert (kept.lmp, kept.revision, kept.late, kept.verified) == (1, 1, 0, False)
    assert kept.ghg is None
    assert kept.node.slug == "sp15"


def test_and_back_again_without_what_came_late(before: Any) -> None:
    history(before, "RTM", "oasis", "file")
    late = migrated(AFTER).get_model("prices", "PriceRevision").objects.get()
    late.late, late.lmp = 1, 7
    late.save(force_insert=True)
    kept = migrated(BEFORE).get_model("prices", "PriceRevision").objects.get()
    assert (kept.lmp, kept.seen_at, kept.superseded_at) == (1, NOON, NOON + HOUR)
    assert len(times(migrated(AFTER))) == 2
