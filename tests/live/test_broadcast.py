"""How a publication is announced to the web processes."""

import pytest

from live.broadcast import batches
from prices.feed import FeedRange


@pytest.mark.parametrize(
    ("prev", "seq", "expected"),
    [
        (7, 8, [(7, 8)]),
        (0, 250, [(0, 250)]),
        (0, 251, [(0, 250), (250, 251)]),
        (5, 1005, [(5, 255), (255, 505), (505, 755), (755, 1005)]),
        (0, 1001, [(0, 1001)]),  # nothing is rendered: web processes read it
    ],
)
def test_a_publication_is_announced_in_a_few_batches_or_left_to_be_read(
    prev: int, seq: int, expected: list[tuple[int, int]]
) -> None:
    found = batches(FeedRange("sp15", "e", prev, seq))
    assert [(batch.prev, batch.seq) for batch in found] == expected
