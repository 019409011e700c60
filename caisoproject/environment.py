"""Deployment values out of the environment; a wrong one stops the program with a sentence.

`make run` leaves what it chose in `var/run.json`, so that a `manage.py` typed by hand meets
the same database and the same Redis. The environment always wins over that file.
"""

import json
import os
import re
import secrets
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile
from urllib.parse import urlsplit

HOST_AND_PORT = re.compile(r"([a-z0-9.-]+|\[[0-9a-f:]+\]):[0-9]{1,5}")
TRUE, FALSE = {"1", "true", "yes", "on"}, {"0", "false", "no", "off"}


class Environment:
    """The environment over the values that the last `make run` chose."""

    def __init__(self, chosen: dict[str, str]) -> None:
        self.chosen = chosen

    def text(self, name: str, default: str) -> str:
        """The value of NAME, or of the last run, or `default`; an empty value counts as none."""
        return os.environ.get(name) or self.chosen.get(name.lower()) or default

    def flag(self, name: str, *, default: bool) -> bool:
        """NAME as yes or no."""
        value = self.text(name, str(default)).lower()
        if value not in TRUE | FALSE:
            raise SystemExit(f"{name} is {value!r}; it takes 1 or 0.")
        return value in TRUE

    def number(self, name: str, default: int, *, least: int, most: int) -> int:
        """NAME as a whole number between `least` and `most`."""
        value = self.text(name, str(default))
        if not value.isascii() or not value.isdigit() or not least <= int(value) <= most:
            raise SystemExit(
                f"{name} is {value!r}; it takes a whole number from {least} to {most}."
            )
        return int(value)

    def one_of(self, name: str, default: str, choices: tuple[str, ...]) -> str:
        """NAME as one of `choices`."""
        value = self.text(name, default)
        if value not in choices:
            raise SystemExit(f"{name} is {value!r}; it takes one of {', '.join(choices)}.")
        return value

    def items(self, name: str, default: str) -> list[str]:
        """NAME as a list, separated by commas."""
        return [item.strip() for item in self.text(name, default).split(",") if item.strip()]

    def matching(self, name: str, pattern: str, what: str) -> str:
        """NAME if the whole of it is like `pattern`; empty where it is not set."""
        value = self.text(name, "")
        if value and not re.fullmatch(pattern, value):
            raise SystemExit(f"{name} is not {what}.")
        return value

    def file(self, name: str) -> str:
        """NAME as a file that is there; empty where it is not set."""
        value = self.text(name, "")
        if value and not Path(value).is_file():
            raise SystemExit(f"{name} is {value!r}; there is no such file.")
        return value

    def hosts(self, name: str) -> list[str]:
        """NAME as a list of host:port, separated by commas."""
        found = self.items(name, "")
        for host in found:
            if not HOST_AND_PORT.fullmatch(host):
                raise SystemExit(f"{name} has {host!r}; it takes host:port, with commas between.")
        return found

    def url(self, name: str, default: str, schemes: tuple[str, ...]) -> str:
        """NAME as an address with one of `schemes`, or none where `default` is none."""
        value = self.text(name, default)
        if value and urlsplit(value).scheme not in schemes:
            raise SystemExit(
                f"{name} does not begin with one of {', '.join(s + '://' for s in schemes)}."
            )
        return value


def for_celery(redis_url: str) -> str:
    """A Redis address as Celery writes it: a Unix socket has another scheme there."""
    return redis_url.replace("unix://", "redis+socket://", 1)


def last_run(path: Path, source: str | None) -> dict[str, str]:
    """What `make run` chose, by the names of the settings in lower case; nothing before it.

    Nothing either where another `source` is wanted now: its database is another.
    """
    try:
        chosen = json.loads(path.read_text())
        if source not in (None, "", "auto", chosen.get("source")):
            return {}
        return {name: str(value) for name, value in chosen.items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, AttributeError) as fault:
        raise SystemExit(f"{path} cannot be read ({fault}); remove it and start again.") from fault


def kept_secret(path: Path, size: int = 48) -> str:
    """The secret of `size` bytes in `path`, made at the first call, readable by its owner only."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile("w", dir=path.parent) as whole:
            whole.write(secrets.token_urlsafe(size))
            whole.flush()
            # A link is there whole or not at all: of processes that start together one makes it.
            with suppress(FileExistsError):
                os.link(whole.name, path)
    return path.read_text().strip()
