"""Wiring: settings, Celery, ASGI, and the flow between the apps in `tasks.py`.

Celery's application is not imported here, as is the custom: the web process needs none of it
and is 15 MB smaller. `celery -A caisoproject` finds it in `caisoproject.celery` by itself.
"""

import sys

# Where Twisted is installed structlog loads it, which workers and beat have no other use for; and
# Rich, which comes with tools for developers: 4 MB in every process.
for unneeded in ("structlog.twisted", "rich"):
    sys.modules.setdefault(unneeded, None)  # type: ignore[arg-type]
