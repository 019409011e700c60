"""Whether a name of a node looks mistyped: by the names that OASIS is known to have. Pure."""

from collections.abc import Collection
from difflib import get_close_matches

# Fewer names are no list: they say nothing about a name that is not among them.
FEWEST = 40
# CAISO has some 16,000 nodes; 2,300 of them are aggregated, and come as a list of their own.
ALL_NODES = 10_000
MOST_NEAR, LIKENESS = 3, 0.8


def doubt(name: str, known: Collection[str]) -> str:
    """Why `name` should be looked at again; nothing where it is known, or too little is.

    From part of the nodes' names only a near one says anything, from all of them its absence does.
    """
    if name in known or len(known) < FEWEST:
        return ""
    near = get_close_matches(name, known, MOST_NEAR, LIKENESS)
    if not near and len(known) < ALL_NODES:
        return ""
    meant = " or ".join(", ".join(near).rsplit(", ", 1))
    asked = f" Did you mean {meant}?" if near else ""
    return f"This is none of the {len(known):,} names of nodes that are known here.{asked}"
