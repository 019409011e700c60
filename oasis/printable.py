"""Text from outside that can be stored, printed and logged."""

import re

# PostgreSQL stores neither NUL nor lone surrogates; terminals obey the other control characters.
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


def printable(text: str) -> str:
    r"""`text` with control characters and lone surrogates written as escapes, such as \x00."""
    return UNPRINTABLE.sub(lambda found: ascii(found[0])[1:-1], text)
