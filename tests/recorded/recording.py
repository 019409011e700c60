"""What was recorded, and how what goes out now differs from it."""

import os
import re
from collections.abc import Iterator
from difflib import unified_diff
from pathlib import Path

RECORDED = Path(__file__).parent / "recorded"
MOST_LINES = 60
BEFORE_NAMES = re.compile(r'(?<=,)(?= ?")')
BETWEEN_OBJECTS = re.compile(r"(?<=\},)(?= ?\{)")

Texts = dict[str, str]


def in_lines(json_text: str) -> str:
    """JSON that we wrote, byte for byte, with an end of line between the objects of a list.

    There is no other end of line in it: whoever takes these out has the bytes again.
    """
    return BETWEEN_OBJECTS.sub("\n", json_text)


def is_recording() -> bool:
    """Whether what goes out now is to be recorded, instead of compared."""
    return os.environ.get("RECORD") == "1"


def write(folder: str, texts: Texts) -> None:
    """Put these in the place of what was recorded."""
    place = RECORDED / folder
    place.mkdir(parents=True, exist_ok=True)
    for name in set(recorded(folder)) - set(texts):
        (place / name).unlink()
    for name, text in texts.items():
        (place / name).write_bytes(text.encode())


def recorded(folder: str) -> Texts:
    """What was recorded, by the names of the files."""
    return {path.name: path.read_bytes().decode() for path in (RECORDED / folder).iterdir()}


def differences(folder: str, texts: Texts) -> Iterator[str]:
    """A readable difference for each file that has one."""
    held = recorded(folder)
    for name in sorted(held.keys() | texts.keys()):
        was, now = held.get(name, ""), texts.get(name, "")
        if was != now:
            yield difference(f"{RECORDED.name}/{folder}/{name}", was, now)


def difference(path: str, was: str, now: str) -> str:
    """A unified diff, or the first lines of one; what is long is compared field by field."""
    old, new = (BEFORE_NAMES.sub("\n", text).split("\n") for text in (was, now))
    found = list(unified_diff(old, new, path, f"{path}, as it goes out now", n=2, lineterm=""))
    found = found or [f"{path} differs by ends of lines alone."]
    more = [f"... and {len(found) - MOST_LINES} lines more"] if len(found) > MOST_LINES else []
    return "\n".join(found[:MOST_LINES] + more)
