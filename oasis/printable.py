"""Text from outside that can be stored, printed and logged."""

import re

# PostgreSQL takes no NUL and no half of a surrogate pair, terminals act on the other controls.
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


def printable(text: str) -> str:
    r"""`text` with each character that has no place in a text written out: \x00."""
    return UNPRINTABLE.sub(lambda found: ascii(found[0])[1:-1], text)
