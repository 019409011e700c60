"""How events that people cause get to readers at once.

Who appends an event is below who knows the readers, so that the program says at its start what is
to be called. Without that, readers find the event at the next heartbeat.
"""

from collections.abc import Callable
from functools import partial

from django.db import transaction

from prices.feed import FeedRange
from prices.models import Node

Publish = Callable[[FeedRange, Node], None]


def nobody(feed_range: FeedRange, node: Node) -> None:
    """Nothing was set up: the heartbeat will do it."""


publish: Publish = nobody


def set_up(how: Publish) -> None:
    """Let new events be published this way."""
    global publish
    publish = how


def publish_on_commit(feed_range: FeedRange, node: Node) -> None:
    """Publish events once they are committed; what fails then is logged and fails nothing else."""
    transaction.on_commit(partial(publish, feed_range, node), robust=True)
