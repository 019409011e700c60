"""Lists what others wrote of what we ship, as CycloneDX: `python -m deploy.sbom FOLDER`.

Each entry has its version, its package URL and the hashes that the lock pins.
"""

import subprocess
import sys
from pathlib import Path

from deploy.installation import npm
from deploy.paths import ROOT, VENV
from deploy.refusal import Refused

# Reproducible: without the moment and a number of its own.
PYTHON_LIST = ("requirements", "--of", "JSON", "--output-reproducible", "requirements.txt")
PAGE_LIST = ("sbom", "--omit=dev", "--sbom-format=cyclonedx", "--package-lock-only")


def main(folder: Path) -> str | int:
    folder.mkdir(parents=True, exist_ok=True)
    try:
        commands: dict[str, list[str | Path]] = {
            "sbom-python.json": [VENV / "bin" / "cyclonedx-py", *PYTHON_LIST],
            "sbom-page.json": [*npm(), *PAGE_LIST],
        }
        for name, command in commands.items():
            written = subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
            (folder / name).write_bytes(written.stdout)
            print(folder / name)
    except subprocess.CalledProcessError as failed:
        return str(failed.stderr, errors="replace")
    except Refused as refusal:
        return str(refusal)
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
