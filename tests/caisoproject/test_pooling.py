"""How many connections to PostgreSQL web processes take."""

import pytest

from caisoproject.pooling import OF_THE_FEED, most_connections

GIVEN = 100 - 3  # by PostgreSQL's defaults, to those who are no superusers
# Two pollers, two workers and what watches in each, an analyst, looks of probes, a backup, psql.
OTHERS = 30


@pytest.mark.parametrize("web_processes", range(1, 11))
def test_web_processes_leave_connections_to_who_fetches_and_sends(web_processes: int) -> None:
    most = most_connections(web_processes)
    assert web_processes * most <= GIVEN - OTHERS
    assert most > OF_THE_FEED


def test_a_single_web_process_has_one_for_each_request() -> None:
    assert most_connections(1) == 42
