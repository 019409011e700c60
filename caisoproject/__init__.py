"""Wiring: settings, Celery, ASGI, and the flow between the apps in `tasks.py`.

Celery's application is not imported here, as is the custom: the web process needs none of it
and is 15 MB smaller. `celery -A caisoproject` finds it in `caisoproject.celery` by itself.
"""

import sys

# What packages take along wherever it is installed, and nothing here uses: structlog its ties to
# Twisted, and Rich; redis-py OpenTelemetry's counters (traces need none); requests a second guess
# at encodings. Up to 6 MB in a process.
for unneeded in ("structlog.twisted", "rich", "opentelemetry.sdk.metrics", "chardet"):
    sys.modules.setdefault(unneeded, None)  # type: ignore[arg-type]
