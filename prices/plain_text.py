"""Text that somebody typed: one line of signs that can be seen, in the order in which they stand.

A line break makes two lines of one in a message or a log, an escape colours a terminal, and a mark
of writing direction shows a name other than it is.
"""

import unicodedata

from django.core.exceptions import ValidationError

# Control characters, line and paragraph ends, lone surrogates, and what formats without being seen.
HIDDEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}
JOINERS = "\u200c\u200d"  # Persian and Hindi are spelt with them, and so are families of emoji


def is_hidden(sign: str) -> bool:
    """Whether a sign can't be seen, or moves others."""
    return unicodedata.category(sign) in HIDDEN and sign not in JOINERS


def cleaned(text: str) -> str:
    """`text` as one line, blanks for what is hidden."""
    return " ".join("".join(" " if is_hidden(sign) else sign for sign in text).split())


def validate_plain(text: str) -> None:
    """Raises ValidationError where anything is hidden in the text."""
    for sign in text:
        if is_hidden(sign):
            name = f"U+{ord(sign):04X}"
            raise ValidationError(
                f"There is a line break or a sign in it that can't be seen ({name}).",
                code="hidden_sign",
            )
