"""PostgreSQL: `pg_dump` at one snapshot, and `pg_restore` in one transaction.

Its programs are told by the environment where the database is, and in it the name of a private file
that has the password.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from caisoproject.backups import package, schema
from caisoproject.backups.refused import Refused

# What libpq reads from the environment, by what it is called in an address.
IN_THE_ENVIRONMENT = {
    "host": "PGHOST",
    "hostaddr": "PGHOSTADDR",
    "port": "PGPORT",
    "dbname": "PGDATABASE",
    "user": "PGUSER",
    "passfile": "PGPASSFILE",
    "service": "PGSERVICE",
    "options": "PGOPTIONS",
    "sslmode": "PGSSLMODE",
    "sslnegotiation": "PGSSLNEGOTIATION",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcrl": "PGSSLCRL",
    "ssl_min_protocol_version": "PGSSLMINPROTOCOLVERSION",
    "gssencmode": "PGGSSENCMODE",
    "channel_binding": "PGCHANNELBINDING",
    "require_auth": "PGREQUIREAUTH",
    "krbsrvname": "PGKRBSRVNAME",
    "connect_timeout": "PGCONNECT_TIMEOUT",
    "target_session_attrs": "PGTARGETSESSIONATTRS",
}
TABLE = re.compile("[a-z0-9_]+")
VERSION = re.compile(r"\) (\d+)")
ENDS_WITHIN_S = 3
TIMESCALE = "timescaledb"


def program(name: str) -> str:
    """Where `pg_dump` or `pg_restore` is. Raises Refused if it is not there, or too old."""
    folder = settings.POSTGRESQL_BIN
    found = shutil.which(name, path=folder or None)
    if found is None:
        where = f"in POSTGRESQL_BIN ({folder})" if folder else "on the PATH"
        raise Refused(
            f"There is no {name} {where}: install PostgreSQL's client programs, of version "
            f"{server_version()} or newer, and name their folder in POSTGRESQL_BIN."
        )
    said = subprocess.run([found, "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603
    version = VERSION.search(said)
    if version is None or int(version[1]) < server_version():
        raise Refused(
            f"{found} is of version {version[1] if version else 'unknown'}, the server of "
            f"{server_version()}: name the folder of newer programs in POSTGRESQL_BIN, for "
            f"example /usr/lib/postgresql/{server_version()}/bin."
        )
    return found


def server_version() -> int:
    connection.ensure_connection()
    return int(connection.connection.info.server_version) // 10_000


def has_timescale() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_extension WHERE extname = %s", [TIMESCALE])
        return bool(cursor.fetchone()[0])


@contextmanager
def snapshot() -> Iterator[str]:
    """A moment that is held: what Django reads within it is what `dump` dumps."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SELECT pg_export_snapshot()")
        yield str(cursor.fetchone()[0])


def dump(to: Path, at: str) -> None:
    """Dump the database as it is at a snapshot. Raises Refused with what pg_dump says."""
    package.private(to).close()
    order = [program("pg_dump"), "--format=custom", "--no-owner", "--no-privileges"]
    with environment() as known:
        run([*order, f"--snapshot={at}", f"--file={to}"], known)


def restore(dumped: Path, rows: Mapping[str, int], *, has_timescale: bool) -> None:
    """Replace our tables by those of a dump, with so many rows in each, all or nothing.

    Raises Refused with what is wrong; then nothing has changed.
    """
    reading = [program("pg_restore"), "--no-owner", "--no-privileges", "--file=-", str(dumped)]
    writing = [
        program("psql"),
        "--no-psqlrc",
        "--quiet",
        "--set=ON_ERROR_STOP=1",
        "--output=/dev/null",
    ]
    with environment() as known:
        psql = started(writing, known, stdin=subprocess.PIPE)
        try:
            say(psql, "BEGIN;\n" + before(has_timescale=has_timescale))
            run(reading, known, stdout=psql.stdin)
            say(psql, after(rows, has_timescale=has_timescale) + "COMMIT;\n")
        except BrokenPipeError:
            pass  # psql has ended, and says why
        except (Refused, KeyboardInterrupt):
            if not has_ended(psql):
                psql.kill()  # without a COMMIT nothing has happened
                psql.communicate()
                raise
        said = ended(psql)
    if psql.returncode:
        raise Refused(f"PostgreSQL refuses the backup: {said}. Nothing was changed.")


def say(psql: "subprocess.Popen[bytes]", text: str) -> None:
    assert psql.stdin is not None
    psql.stdin.write(text.encode())
    psql.stdin.flush()


def has_ended(process: "subprocess.Popen[bytes]") -> bool:
    """Whether it has ended by itself, or is about to: then it says why."""
    try:
        process.wait(1)
    except subprocess.TimeoutExpired:
        return False
    return True


def before(*, has_timescale: bool) -> str:
    """What comes before the dump: our tables go, and with them everything in them."""
    quoted = connection.ops.quote_name
    gone = "".join(f"DROP TABLE {quoted(name)} CASCADE;\n" for name in schema.our_tables("default"))
    if not has_timescale:
        return gone
    return f"{gone}CREATE EXTENSION IF NOT EXISTS {TIMESCALE};\nSELECT timescaledb_pre_restore();\n"


def after(rows: Mapping[str, int], *, has_timescale: bool) -> str:
    """What comes behind it. The dump leaves no schema in which tables are looked for."""
    end = "SELECT timescaledb_post_restore();\n" if has_timescale else ""
    checks = "".join(check_of(name, count) for name, count in rows.items())
    return f"{end}RESET search_path;\n\\set VERBOSITY terse\n{checks}"


def check_of(table: str, count: int) -> str:
    """What fails, and with it the transaction, unless a table has so many rows."""
    if not TABLE.fullmatch(table):
        raise Refused("The backup names a table that can be none of ours. Nothing was changed.")
    wrong = f"{table} has not as many rows as the backup says"
    return (
        f"DO $$BEGIN IF (SELECT count(*) FROM {table}) <> {int(count)} THEN "  # noqa: S608  # nosec B608
        f"RAISE EXCEPTION '{wrong}'; END IF; END$$;\n"
    )


@contextmanager
def environment() -> Iterator[dict[str, str]]:
    """The environment that leads PostgreSQL's programs to our database."""
    known = {name: str(value) for name, value in parameters().items()}
    password = known.pop("password", "")
    ours = {IN_THE_ENVIRONMENT[name]: value for name, value in known.items()}
    with TemporaryDirectory(prefix="caiso-live-") as folder:
        if password:
            file = Path(folder) / "password"
            with package.private(file) as opened:
                opened.write(f"*:*:*:*:{escaped(password)}\n".encode())
            ours["PGPASSFILE"] = str(file)
        yield {**os.environ, **ours}


def parameters() -> dict[str, Any]:
    """What Django connects with, as far as PostgreSQL's programs know it."""
    known = {*IN_THE_ENVIRONMENT, "password"}
    found = connection.get_connection_params()
    return {name: value for name, value in found.items() if name in known and value is not None}


def escaped(password: str) -> str:
    return password.replace("\\", "\\\\").replace(":", "\\:")


def run(order: list[str], known: dict[str, str], stdout: Any = subprocess.DEVNULL) -> None:
    """Run a program to its end, and end it if we are. Raises Refused with what it says."""
    process = started(order, known, stdout=stdout)
    try:
        said = ended(process)
    except KeyboardInterrupt:
        process.terminate()
        process.wait(ENDS_WITHIN_S)
        raise
    if process.returncode:
        raise Refused(f"{Path(order[0]).name} failed: {said}.")


def started(order: list[str], known: dict[str, str], **streams: Any) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(  # noqa: S603
        order, env=known, stderr=subprocess.PIPE, **{"stdin": subprocess.DEVNULL, **streams}
    )


def ended(process: "subprocess.Popen[bytes]") -> str:
    """Wait for it. Returns the last line that it says on its standard error."""
    _, said = process.communicate()
    lines = said.decode(errors="replace").strip().splitlines()
    return " ".join(lines[-3:]).rstrip(".") or f"exit code {process.returncode}"
