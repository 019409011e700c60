"""Chooses the source for SOURCE=auto: OASIS if it answers, else the simulator."""

import subprocess
from collections.abc import Mapping
from urllib.parse import urlsplit

from caisoproject.secret_files import value_of
from deploy.paths import PYTHON, ROOT
from deploy.plan import OASIS_URL
from deploy.refusal import Refused

PATIENCE_S = 4


def choose(source: str, environ: Mapping[str, str]) -> tuple[str, Mapping[str, str]]:
    """The source, and the environment: without an OASIS_URL that gives no prices.

    OASIS_ASKED says that OASIS was asked just now: the poller's first request must not come too
    soon after that. Raises Refused.
    """
    if source != "auto":
        return source, environ
    url = environ.get("OASIS_URL") or OASIS_URL
    problem = why_unreachable(url)
    if problem is None:
        print(f"SOURCE=auto: {urlsplit(url).netloc} answers, so prices are live.", flush=True)
        return "live", {**environ, "OASIS_ASKED": "1"}
    if value_of("DATABASE_URL", environ):
        raise Refused(
            f"{urlsplit(url).netloc} gives no prices ({problem}), and simulated prices don't "
            "belong in the database of DATABASE_URL: choose SOURCE=live or SOURCE=simulator."
        )
    print(
        f"SOURCE=auto: {urlsplit(url).netloc} gives no prices ({problem}), "
        "so prices come from the simulator.",
        flush=True,
    )
    return "simulator", {name: value for name, value in environ.items() if name != "OASIS_URL"}


def why_unreachable(url: str) -> str | None:
    """As `deploy.reach`, in a process of its own: a hanging name look-up can't be ended."""
    try:
        asked = subprocess.run(
            [PYTHON, "-m", "deploy.reach"],
            input=url,  # not on the command line, which everybody on the machine may read
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
            timeout=PATIENCE_S + 1,
        )
    except subprocess.TimeoutExpired:
        return f"no answer within {PATIENCE_S} s"
    return asked.stdout.strip() or None
