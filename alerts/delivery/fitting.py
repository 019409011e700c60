"""What a service takes of a text: whole lines of it, and how many more there are. Pure."""

import json
from collections.abc import Callable

Size = Callable[[str], int]


def characters(text: str) -> int:
    """As JavaScript and phones count: a sign beyond the usual ones is two."""
    return len(text) + sum(sign > "\uffff" for sign in text)


def utf8(text: str) -> int:
    """Bytes on the wire."""
    return len(text.encode())


def json_ascii(text: str) -> int:
    """Bytes within JSON in ASCII."""
    return len(json.dumps(text)) - 2


def fitted(text: str, most: int, size: Size = characters) -> str:
    """`text` if it fits, else its beginning and an ellipsis: cut between words where there are."""
    if size(text) <= most:
        return text
    keep = fewest_too_many(len(text), lambda count: size(f"{text[:count]}…") > most) - 1
    beginning = text[: max(keep, 0)]
    words = beginning.rpartition(" ")[0] or beginning
    beginning = words if len(words) > len(beginning) // 2 else beginning
    return f"{beginning.rstrip()}…" if size("…") <= most else ""


def fitted_lines(lines: list[str], total: int, link: str, most: int, size: Size) -> str:
    """As many of the first lines as fit, one a message, and how many more there are of `total`.

    Where not even one fits, how many there are.
    """

    def listing(count: int) -> str:
        return "\n".join([*lines[:count], *rest(total - count, link)])

    if size(listing(len(lines))) <= most:
        return listing(len(lines))
    count = fewest_too_many(len(lines), lambda count: size(listing(count)) > most) - 1
    if count > 0:
        return listing(count)
    bare = counted(total)
    whole = f"{bare}: {link}" if link else bare
    return whole if size(whole) <= most else fitted(bare, most, size)


def counted(count: int) -> str:
    """`57 alert messages`."""
    return "1 alert message" if count == 1 else f"{count} alert messages"


def rest(count: int, link: str) -> list[str]:
    """What is left out, and where it can be read."""
    if count <= 0:
        return []
    return [f"and {count} more: {link}" if link else f"and {count} more"]


def fewest_too_many(most: int, too_many: Callable[[int], bool]) -> int:
    """The least number from 0 to `most` that is too many, `most` + 1 where none is."""
    low, high = 0, most + 1
    while low < high:
        middle = (low + high) // 2
        if middle > most or too_many(middle):
            high = middle
        else:
            low = middle + 1
    return low
