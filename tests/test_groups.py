"""Tests that share a browser, a stack or a PostgreSQL are kept together by pytest-xdist."""

import pytest


@pytest.mark.xdist_group("kept-together")
def test_a_group_of_tests_is_given_to_one_worker(request: pytest.FixtureRequest) -> None:
    # pytest 9.2 lost the groups without a word: each stack was started five times.
    if not hasattr(request.config, "workerinput"):
        pytest.skip("one process runs them all")
    assert request.node.nodeid.endswith("@kept-together")
