"""Worker processes: they ask OASIS, store what came in one transaction, and tell the bus."""

from collections.abc import Iterator
from datetime import datetime

from oasis.published import PublishedPrice
from prices import history
from prices.batch import by_node, sort
from prices.feed import Event
from prices.versions import clock_limit
from tests.model.database import ALERT, Message, Transaction
from tests.model.market import NODES

Steps = Iterator[None]


def fetch(world) -> Steps:
    """Ask OASIS, and store the answer; at once, late, or twice."""
    while world.turn_is_taken:
        yield
    world.turn_is_taken = True
    try:
        yield
        prices = world.market.answer()
        yield
        seen_at = world.now
    finally:
        world.turn_is_taken = False
    if world.rng.random() < 0.2:
        world.redelivered.append((prices, seen_at))
    yield from world.dawdle()
    yield from store(world, prices, seen_at)


def store(world, prices: list[PublishedPrice], seen_at: datetime) -> Steps:
    """`prices.history.record` on rows that are modelled: a transaction, then the announcements."""
    now = world.now
    batches = dict(by_node(prices))
    told: list[Message] = []
    transaction = Transaction(world.database)
    try:
        for node in batches:
            while not transaction.lock(("node", node)):
                yield
        for node, published in batches.items():
            yield
            held = world.database.rows[node].held_between
            batch = sort(published, held, seen_at, clock_limit(seen_at, now=now))
            transaction.write_prices(node, batch, seen_at)
            news = history.news(batch, now=now)
            events = [history.event_of(price, held, seen_at, {}) for price, held in news]
            if events:
                yield from append(world, transaction, node, events, told)
        transaction.commit()
    finally:
        transaction.end()
    yield from announce(world, told)


def append(world, transaction: Transaction, node: str, events: list[Event], told) -> Steps:
    """What `prices.feed.append` does; then the transaction may stay open for a while."""
    while (head := transaction.take_head(node, len(events))) is None:
        yield
    told.append(transaction.append(node, head, events))
    yield from world.dawdle()


def judge(world) -> Steps:
    """A rule crosses: an alert and its event in a transaction that locks only the feed."""
    node = NODES[int(world.rng.random() * len(NODES))]
    told: list[Message] = []
    world.alerts += 1
    alert = Event(ALERT, {"number": world.alerts})
    transaction = Transaction(world.database)
    try:
        yield from append(world, transaction, node, [alert], told)
        transaction.commit()
    finally:
        transaction.end()
    yield from announce(world, told)


def announce(world, told: list[Message]) -> Steps:
    """Tell the bus; whoever is killed here told nobody."""
    for message in told:
        yield
        world.bus.send(message)
