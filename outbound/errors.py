"""Why a message was not delivered. Errors keep the answer's first 200 characters. Pure."""

from oasis.printable import printable

LONGEST_TEXT = 200


def one_line(text: str) -> str:
    """`text` as one printable line; what can't be seen in it becomes a blank."""
    visible = "".join(sign if sign.isprintable() else " " for sign in printable(text))
    return " ".join(visible.split())


class DeliveryTrouble(Exception):
    """A message was not delivered."""

    def __init__(self, text: str) -> None:
        super().__init__(one_line(text)[:LONGEST_TEXT])


class Unreachable(DeliveryTrouble):
    """Not delivered this time: try again, after `retry_after` seconds if it said so."""

    def __init__(self, text: str, retry_after: float | None = None) -> None:
        super().__init__(text)
        self.retry_after = retry_after


class Refused(DeliveryTrouble):
    """Rejected, and would be again: give up."""


class ForbiddenTarget(Refused):
    """An address that we never send to."""


class Gone(Refused):
    """The address no longer exists: switch the delivery method off."""
