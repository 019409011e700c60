"""Deployment values from the environment; a wrong one stops the program with a sentence.

`make run` writes what it chose to `var/run.json`, so that a `manage.py` typed by hand uses the
same database and the same Redis. The environment takes precedence over that file.
"""

import json
import os
import re
import secrets
import time
from collections.abc import MutableMapping
from contextlib import suppress
from email.utils import parseaddr
from ipaddress import ip_address, ip_network
from pathlib import Path
from tempfile import NamedTemporaryFile
from urllib.parse import urlsplit

from caisoproject.secret_files import value_of
from prices.redis_address import ENCODE, Unreadable, split

HOST = re.compile(r"(?i:[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?\.?|\[[0-9a-f:.]+\])")
ORIGIN = re.compile(r"https?://(\*\.)?([a-z0-9_.-]+|\[[0-9a-f:.]+\])(:[0-9]{1,5})?")
MAILBOX = re.compile(r"[^\s@<>,;:\"()]+@[^\s@<>,;:\"()]+")
SECRET_SECONDS = 2.0
HOST_AND_PORT = re.compile(r"([a-z0-9.-]+|\[[0-9a-f:]+\]):[0-9]{1,5}")
TRUE, FALSE = {"1", "true", "yes", "on"}, {"0", "false", "no", "off"}


class Environment:
    """The environment, and behind it the values that the last `make run` chose."""

    def __init__(self, chosen: dict[str, str]) -> None:
        self.chosen = {name.upper(): value for name, value in chosen.items()}

    def text(self, name: str, default: str) -> str:
        """The value of NAME, or of the last run, or `default`; an empty value counts as none.

        Any value may be in a file that NAME_FILE names instead.
        """
        return value_of(name, os.environ) or value_of(name, self.chosen) or default

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

    def some_of(self, name: str, choices: tuple[str, ...]) -> list[str]:
        """The named choices, separated by commas; none if there are none."""
        found = self.items(name, "")
        for one in found:
            if one not in choices:
                raise SystemExit(f"{name} takes some of {', '.join(choices)}; {one!r} is none.")
        return found

    def matching(self, name: str, pattern: str, what: str) -> str:
        """NAME, which must match `pattern` as a whole; empty where it is not set."""
        value = self.text(name, "")
        if value and not re.fullmatch(pattern, value):
            raise SystemExit(f"{name} is not {what}.")
        return value

    def file(self, name: str) -> str:
        """NAME as the path of an existing file; empty where it is not set."""
        value = self.text(name, "")
        if value and not Path(value).is_file():
            raise SystemExit(f"{name} is {value!r}; there is no such file.")
        return value

    def folder(self, name: str) -> str:
        """NAME as the path of an existing folder; empty where it is not set."""
        value = self.text(name, "")
        if value and not Path(value).is_dir():
            raise SystemExit(f"{name} is {value!r}; there is no such folder.")
        return value

    def hosts(self, name: str) -> list[str]:
        """NAME as a list of host:port, separated by commas."""
        found = self.items(name, "")
        for host in found:
            if not HOST_AND_PORT.fullmatch(host):
                raise SystemExit(f"{name} has {host!r}; it takes host:port, with commas between.")
        return found

    def networks(self, name: str) -> list[str]:
        """NAME as a list of addresses and networks, and `unix` for whoever comes over a socket."""
        found = self.items(name, "")
        for network in found:
            if network != "unix" and not is_network(network):
                raise SystemExit(
                    f"{name} has {network!r}; it takes addresses, networks that end in zeros, and "
                    "unix, with commas between: 10.0.0.7,192.0.2.0/24,2001:db8::/64."
                )
        return found

    def names(self, name: str, default: str) -> list[str]:
        """NAME as a list of host names as Django takes them; one may begin with a dot, or be *."""
        found = self.items(name, default)
        for host in found:
            if host != "*" and not HOST.fullmatch(host.removeprefix(".")):
                raise SystemExit(
                    f"{name} has {host!r}; it takes names without http:// and without a port, with "
                    "commas between: prices.example.com, .example.com for all below it, [::1]."
                )
        return found

    def origins(self, name: str, *, exact: bool = False) -> list[str]:
        """NAME as a list of whole origins, as browsers write them; `*.` only if not `exact`."""
        found = [origin.rstrip("/") for origin in self.items(name, "")]
        for origin in found:
            if not ORIGIN.fullmatch(origin) or (exact and "*" in origin):
                raise SystemExit(
                    f"{name} has {origin!r}; it takes whole origins in lower case, with commas "
                    "between: https://prices.example.com."
                )
        return found

    def host(self, name: str) -> str:
        """NAME as one host; empty where it is not set."""
        value = self.text(name, "")
        if value and not HOST.fullmatch(value) and not is_address(value):
            raise SystemExit(
                f"{name} is no host name; it takes one without smtp://, port, user or password: "
                "those have settings of their own."
            )
        return value

    def sender(self, name: str, default: str) -> str:
        """NAME as the sender of e-mail: one line with one address."""
        value = self.text(name, default)
        if not value.isprintable() or not MAILBOX.fullmatch(parseaddr(value)[1]):
            raise SystemExit(f"{name} is {value!r}; it takes one line: Prices <desk@example.com>.")
        return value

    def proxy(self, name: str) -> str:
        """NAME as the address of an HTTP proxy with its port; empty where it is not set."""
        value = self.url(name, "", ("http",)).rstrip("/")
        if value and (urlsplit(value).port is None or urlsplit(value).path):
            raise SystemExit(f"{name} takes http://, a host and a port: http://proxy.example:3128.")
        return value

    def url(self, name: str, default: str, schemes: tuple[str, ...]) -> str:
        """NAME as a URL with one of `schemes`; may be empty if `default` is.

        An error says what is wrong, but never repeats the URL: it may contain a password.
        """
        value = self.text(name, default)
        if not value:
            return value
        if value.partition("://")[0] not in schemes:
            raise SystemExit(
                f"{name} does not begin with one of {', '.join(s + '://' for s in schemes)}."
            )
        if trouble := misread(value):
            raise SystemExit(f"{name} {trouble}")
        return value


def misread(url: str) -> str | None:
    """Why programs would misread the URL, as the second half of a sentence."""
    try:
        parts = split(url, has_server=not url.startswith("sqlite:"))
        parts.port  # noqa: B018 (raises where it is none)
    except Unreadable as fault:
        return str(fault)
    except ValueError:
        return f"can't be read: {ENCODE}"
    if parts.scheme in ("http", "https") and (not parts.hostname or parts.query or "?" in url):
        return "takes a host, and no question mark behind it."
    return None


def take_proxies(environ: MutableMapping[str, str]) -> None:
    """Proxies that are named in files, to where every library looks for them."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        if environ.get(f"{name}_FILE"):
            environ[name] = value_of(name, environ)
            del environ[f"{name}_FILE"]


def is_address(text: str) -> bool:
    try:
        return bool(ip_address(text))
    except ValueError:
        return False


def is_network(text: str) -> bool:
    """Whether this is an address or a network, but not all there are."""
    try:
        return ip_network(text).prefixlen > 0
    except ValueError:
        return False


def last_run(path: Path, source: str | None) -> dict[str, str]:
    """What the last `make run` chose, by the settings' names in lower case.

    Empty before the first run, and if another `source` is wanted now: it has another database.
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
    """The secret of `size` bytes in `path`, made on the first call, readable by its owner only."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile("w", dir=path.parent) as whole:
            whole.write(secrets.token_urlsafe(size))
            whole.flush()
            # Linking is atomic: of processes that start together, one succeeds.
            try:
                os.link(whole.name, path)
            except FileExistsError:
                pass
            except OSError:  # a file system without links
                write_once(path, Path(whole.name).read_text())
    return read_secret(path)


def write_once(path: Path, secret: str) -> None:
    """Write the secret unless another process does so already."""
    with (
        suppress(FileExistsError),
        os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file,
    ):
        file.write(f"{secret}\n")


def read_secret(path: Path) -> str:
    """Read the secret, waiting up to 2 s while another process writes it."""
    give_up_at = time.monotonic() + SECRET_SECONDS
    while not (secret := path.read_text().strip()):
        if time.monotonic() > give_up_at:
            raise SystemExit(f"{path} is empty; remove it and start again.")
        time.sleep(0.01)
    return secret
