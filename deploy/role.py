"""One process of the stack by itself: `python -m deploy.role web`, for systemd and containers.

It becomes the Procfile's command of that name, so that units and images repeat no command, and
signals reach the process itself. What `make run` would set, it sets too.
"""

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from deploy import plan, processes, redis_users
from deploy.paths import ROOT
from deploy.refusal import Refused


def main(arguments: Sequence[str]) -> str:
    """Does not return, unless there is no such process."""
    try:
        line = line_of(arguments)
        environ = redis_users.environment(arguments[0], environment(os.environ))
    except Refused as refusal:
        return str(refusal)
    os.chdir(ROOT)
    os.execve("/bin/sh", ["/bin/sh", "-c", f"exec {line}"], environ)


def line_of(arguments: Sequence[str]) -> str:
    """The command of the process that is named. Raises Refused."""
    commands = processes.of_procfile(ROOT / "Procfile", {})
    lines = {command.name: command.line for command in commands}
    if len(arguments) != 1 or arguments[0] not in lines:
        raise Refused(f"Name one of {', '.join(lines)}: python -m deploy.role web.")
    return lines[arguments[0]]


def environment(environ: Mapping[str, str]) -> dict[str, str]:
    """What the process gets: this Python first, and the port and address that were asked for."""
    python = str(Path(sys.executable).parent)
    return {
        **plan.TUNED,
        **environ,
        "PATH": f"{python}{os.pathsep}{environ.get('PATH', os.defpath)}",
        "PORT": str(plan.wanted_port(environ)),
        "WEB_INTERFACE": plan.interface(plan.wanted_bind(environ)),
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
