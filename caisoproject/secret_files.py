"""A setting's value from the environment, or from the file that `NAME_FILE` names.

Secrets of Docker, Kubernetes and systemd are files. The launcher and the analyst read here too:
nothing is imported.
"""

from collections.abc import Mapping

MOST_CHARACTERS = 64 * 1024


def value_of(name: str, environ: Mapping[str, str]) -> str:
    """The value of NAME, or what the file of NAME_FILE holds; empty where neither is set.

    Ends the program with a sentence if both are set, or if the file holds nothing.
    """
    value, path = environ.get(name, ""), environ.get(f"{name}_FILE", "")
    if value and path:
        raise SystemExit(f"{name} and {name}_FILE are both set: leave one of them out.")
    return read(path, f"{name}_FILE") if path else value


def read(path: str, name: str) -> str:
    """What a file holds, without the line break at its end; never repeated in an error."""
    try:
        with open(path, encoding="utf-8") as file:
            held = file.read(MOST_CHARACTERS + 1).rstrip("\r\n")
    except OSError as fault:
        raise SystemExit(f"{name} names {path}, which can't be read: {fault.strerror}.") from None
    except ValueError:
        raise SystemExit(f"{name} names {path}, which holds no text.") from None
    if not held or len(held) > MOST_CHARACTERS:
        raise SystemExit(f"{name} names {path}, which is {'too long' if held else 'empty'}.")
    return held
