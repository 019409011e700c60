"""`make model`: many seeds, and with each rule taken away how soon that is noticed."""

import os
import sys
from collections.abc import Iterable
from time import perf_counter

import django
import pytest

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "caisoproject.settings")
django.setup()  # where `prices.history` is, there are models; no database is opened

from live import cursor  # noqa: E402
from tests.model.rules import REMOVALS  # noqa: E402
from tests.model.story import story_of  # noqa: E402
from tests.model.violation import Violation  # noqa: E402
from tests.model.world import World  # noqa: E402

SEEDS = 20_000
# Logs are short here: a page must be shorter.
BATCH = 3


def first_violation(seeds: Iterable[int], removed: str | None = None) -> tuple[int, str] | None:
    """The first seed that ends in a violation, and how that came; `removed` names a rule."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cursor, "BATCH", BATCH)
        if removed:
            REMOVALS[removed](patch)
        for seed in seeds:
            try:
                World(seed).run()
            except Violation:
                return seed, story_of(seed)
    return None


def main() -> None:
    """Run them all, and say what was seen."""
    began = perf_counter()
    found = first_violation(range(SEEDS))
    if found:
        sys.exit(found[1])
    took = perf_counter() - began
    say(f"{SEEDS:,} seeds without a violation in {took:.1f} s, {SEEDS / took:,.0f} a second")
    for rule in REMOVALS:
        found = first_violation(range(SEEDS), removed=rule)
        if found is None:
            sys.exit(f"without the {rule}: not noticed in {SEEDS:,} seeds")
        seed, story = found
        what = story.splitlines()[-1].partition(": ")[2]
        say(f"without the {rule}, after {seed + 1} seeds: {what}")


def say(line: str) -> None:
    """A line for whoever runs it."""
    sys.stdout.write(line + "\n")


if __name__ == "__main__":
    main()
