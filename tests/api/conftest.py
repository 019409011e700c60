"""No test gets an answer that was made for another."""

import pytest

from api import days, hubs


@pytest.fixture(autouse=True)
def nothing_is_shared() -> None:
    days.shared.made.clear()
    hubs.shared.made.clear()
