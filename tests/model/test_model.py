"""No reader misses, doubles or unlearns anything, whatever fails; and each rule is needed."""

import pytest

from tests.model.rules import REMOVALS
from tests.model.run import first_violation

# `make model` runs 20,000. Each missing rule is noticed within ten.
SEEDS, CHUNK = 2_000, 500
SOON = 100


@pytest.mark.parametrize("first", range(0, SEEDS, CHUNK))
def test_a_feed_with_faults_loses_nothing(first: int) -> None:
    found = first_violation(range(first, first + CHUNK))
    assert found is None, found[1]


@pytest.mark.parametrize("rule", REMOVALS)
def test_without_any_one_rule_something_is_lost(rule: str) -> None:
    found = first_violation(range(SOON), removed=rule)
    assert found is not None, f"nobody notices that the {rule} is gone"


def test_a_violation_is_told_with_its_seed_and_what_led_to_it() -> None:
    seed, story = first_violation(range(SOON), removed="gap check")
    assert story.splitlines()[-1].startswith(f"seed {seed}: ")
    assert " commit" in story
