"""Beat as a process: `python -m caisoproject.beat_program`.

Celery's own command would bring its shell and all its other commands along: 8 MB.
"""

from caisoproject.beat import app

if __name__ == "__main__":
    app.Beat(quiet=True, loglevel="WARNING").run()
