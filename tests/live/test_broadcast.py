"""How a publication is told to the hubs."""

import pytest

from live.broadcast import batches
from prices.feed import FeedRange


@pytest.mark.parametrize(
    ("prev", "seq", "told"),
    [
        (7, 8, [(7, 8)]),
        (0, 250, [(0, 250)]),
        (0, 251, [(0, 250), (250, 251)]),
        (5, 1005, [(5, 255), (255, 505), (505, 755), (755, 1005)]),
        (0, 1001, [(0, 1001)]),  # nothing is rendered: the hubs read it
    ],
)
def test_a_publication_is_told_in_a_few_pages_or_left_to_be_read(
    prev: int, seq: int, told: list[tuple[int, int]]
) -> None:
    found = batches(FeedRange("sp15", "e", prev, seq))
    assert [(page.prev, page.seq) for page in found] == told
