"""How many connections fit into the number of files a process may open. Pure."""

from typing import NamedTuple

# Databases of the requests under way, Redis, logs, the listening socket.
OURS = 224
# Connections that are no live readers: pages, answers, those that come and go.
PASSING = 100


class Room(NamedTuple):
    """Connections in all, and how many of them may be live readers."""

    connections: int
    readers: int


def wanted(readers: int) -> int:
    """The files that so many live readers need."""
    return OURS + PASSING + readers


def room(files: int, readers: int) -> Room:
    """What fits: as many readers as wanted, or fewer."""
    connections = max(min(files - OURS, PASSING + readers), 2)
    return Room(connections, max(min(readers, connections - PASSING), 1))
