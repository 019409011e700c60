"""How many connections fit into the files that a process may open. Pure."""

from typing import NamedTuple

# Files of our own: databases of requests under way, Redis, logs, the listening socket.
OURS = 224
# Connections that don't follow the feed: web pages, API requests.
PASSING = 100


class Room(NamedTuple):
    """How many connections there may be in total, and how many of them may follow the feed."""

    connections: int
    readers: int


def wanted(readers: int) -> int:
    """How many files this many readers need."""
    return OURS + PASSING + readers


def room(files: int, readers: int) -> Room:
    """What fits into so many files: `readers` readers, or fewer."""
    connections = max(min(files - OURS, PASSING + readers), 2)
    return Room(connections, max(min(readers, connections - PASSING), 1))
