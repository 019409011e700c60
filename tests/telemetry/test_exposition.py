"""Samples become families, each label within its bound."""

import pytest
from prometheus_client.core import Metric

from telemetry.catalog.family import OTHER, counter, gauge, histogram, info, names, one_of
from telemetry.exposition import Exposition
from telemetry.sample import Sample, counted

FAMILIES = {
    "asked": counter("Asked.", who=names("people", 2)),
    "age": gauge("Age.", together="max", who=names("people", 1)),
    "room": gauge("Room.", together="min"),
    "took": histogram("Took.", 1, 2.5, task=names("tasks", 2)),
    "state": counter("States.", state=one_of("states", "on", "off")),
    "thing": info("A thing.", name=names("one", 1)),
}


def shown(*samples: Sample) -> list[tuple[str, dict[str, str], float]]:
    page = Exposition(FAMILIES)
    page.add(samples)
    found: list[Metric] = list(page.metrics())
    return [(one.name, dict(one.labels), one.value) for family in found for one in family.samples]


def test_a_counter_ends_in_total_and_an_info_in_info() -> None:
    assert shown(Sample("thing", 1, {"name": "x"}), Sample("asked", 2, {"who": "ada"})) == [
        ("asked_total", {"who": "ada"}, 2),
        ("thing_info", {"name": "x"}, 1),
    ]


def test_one_value_too_many_is_other_put_together_as_the_family_says() -> None:
    asked = [Sample("asked", 1, {"who": who}) for who in ("a", "b", "c", "a", "d")]
    ages = [Sample("age", age, {"who": who}) for who, age in (("a", 1), ("b", 5), ("c", 3))]
    rooms = [Sample("room", free) for free in (5, 3, 4)]
    assert shown(*asked, *ages, *rooms) == [
        ("asked_total", {"who": "a"}, 2),
        ("asked_total", {"who": "b"}, 1),
        ("asked_total", {"who": OTHER}, 2),
        ("age", {"who": "a"}, 1),
        ("age", {"who": OTHER}, 5),
        ("room", {}, 3),
    ]


def test_buckets_are_added_up() -> None:
    buckets = [("1.0", 3), ("+Inf", 1)]
    samples = [Sample("took:bucket", n, {"task": "t", "le": bound}) for bound, n in buckets]
    assert shown(*samples, Sample("took:sum", 9.5, {"task": "t"})) == [
        ("took_bucket", {"task": "t", "le": "1.0"}, 3),
        ("took_bucket", {"task": "t", "le": "2.5"}, 3),
        ("took_bucket", {"task": "t", "le": "+Inf"}, 4),
        ("took_count", {"task": "t"}, 4),
        ("took_sum", {"task": "t"}, 9.5),
    ]


@pytest.mark.parametrize(
    "sample",
    [Sample("unknown", 1), Sample("asked", 1), Sample("room", 1, {"who": "x"})],
)
def test_what_is_not_in_the_catalog_is_an_error(sample: Sample) -> None:
    with pytest.raises(LookupError):
        shown(sample)


def test_what_another_version_counted_is_left_out_and_listed_counters_begin_with_0() -> None:
    totals = [
        ("asked", ("ada",), 2.0),
        ("asked", ("ada", "of today"), 2.0),
        ("gone", (), 7.0),
        ("took:bucket", ("t", "1.0"), 1.0),
        ("state", ("on",), 4.0),
    ]
    found = [(one.name, one.labels, one.value) for one in counted(totals, FAMILIES)]
    assert found == [
        ("state", {"state": "off"}, 0),
        ("state", {"state": "on"}, 0),
        ("asked", {"who": "ada"}, 2),
        ("took:bucket", {"task": "t", "le": "1.0"}, 1),
        ("state", {"state": "on"}, 4),
    ]
