"""SOURCE=auto: OASIS where it answers, else the simulator, and which of them is said."""

import subprocess
from collections.abc import Mapping
from urllib.parse import urlsplit

from deploy.paths import PYTHON, ROOT
from deploy.plan import OASIS_URL
from deploy.refusal import Refused

PATIENCE_S = 4


def settle(source: str, environ: Mapping[str, str]) -> tuple[str, Mapping[str, str]]:
    """The source to run, and the environment without an OASIS_URL that gives no prices.

    That OASIS was asked stands in it too: the poller's first request must not come too soon.
    """
    if source != "auto":
        return source, environ
    url = environ.get("OASIS_URL") or OASIS_URL
    problem = why_unreachable(url)
    if problem is None:
        print(f"SOURCE=auto: {urlsplit(url).netloc} answers, so prices are live.", flush=True)
        return "live", {**environ, "OASIS_ASKED": "1"}
    if environ.get("DATABASE_URL"):
        raise Refused(
            f"{urlsplit(url).netloc} gives no prices ({problem}), and simulated prices don't "
            "belong into the database of DATABASE_URL: choose SOURCE=live or SOURCE=simulator."
        )
    print(
        f"SOURCE=auto: {urlsplit(url).netloc} gives no prices ({problem}), "
        "so prices come from the simulator.",
        flush=True,
    )
    return "simulator", {name: value for name, value in environ.items() if name != "OASIS_URL"}


def why_unreachable(url: str) -> str | None:
    """Asks in a process of its own: a name look-up that hangs can't be ended otherwise."""
    try:
        asked = subprocess.run(
            [PYTHON, "-m", "deploy.reach", url],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
            timeout=PATIENCE_S + 1,
        )
    except subprocess.TimeoutExpired:
        return f"no answer within {PATIENCE_S} s"
    return asked.stdout.strip() or None
