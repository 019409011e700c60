"""Runs a tool that npm installed: `python -m deploy.npm_tool biome check`.

It uses the machine's Node.js or, if there is none, the one from a wheel that also has npm.
"""

import subprocess
import sys

from deploy.installation import node
from deploy.paths import ROOT
from deploy.refusal import Refused


def main(tool: str, *arguments: str) -> str | int:
    script = ROOT / "node_modules" / ".bin" / tool
    if not script.exists():
        return f"{tool} is not installed: make setup-dev."
    try:
        return subprocess.run([*node(), script, *arguments], cwd=ROOT, check=False).returncode
    except Refused as refusal:
        return str(refusal)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
