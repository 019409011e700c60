"""Whether this machine's web process answers: `python -m deploy.healthy`, a container's check.

Standard library only and no Django: it runs every few seconds.
"""

import os
import sys
from http.client import HTTPConnection, HTTPException

PATIENCE_S = 4


def main() -> str | None:
    port = int(os.environ.get("PORT") or 8000)
    connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
    try:
        connection.request("GET", "/healthz", headers={"Host": "localhost"})
        status = connection.getresponse().status
    except (OSError, HTTPException) as fault:
        return f"no answer on port {port}: {fault}"
    return None if status == 200 else f"port {port} answers with {status}"


if __name__ == "__main__":
    sys.exit(main())
