"""No test gets an answer that was made for another."""

import pytest

from api import days, hubs, measures


@pytest.fixture(autouse=True)
def nothing_is_shared() -> None:
    days.shared.made.clear()
    hubs.shared.made.clear()
    measures.shared.made.clear()
