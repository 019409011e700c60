"""How good a rule was this week."""

import pytest

from alerts.models import Rule
from alerts.quality import quality_of, with_quality
from dashboard.alert_lines import rule_lines
from tests.conftest import utc

pytestmark = pytest.mark.django_db
NOON = utc("2026-07-14 19:00")


def test_a_rule_that_only_suppressed_flaps_says_how_many() -> None:
    Rule.objects.filter(limit=100).update(flaps=15)
    [rule] = with_quality(Rule.objects.filter(limit=100), since=NOON)
    [line] = rule_lines([rule], now=NOON)
    assert quality_of(rule).words == line.quality == ("no alerts, 15 short crossings left out")
