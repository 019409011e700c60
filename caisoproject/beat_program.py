"""Beat as a process: `python -m caisoproject.beat_program`.

Celery's own command would load its shell and all other commands too: 8 MB.
"""

from caisoproject.beat import app

if __name__ == "__main__":
    app.Beat(quiet=True, loglevel="WARNING").run()
