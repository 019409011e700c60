"""Takes each control of the threat table out, in a copy, and sees its test fail: `make threats`.

`python -m tests.security.take_out [WORDS]`: only the threats that have these words in them.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.security.threats import THREATS, Threat

ROOT = Path(__file__).parents[2]
FAILED = 1  # pytest's exit code for tests that failed; others are no proof


def main(words: list[str]) -> int:
    wanted = [threat for threat in THREATS if " ".join(words).lower() in threat.threat.lower()]
    with tempfile.TemporaryDirectory(prefix="caiso-live-threats-") as folder:
        copy = copied(Path(folder) / "copy")
        if passed(copy, sorted({threat.test for threat in wanted})) != 0:
            print("The tests fail with every control in its place.")
            return 1
        kept = [threat for threat in wanted if not is_red(copy, threat)]
    print(f"{len(wanted) - len(kept)} of {len(wanted)} tests failed without their control.")
    return 1 if kept else 0


def copied(copy: Path) -> Path:
    """What git knows of, changes included; modules of the page are shared."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=1200,
    )
    for name in filter(lambda name: (ROOT / name).is_file(), listed.stdout.splitlines()):
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, copy / name)
    (copy / "node_modules").symlink_to((ROOT / "node_modules").resolve())
    return copy


def is_red(copy: Path, threat: Threat) -> bool:
    """Whether the test fails without the control."""
    with without(copy, threat):
        code = passed(copy, [threat.test])
    print(f"{'red' if code == FAILED else f'NOT RED ({code})':12} {threat.threat}", flush=True)
    return code == FAILED


@contextmanager
def without(copy: Path, threat: Threat) -> Iterator[None]:
    """The copy without one control."""
    file = copy / threat.file
    text = file.read_text()
    file.write_text(text.replace(threat.was, threat.now))
    try:
        yield
    finally:
        file.write_text(text)


def passed(copy: Path, tests: list[str]) -> int:
    """pytest's exit code for these tests in the copy."""
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-x", "-n", "0" if len(tests) == 1 else "2", *tests],
        cwd=copy,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
        timeout=1200,
    ).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
