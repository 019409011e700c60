"""Several web processes, which accept from one socket that the launcher opens and keeps.

So nothing that waits to be accepted is lost when one of them dies, and nobody else gets the port.
"""

import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from deploy.plan import Plan
from deploy.ports import Port
from deploy.processes import Command


@contextmanager
def shared_socket(chosen: Plan) -> Iterator[socket.socket | None]:
    """The socket of several web processes; a single one opens its own."""
    if chosen.web_processes == 1:
        yield None
        return
    with Port(chosen.bind, chosen.port, "").opened() as listener:
        yield listener


def with_all_webs(
    commands: Sequence[Command], number: int, listener: socket.socket | None
) -> list[Command]:
    """The Procfile's commands, with `web.1`, `web.2` and so on for `web` if there are several."""
    if listener is None:
        return list(commands)
    webs = [command for command in commands if command.name == "web"]
    others = [command for command in commands if command.name != "web"]
    each = range(1, number + 1)
    return [sharing(web, f"web.{one}", listener) for web in webs for one in each] + others


def sharing(web: Command, name: str, listener: socket.socket) -> Command:
    """The command under another name, with the socket."""
    passed = listener.fileno()
    environ = {**web.environ, "WEB_SOCKET": str(passed)}
    return replace(web, name=name, environ=environ, passed=(passed,))
