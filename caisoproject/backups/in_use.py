"""Whether a stack runs on the database that is to be replaced."""

import fcntl
import time

from django.conf import settings
from django.db import connection

from caisoproject.backups import sqlite
from caisoproject.backups.refused import Refused

# Beat has something done every two seconds.
WATCHED_S = 5.0
CONNECTED = """
SELECT coalesce(nullif(application_name, ''), 'a program'), usename,
coalesce(host(client_addr), 'this machine') FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
AND backend_type = 'client backend' LIMIT 1
"""
SESSIONS = "SELECT sessions FROM pg_stat_database WHERE datname = current_database()"


def refuse_in_use() -> None:
    """Raises Refused if anything but this command works on the database."""
    refuse_launched()
    if connection.vendor == "sqlite":
        sqlite.refuse_in_use()
    else:
        refuse_connected()


def refuse_launched() -> None:
    """Raises Refused if `make run` runs with this state."""
    lock = settings.STATE_DIR / "run.lock"
    if not lock.exists():
        return
    with lock.open("r+") as opened:
        try:
            fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as fault:
            pid = opened.read().strip()
            raise Refused(f"CAISO Live runs on it (process {pid}): stop it first.") from fault


def refuse_connected() -> None:
    """Raises Refused if anybody is connected to PostgreSQL, or comes within some seconds."""
    before = sessions()
    until = time.monotonic() + WATCHED_S
    while True:
        if other := first_row(CONNECTED):
            name, user, where = other
            raise Refused(
                f"{name} is connected to the database, as {user} from {where}: "
                "stop CAISO Live everywhere, and whatever else is connected."
            )
        if time.monotonic() > until:
            break
        time.sleep(0.5)
    if sessions() > before:
        raise Refused("Something connects to the database again and again: stop CAISO Live first.")


def sessions() -> int:
    """How many sessions there ever were: of some that were too short to be seen, too."""
    found = first_row(SESSIONS)
    return int(found[0]) if found else 0


def first_row(query: str) -> tuple[str, ...] | None:
    with connection.cursor() as cursor:
        cursor.execute(query)
        found: tuple[str, ...] | None = cursor.fetchone()
        return found
