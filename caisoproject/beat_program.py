"""Beat as a process: `python -m caisoproject.beat_program`.

Celery's own command would load its shell and all other commands too: 8 MB.
"""

import sys

# Celery takes it along wherever it is installed: our messages are JSON.
sys.modules.setdefault("yaml", None)  # type: ignore[arg-type]

from caisoproject.beat import app  # noqa: E402

if __name__ == "__main__":
    app.Beat(quiet=True, loglevel="WARNING").run()
