"""When something counts as wrong, when as well again, and what is said of it."""

import pytest

from alerts.operations.conditions import (
    MIB,
    Condition,
    RedisState,
    duration,
    of_disk,
    of_redis,
    of_signs,
    of_source,
)
from alerts.rules.rule import Stance

WELL = RedisState(used=10 * MIB, most=0, policy="noeviction", is_replica=False)


def by_kind(conditions: list[Condition]) -> dict[str, tuple[str, str]]:
    return {one.kind: (one.stance.value, one.reason) for one in conditions}


@pytest.mark.parametrize(
    ("used_mb", "stance"),
    [(10, "back"), (75, "back"), (76, "between"), (85, "between"), (86, "beyond"), (100, "beyond")],
)
def test_a_redis_is_full_above_its_limit_and_well_again_ten_percent_below(
    used_mb: int, stance: str
) -> None:
    state = WELL._replace(used=used_mb * MIB, most=100 * MIB)
    found, reason = by_kind(of_redis(state, 85))["redis memory"]
    assert (found, reason) == (
        stance,
        f"Redis is {used_mb} % full: {used_mb}.0 of 100.0 MB.",
    )


def test_a_redis_without_a_limit_is_never_full_and_evicts_nothing_whatever_its_policy() -> None:
    found = by_kind(of_redis(WELL._replace(policy="allkeys-lru"), 85))
    assert {stance for stance, _ in found.values()} == {"back"}


def test_a_redis_that_would_drop_keys_is_wrong_before_it_is_full() -> None:
    state = WELL._replace(most=100 * MIB, policy="volatile-lru")
    stance, reason = by_kind(of_redis(state, 85))["redis evicts"]
    assert stance == "beyond"
    assert "maxmemory-policy is volatile-lru" in reason


def test_of_a_redis_that_is_away_nothing_else_is_known() -> None:
    found = by_kind(of_redis(None, 85))
    assert {kind: stance for kind, (stance, _) in found.items()} == {
        "redis": "beyond",
        "redis memory": "unknown",
        "redis evicts": "unknown",
    }


def test_a_replica_takes_no_writes() -> None:
    stance, reason = by_kind(of_redis(WELL._replace(is_replica=True), 85))["redis"]
    assert (stance, "replica" in reason) == ("beyond", True)


@pytest.mark.parametrize(
    ("free_mb", "stance"), [(1023, "beyond"), (1024, "between"), (1228, "between"), (1229, "back")]
)
def test_a_disk_has_room_again_once_a_fifth_more_than_the_least_is_free(
    free_mb: int, stance: str
) -> None:
    found = of_disk(free_mb * MIB, 1024, "alpha")
    assert found.stance.value == stance
    assert found.reason == f"The disk has {free_mb:,} MB left."


@pytest.mark.parametrize(
    ("age_s", "stance", "reason"),
    [
        (3.2, "back", "Worker gave a sign of life 3 s ago."),
        (60, "back", "Worker gave a sign of life 60 s ago."),
        (61, "beyond", "Worker has been silent for 61 s."),
        (3900, "beyond", "Worker has been silent for 1 h 05 min."),
        (None, "beyond", "Worker has given no sign of life lately: is it running?"),
    ],
)
def test_a_process_is_silent_after_a_minute(age_s: float | None, stance: str, reason: str) -> None:
    found = by_kind(of_signs({"worker": age_s}, 60))
    assert found["worker"] == (stance, reason)


def test_without_redis_nobody_knows_who_lives() -> None:
    assert {one.stance for one in of_signs(None, 60)} == {Stance.UNKNOWN}


@pytest.mark.parametrize(
    ("trouble", "age_s", "stance", "reason"),
    [
        (None, 8.4, "back", "CAISO answered 8 s ago."),
        (None, None, "unknown", "CAISO has not answered yet."),
        ("CAISO can't be reached.", 900, "beyond", "CAISO can't be reached."),
    ],
)
def test_a_source_is_down_for_the_reason_that_pages_say(
    trouble: str | None, age_s: float | None, stance: str, reason: str
) -> None:
    found = of_source("CAISO", trouble, age_s)
    assert (found.stance.value, found.reason) == (stance, reason)


def test_durations_are_told_as_people_say_them() -> None:
    assert [duration(s) for s in (-1, 0.4, 119, 120, 3599, 3600)] == [
        "0 s",
        "0 s",
        "119 s",
        "2 min",
        "59 min",
        "1 h 00 min",
    ]
