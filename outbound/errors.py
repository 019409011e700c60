"""Why a message did not go out. Each error holds what came back, its first 200 characters.

Pure.
"""

LONGEST_TEXT = 200


def printable(text: str) -> str:
    """One line of what can be shown, and kept: PostgreSQL takes no NUL."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


class DeliveryTrouble(Exception):
    """A message did not go out."""

    def __init__(self, text: str) -> None:
        super().__init__(printable(text)[:LONGEST_TEXT])


class Unreachable(DeliveryTrouble):
    """Nobody took it this time: try again, after `retry_after` seconds if those are said."""

    def __init__(self, text: str, retry_after: float | None = None) -> None:
        super().__init__(text)
        self.retry_after = retry_after


class Refused(DeliveryTrouble):
    """It was turned down, and would be again: give up."""


class ForbiddenTarget(Refused):
    """The address is none that we send to."""


class Gone(Refused):
    """Nobody is behind this address any more: the delivery method should be switched off."""
