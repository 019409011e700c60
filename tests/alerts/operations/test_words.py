"""How operational alerts are told."""

import pytest

from alerts.operations.words import when
from tests.conftest import utc


@pytest.mark.parametrize(
    ("moment", "told"),
    [
        ("2026-11-30 22:05", "Mon 30 Nov, 14:05 PT"),
        ("2026-11-01 08:30", "Sun 1 Nov, 01:30 PDT"),
        ("2026-11-01 09:30", "Sun 1 Nov, 01:30 PST"),
    ],
)
def test_the_hour_that_repeats_is_told_with_its_zone(moment: str, told: str) -> None:
    assert when(utc(moment)) == told
