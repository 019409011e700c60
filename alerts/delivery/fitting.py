"""Shortens texts to what a service takes: whole lines, and how many are left out. Pure."""

import json
from collections.abc import Callable

Size = Callable[[str], int]


def characters(text: str) -> int:
    """UTF-16 code units, as JavaScript and phones count: an emoji is two."""
    return len(text) + sum(sign > "\uffff" for sign in text)


def utf8(text: str) -> int:
    """Bytes in UTF-8."""
    return len(text.encode())


def json_ascii(text: str) -> int:
    """Bytes within JSON in ASCII."""
    return len(json.dumps(text)) - 2


def fitted(text: str, most: int, size: Size = characters) -> str:
    """`text` if it fits, else its beginning and an ellipsis, cut between words if possible."""
    if size(text) <= most:
        return text
    keep = fewest_too_many(len(text), lambda count: size(f"{text[:count]}…") > most) - 1
    beginning = text[: max(keep, 0)]
    words = beginning.rpartition(" ")[0] or beginning
    beginning = words if len(words) > len(beginning) // 2 else beginning
    return f"{beginning.rstrip()}…" if size("…") <= most else ""


def fitted_lines(lines: list[str], total: int, link: str, most: int, size: Size) -> str:
    """As many first lines as fit, one for each message, and how many of `total` are left out.

    If not even one fits, only how many there are.
    """

    def listing(count: int) -> str:
        return "\n".join([*lines[:count], *remainder(total - count, link)])

    if size(listing(len(lines))) <= most:
        return listing(len(lines))
    count = fewest_too_many(len(lines), lambda count: size(listing(count)) > most) - 1
    if count > 0:
        return listing(count)
    bare = counted(total)
    whole = f"{bare}: {link}" if link else bare
    return whole if size(whole) <= most else fitted(bare, most, size)


def counted(count: int) -> str:
    """`57 alerts`."""
    return "1 alert" if count == 1 else f"{count} alerts"


def remainder(count: int, link: str) -> list[str]:
    """How many are left out, and where to read them."""
    if count <= 0:
        return []
    return [f"and {count} more: {link}" if link else f"and {count} more"]


def fewest_too_many(most: int, too_many: Callable[[int], bool]) -> int:
    """The smallest number from 0 to `most` that is too many, `most` + 1 if none is."""
    low, high = 0, most + 1
    while low < high:
        middle = (low + high) // 2
        if middle > most or too_many(middle):
            high = middle
        else:
            low = middle + 1
    return low
