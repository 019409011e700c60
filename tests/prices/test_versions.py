"""A published price beside the one that is held: nothing new, or a revision."""

from datetime import timedelta
from decimal import Decimal

import pytest

from prices.versions import Held, Verdict, clock_limit, revised, verdict
from tests.conftest import utc
from tests.oasis.rendered import price

SEEN = utc("2026-11-24 08:06")
HELD = Held(
    Decimal("41.25000"),
    Decimal("40.00000"),
    Decimal("2.50000"),
    Decimal("-1.25000"),
    Decimal("0.00000"),
    True,
    1,
    SEEN,
    SEEN,
    "oasis",
)
SAME = price("40", "2.5", "-1.25", "0")


@pytest.mark.parametrize(
    ("published", "later", "expected"),
    [
        (SAME, 1, Verdict.UNCHANGED),
        (SAME, 0, Verdict.UNCHANGED),
        (SAME, -1, Verdict.UNCHANGED),
        (SAME._replace(ghg=None), 1, Verdict.UNCHANGED),
        (SAME._replace(lmp=Decimal("41.25001")), 1, Verdict.CORRECTED),
        (SAME._replace(energy=Decimal(41)), 1, Verdict.CORRECTED),
        (SAME._replace(congestion=Decimal(3)), 1, Verdict.CORRECTED),
        (SAME._replace(loss=Decimal(0)), 1, Verdict.CORRECTED),
        (SAME._replace(ghg=Decimal(1)), 1, Verdict.CORRECTED),
        (SAME._replace(lmp=Decimal(50)), 0, Verdict.CORRECTED),
        (SAME._replace(lmp=Decimal(50)), -1, Verdict.OUTDATED),
        (SAME._replace(lmp=Decimal(50), ghg=None), 1, Verdict.CORRECTED),
        (SAME._replace(ghg=Decimal("0.00003")), 1, Verdict.UNCHANGED),  # worked out, or reported
        (SAME._replace(ghg=Decimal("0.00006")), 1, Verdict.CORRECTED),
    ],
)
def test_a_price_that_differs_is_a_correction_unless_it_was_seen_before(
    published: object, later: int, expected: Verdict
) -> None:
    seen_at = SEEN + timedelta(seconds=later)
    assert verdict(HELD, published, seen_at) is expected  # type: ignore[arg-type]


def test_the_first_price_of_an_interval_is_new() -> None:
    assert verdict(None, SAME, SEEN) is Verdict.NEW


def test_a_greenhouse_gas_component_of_nothing_is_no_correction_and_one_of_something_is() -> None:
    without = HELD._replace(ghg=None)
    assert verdict(without, SAME, SEEN) is Verdict.UNCHANGED
    assert verdict(without, SAME._replace(ghg=None), SEEN) is Verdict.UNCHANGED
    assert verdict(without, SAME._replace(ghg=Decimal("1.5")), SEEN) is Verdict.CORRECTED


def test_a_correction_without_greenhouse_gas_keeps_nothing_of_the_old_one() -> None:
    held = HELD._replace(lmp=Decimal("42.75"), ghg=Decimal("1.5"))
    without = SAME._replace(ghg=None)
    assert verdict(held, without, SEEN) is Verdict.CORRECTED
    assert revised(held, without, SEEN, "oasis")[:5] == (*SAME[3:7], 0)
    assert revised(HELD._replace(ghg=None), without, SEEN, "oasis").ghg is None


def test_an_observation_is_outdated_by_one_that_said_the_same_as_before() -> None:
    """Files made 12:01 (40), 12:30 (40), then 12:10 (50)."""
    other = SAME._replace(lmp=Decimal(50))
    confirmed = HELD._replace(confirmed_at=SEEN + timedelta(minutes=29))
    assert verdict(confirmed, other, SEEN + timedelta(minutes=9)) is Verdict.OUTDATED
    assert verdict(HELD, other, SEEN + timedelta(minutes=9)) is Verdict.CORRECTED
    assert verdict(confirmed, other, SEEN + timedelta(minutes=30)) is Verdict.CORRECTED


@pytest.mark.parametrize(
    ("fetched_before", "seen_before", "expected"),
    [
        (0, timedelta(hours=-1), Verdict.CORRECTED),  # the clock has been set back since
        (0, timedelta(minutes=-29), Verdict.OUTDATED),  # another worker was quicker
        (60, timedelta(hours=-1), Verdict.CORRECTED),
        (600, timedelta(hours=-1), Verdict.OUTDATED),  # a file: nobody knows
    ],
)
def test_what_is_fetched_now_is_newer_than_what_a_wrong_clock_wrote(
    fetched_before: int, seen_before: timedelta, expected: Verdict
) -> None:
    now = SEEN - timedelta(hours=3)
    seen_at = now - timedelta(seconds=fetched_before)
    held = HELD._replace(seen_at=now - seen_before)
    limit = clock_limit(seen_at, now=now)
    assert verdict(held, SAME._replace(lmp=Decimal(50)), seen_at, limit) is expected


UNKNOWN = dict.fromkeys(("energy", "congestion", "loss", "ghg"))
BARE = SAME._replace(**UNKNOWN)
HELD_BARE = HELD._replace(**UNKNOWN)
PARTLY = {"energy": None, "ghg": None}


@pytest.mark.parametrize("later", [1, 0, -1])
@pytest.mark.parametrize(
    ("held", "published", "expected"),
    [
        (HELD_BARE, SAME, Verdict.COMPLETED),
        (HELD_BARE, BARE, Verdict.UNCHANGED),
        (HELD, BARE, Verdict.UNCHANGED),
        (HELD._replace(**PARTLY), SAME, Verdict.COMPLETED),
        (HELD_BARE, SAME._replace(**PARTLY), Verdict.COMPLETED),
        (HELD, SAME._replace(**PARTLY), Verdict.UNCHANGED),
        # Two sources each know another part: they are not mixed.
        (HELD._replace(**PARTLY), SAME._replace(loss=None), Verdict.UNCHANGED),
        (HELD_BARE, SAME._replace(ghg=None), Verdict.COMPLETED),
        (HELD._replace(ghg=None), BARE, Verdict.UNCHANGED),
        (HELD._replace(ghg=None), SAME, Verdict.UNCHANGED),  # they add up: there was none
        (HELD._replace(verified=False), BARE, Verdict.UNCHANGED),
    ],
)
def test_what_one_of_two_versions_does_not_know_is_no_difference(
    held: Held, published: object, later: int, expected: Verdict
) -> None:
    seen_at = SEEN + timedelta(seconds=later)
    assert verdict(held, published, seen_at) is expected  # type: ignore[arg-type]


def test_a_greenhouse_gas_component_is_unknown_where_the_others_do_not_add_up() -> None:
    held = HELD._replace(lmp=Decimal("42.75"), ghg=None)
    price = SAME._replace(lmp=Decimal("42.75"), ghg=Decimal("1.5"))
    assert verdict(held, price, SEEN) is Verdict.COMPLETED
    assert verdict(HELD._replace(ghg=None), SAME._replace(ghg=Decimal("1.5")), SEEN) is (
        Verdict.CORRECTED
    )


@pytest.mark.parametrize(
    ("held", "published"),
    [
        (HELD_BARE, SAME._replace(lmp=Decimal(50))),
        (HELD, BARE._replace(lmp=Decimal(50))),
        (HELD_BARE, BARE._replace(lmp=Decimal(50))),
        (HELD, SAME._replace(**PARTLY, loss=Decimal(7))),
    ],
)
def test_another_lmp_is_a_correction_whatever_is_known_of_its_components(
    held: Held, published: object
) -> None:
    assert verdict(held, published, SEEN) is Verdict.CORRECTED  # type: ignore[arg-type]
    outdated = verdict(held, published, SEEN - timedelta(seconds=1))  # type: ignore[arg-type]
    assert outdated is Verdict.OUTDATED


def test_a_correction_without_components_keeps_nothing_of_the_old_ones() -> None:
    held = HELD._replace(ghg=Decimal("1.5"))
    bare = BARE._replace(lmp=Decimal(50))
    assert revised(held, bare, SEEN, "file")[:5] == (Decimal(50), None, None, None, None)
