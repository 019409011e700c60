"""A published price beside the one that is held: nothing new, or a revision."""

from datetime import timedelta
from decimal import Decimal

import pytest

from prices.versions import Held, Verdict, verdict
from tests.conftest import utc
from tests.prices.rendered import price

SEEN = utc("2026-11-24 08:06")
HELD = Held(
    Decimal("41.25000"),
    Decimal("40.00000"),
    Decimal("2.50000"),
    Decimal("-1.25000"),
    Decimal("0.00000"),
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
    ],
)
def test_a_price_that_differs_is_a_correction_unless_it_was_seen_before(
    published: object, later: int, expected: Verdict
) -> None:
    seen_at = SEEN + timedelta(seconds=later)
    assert verdict(HELD, published, seen_at) is expected  # type: ignore[arg-type]


def test_the_first_price_of_an_interval_is_new() -> None:
    assert verdict(None, SAME, SEEN) is Verdict.NEW


def test_a_greenhouse_gas_component_that_appears_is_a_correction() -> None:
    assert verdict(HELD._replace(ghg=None), SAME, SEEN) is Verdict.CORRECTED
    assert verdict(HELD._replace(ghg=None), SAME._replace(ghg=None), SEEN) is Verdict.UNCHANGED
