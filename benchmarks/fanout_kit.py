"""The load generator, the rival and the limit: not part of the project, looked for beside it."""

import importlib.util
import resource
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.stage import DidNotWork
from deploy.paths import ROOT
from live.daphne.open_files import wanted

FOLDER = ROOT.parent / "shared" / "bench" / "fanout"
FILES = ("loadgen.c", "publisher_event.py", "apps/fastapi_app.py", "apps/raw_uvloop.py")
PACKAGES = ("fastapi", "uvicorn", "uvloop", "websockets")
PORTS = Path("/proc/sys/net/ipv4/ip_local_port_range")
SPARE_PORTS = 1_000


@dataclass(frozen=True)
class Kit:
    """The folder that was found, and the load generator compiled from it."""

    folder: Path
    load_generator: Path

    @property
    def publisher(self) -> Path:
        return self.folder / "publisher_event.py"

    @property
    def apps(self) -> Path:
        return self.folder / "apps"


def compiled(into: Path, folder: Path = FOLDER) -> Kit:
    """The kit, its load generator compiled. Raises DidNotWork with what is missing."""
    if missing := [name for name in FILES if not (folder / name).is_file()]:
        raise DidNotWork(
            f"fanout needs the load generator and the rivals in {folder}, which are not part of "
            f"this project. Missing: {', '.join(missing)}."
        )
    if missing := [name for name in PACKAGES if importlib.util.find_spec(name) is None]:
        raise DidNotWork(f"fanout needs {', '.join(missing)}: run `make setup-dev`.")
    program = into / "loadgen"
    compile_c(folder / "loadgen.c", program)
    return Kit(folder, program)


def compile_c(source: Path, program: Path) -> None:
    """Raises DidNotWork if there is no compiler, or no zlib to compile against."""
    command = ["gcc", "-O2", "-o", str(program), str(source), "-lz"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError as fault:
        raise DidNotWork("fanout needs gcc, which is not installed.") from fault
    if done.returncode:
        raise DidNotWork(f"{why_not_compiled(done.stderr)}\n{done.stderr}")


def why_not_compiled(errors: str) -> str:
    """What gcc's errors come down to."""
    if "zlib.h" in errors or "-lz" in errors:
        return "fanout needs zlib's header files (on Debian and Ubuntu the package zlib1g-dev)."
    return "gcc can't compile the load generator."


def make_room(readers: int) -> None:
    """Let this process and those it starts open a file for each reader. Raises DidNotWork."""
    files = wanted(readers)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < files:
        raise DidNotWork(
            f"fanout with {readers:,} readers needs {files:,} open files in a process; "
            f"this one may have {hard:,} (ulimit -Hn)."
        )
    if soft != resource.RLIM_INFINITY and soft < files:
        resource.setrlimit(resource.RLIMIT_NOFILE, (files, hard))
    if (ports := ports_in(PORTS.read_text().split())) < readers + SPARE_PORTS:
        raise DidNotWork(
            f"fanout with {readers:,} readers needs as many ports and {SPARE_PORTS:,} to spare; "
            f"the system hands out {ports:,} ({PORTS})."
        )


def ports_in(bounds: Iterable[str]) -> int:
    """How many ports lie between the first and the last, both included."""
    first, last = map(int, bounds)
    return last - first + 1
