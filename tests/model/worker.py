"""Worker processes: they ask OASIS, store what came in one transaction, and tell the bus."""

from collections.abc import Iterator

from oasis.published import PublishedPrice
from prices.batch import Sorted, by_market, by_node, in_interval_order
from prices.versions import Held, revised
from tests.model.database import ALERT, CORRECTION, PRICE, FeedRange, Told, Transaction
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
        seen_at = world.clock
    finally:
        world.turn_is_taken = False
    if world.rng.random() < 0.2:
        world.redelivered.append((prices, seen_at))
    yield from world.dawdle()
    yield from store(world, prices, seen_at)


def store(world, prices: list[PublishedPrice], seen_at: int) -> Steps:
    """What `prices.history.record` does: one transaction, then the announcements."""
    batches = dict(by_node(prices))
    told: list[FeedRange] = []
    transaction = Transaction(world.database)
    try:
        for node in batches:
            while not transaction.lock(("node", node)):
                yield
        for node, published in batches.items():
            yield
            batch = Sorted()
            for _, run in by_market(published):
                batch.add(run, world.database.rows[node].held, seen_at)
            versions, events = changes(batch, seen_at)
            if events:
                transaction.write_prices(node, versions)
                yield from append(world, transaction, node, events, told)
        transaction.commit()
    finally:
        transaction.end()
    yield from announce(world, told)


def changes(batch: Sorted, seen_at: int) -> tuple[list[tuple[int, Held]], list[Told]]:
    """The versions that a batch brings by interval, and the events that tell them."""
    versions, events = [], []
    for price, held in in_interval_order(batch.new, batch.corrected):
        version, kind = first_version(price, seen_at), PRICE
        if held is not None:
            version, kind = revised(held, price, seen_at, "oasis", now=seen_at), CORRECTION
        versions.append((price.interval_start, version))
        events.append(Told(kind, price.interval_start, version.lmp, version.revision))
    return versions, events


def first_version(price: PublishedPrice, seen_at: int) -> Held:
    """A new price's row."""
    return Held(*price[3:], 1, seen_at, seen_at, "oasis", seen_at)


def append(world, transaction: Transaction, node: str, events: list[Told], told) -> Steps:
    """What `prices.feed.append` does; then the transaction may stay open for a while."""
    while (head := transaction.take_head(node, len(events))) is None:
        yield
    told.append(transaction.append(node, head, events))
    yield from world.dawdle()


def judge(world) -> Steps:
    """A rule crosses: an alert and its event in a transaction that locks only the feed."""
    node = NODES[int(world.rng.random() * len(NODES))]
    told: list[FeedRange] = []
    world.alerts += 1
    transaction = Transaction(world.database)
    try:
        yield from append(world, transaction, node, [Told(ALERT, 0, world.alerts, 1)], told)
        transaction.commit()
    finally:
        transaction.end()
    yield from announce(world, told)


def announce(world, told: list[FeedRange]) -> Steps:
    """Tell the bus; whoever is killed here told nobody."""
    for publication in told:
        yield
        world.bus.send(publication)
