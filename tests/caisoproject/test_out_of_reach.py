"""Commands before there is a database, and without Redis: a sentence, not a traceback."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.paths import ROOT
from tests.prepared import Prepared

pytestmark = pytest.mark.process


def said(var_dir: Path, *words: str, **settings: str) -> str:
    """What a command that fails says."""
    command = subprocess.run(
        [sys.executable, *words],
        cwd=ROOT,
        env={**os.environ, "VAR_DIR": str(var_dir), "SOURCE": "simulator", **settings},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert command.returncode == 1
    return command.stderr


NO_DATABASE = "There is no database yet: run make run or manage.py migrate first."
# One process for all of them: to start takes longer than to find no database.
ONE_AFTER_ANOTHER = """
import os
import sys
from pathlib import Path

from django.db import connections

import manage

for words in sys.argv[1:]:
    try:
        sys.argv = ["manage.py", *words.split()]
        manage.main()
    except SystemExit as end:
        print(end.code, file=sys.stderr)
    else:
        print(words, "went through", file=sys.stderr)
    connections.close_all()
    for file in Path(os.environ["VAR_DIR"]).rglob("db.sqlite3*"):
        file.unlink()  # the next one finds none either
sys.exit(1)
"""


def test_a_command_before_the_first_run_says_what_to_run_first(tmp_path: Path) -> None:
    assert said(tmp_path, "manage.py", "gaps").splitlines()[-1] == NO_DATABASE


def test_every_other_command_before_the_first_run_says_so_too(tmp_path: Path) -> None:
    commands = [
        "backfill --market DAM --start 2026-11-01 --end 2026-11-02",
        "rebuild_redis",
        "first_admin",
        "check_source",
    ]
    lines = said(tmp_path, "-c", ONE_AFTER_ANOTHER, *commands).splitlines()
    ends = [line for line in lines if line == NO_DATABASE or line.endswith("went through")]
    assert ends == [NO_DATABASE] * len(commands)


def test_a_database_of_an_older_program_is_told_from_none(tmp_path: Path) -> None:
    migrate = [sys.executable, "manage.py", "migrate", "-v0", "prices", "0001"]
    environ = {**os.environ, "VAR_DIR": str(tmp_path), "SOURCE": "simulator"}
    subprocess.run(migrate, cwd=ROOT, env=environ, check=True, timeout=120)
    assert said(tmp_path, "manage.py", "first_admin") == (
        "The database is older than this program: run make run or manage.py migrate first.\n"
    )


@pytest.mark.parametrize("words", [("manage.py", "gaps"), ("-m", "deploy.prepare")])
def test_a_database_out_of_reach_is_one_line_without_its_password(
    tmp_path: Path, words: tuple[str, ...]
) -> None:
    url = "postgres://me:hunter2@127.0.0.1:1/caiso"
    sentence = said(tmp_path, *words, DATABASE_URL=url)
    assert sentence.startswith("The database can't be used: connection failed")
    assert sentence.count("\n") == 1
    assert "hunter2" not in sentence


def test_a_redis_out_of_reach_is_one_line(tmp_path: Path, prepared: Prepared) -> None:
    prepared.give_database(tmp_path)
    sentence = said(tmp_path, "manage.py", "rebuild_redis", REDIS_URL="redis://127.0.0.1:1/0")
    assert "Redis can't be reached: Error 111 connecting to 127.0.0.1:1" in sentence
    assert sentence.count("\n") == 1
