"""Whether the name of a node looks mistyped, compared with the names that are known. Pure."""

from collections.abc import Collection
from difflib import get_close_matches

# From fewer known names nothing follows about another one.
MIN_NAMES = 40
# CAISO has some 16,000 nodes. 2,300 of them are aggregated, and there are lists of only those.
ALL_NODES = 10_000
MOST_SIMILAR, MIN_SIMILARITY = 3, 0.8


def typo_warning(name: str, known: Collection[str]) -> str:
    """A warning if `name` looks mistyped, else an empty text.

    If all names are known, any other name is suspect; if only some are, one that is similar.
    """
    if name in known or len(known) < MIN_NAMES:
        return ""
    similar = get_close_matches(name, known, MOST_SIMILAR, MIN_SIMILARITY)
    if not similar and len(known) < ALL_NODES:
        return ""
    meant = " or ".join(", ".join(similar).rsplit(", ", 1))
    question = f" Did you mean {meant}?" if similar else ""
    return f"This is not one of the {len(known):,} names of nodes that are known here.{question}"
