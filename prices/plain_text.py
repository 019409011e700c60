"""Text that users type: one line, without invisible characters.

A line break would split a line in a message or a log, an escape sequence would colour a terminal,
and a mark of writing direction would make a name look like another.
"""

import unicodedata

from django.core.exceptions import ValidationError

# Control and format characters, line and paragraph separators, lone surrogates.
HIDDEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}
JOINERS = "\u200c\u200d"  # needed for Persian, Hindi and some emoji


def is_hidden(character: str) -> bool:
    """Whether a character is invisible or moves others."""
    return unicodedata.category(character) in HIDDEN and character not in JOINERS


def cleaned(text: str) -> str:
    """`text` as one line, with a space for each run of hidden characters."""
    return " ".join(
        "".join(" " if is_hidden(character) else character for character in text).split()
    )


def validate_plain(text: str) -> None:
    """Raises ValidationError if `text` has a hidden character."""
    for character in text:
        if is_hidden(character):
            name = f"U+{ord(character):04X}"
            raise ValidationError(
                f"This has a line break or an invisible character ({name}).",
                code="hidden_sign",
            )
