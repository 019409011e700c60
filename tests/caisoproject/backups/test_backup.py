"""A backup is of one moment, private, whole or not there, and says what is in it."""

import json
import os
import sqlite3
import threading
import zipfile
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.core.management import CommandError, call_command
from pytest_django import Settings

from caisoproject.backups import folder, package, sqlite
from tests.caisoproject.backups.places import Place
from tests.stack.running import join, wait_until

# Names that make the database large, and pairs that may come before its copying begins.
MANY = 50_000


def made(place: Place, to: Path, **options: Any) -> Path:
    """The one backup that a command leaves."""
    place.does("backup", to, **options)
    [path] = to.iterdir()
    return path


def parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def test_a_backup_is_one_private_file_that_says_what_is_in_it(old: Place, tmp_path: Path) -> None:
    path = made(old, tmp_path / "kept")
    assert path.stat().st_mode & 0o777 == 0o600
    found = parts(path)
    assert set(found) == {"manifest.json", "settings.json", "database.sqlite3"}
    manifest = json.loads(found["manifest.json"])
    assert (manifest["engine"], manifest["source"]) == ("sqlite", "simulator")
    assert manifest["rows"]["prices_price"] == 2
    assert manifest["rows"]["prices_pricerevision"] == manifest["rows"]["alerts_delivery"] == 1
    assert "0001_initial" in manifest["migrations"]["prices"]
    assert set(manifest["parts"]) == set(found) - {"manifest.json"}


def test_the_command_says_where_it_is_and_how_much(old: Place, tmp_path: Path) -> None:
    said = old.does("backup", tmp_path / "kept")
    assert str(tmp_path / "kept" / "caiso-live-simulator-") in said
    assert " rows, " in said


def test_what_people_typed_is_readable_and_nodes_have_their_names(
    old: Place, tmp_path: Path
) -> None:
    with old.used():
        desk = Group.objects.create(name="desk")
        User.objects.create_user("ann", "ann@example.org", "secret word").groups.add(desk)
    typed = json.loads(parts(made(old, tmp_path / "kept"))["settings.json"])
    [dear] = [rule for rule in typed["alerts.Rule"] if rule["name"] == "dear"]
    assert (dear["node"], dear["limit"]) == ("DLAP_PGAE-APND", "77.00000")
    assert dear["methods"] == [typed["alerts.Method"][0]["id"]]
    assert {"judged_seq", "judges_from", "beyond"}.isdisjoint(dear)
    assert typed["auth.User"][0]["groups"] == [["desk"]]
    assert [battery["name"] for battery in typed["battery.Battery"]][-1] == "Big"


def test_secrets_of_the_state_folder_are_in_it_only_if_that_is_said(
    old: Place, tmp_path: Path, settings: Settings
) -> None:
    (old.folder / "feed_token").write_text("a token")
    settings.FEED_TOKEN = "a token"
    assert not any("secrets" in name for name in parts(made(old, tmp_path / "without")))
    assert (
        parts(made(old, tmp_path / "with", with_secrets=True))["secrets/feed_token"] == b"a token"
    )


def test_a_secret_that_the_environment_replaces_is_not_in_it(
    old: Place, tmp_path: Path, settings: Settings
) -> None:
    (old.folder / "feed_token").write_text("of the first setup")
    (old.folder / "battery_token").write_text("a token")
    settings.FEED_TOKEN, settings.BATTERY_TOKEN = "of the environment", "a token"
    found = parts(made(old, tmp_path / "with", with_secrets=True))
    assert [name for name in found if "secrets" in name] == ["secrets/battery_token"]


class Writer(threading.Thread):
    """Writes two rows in each transaction, all the time, and waits for nobody."""

    def __init__(self, database: Path) -> None:
        super().__init__(daemon=True)
        self.database, self.over, self.fault = database, threading.Event(), None
        self.written = 0

    def run(self) -> None:
        with closing(sqlite3.connect(self.database, timeout=0, isolation_level=None)) as opened:
            while not self.over.is_set():
                try:
                    opened.execute("BEGIN IMMEDIATE")
                    for number in (0, 1):
                        name = f"{self.written}-{number}-{'x' * 40}"
                        opened.execute("INSERT INTO prices_knownname VALUES (?)", [name])
                    opened.execute("COMMIT")
                except sqlite3.Error as fault:
                    self.fault = fault
                    return
                self.written += 1


def noted(
    monkeypatch: pytest.MonkeyPatch, module: Any, name: str, note: Callable[[], object]
) -> None:
    """Something is called as ever, and noted before."""
    called = getattr(module, name)

    def calls(*given: object) -> Any:
        note()
        return called(*given)

    monkeypatch.setattr(module, name, calls)


def test_it_is_of_one_moment_while_others_write_and_wait_for_nothing(
    old: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "PAGES_A_STEP", 5)  # many steps, and much is written between them
    with closing(sqlite3.connect(old.database)) as opened, opened:
        names = ([f"{number}{'x' * 80}"] for number in range(MANY))
        opened.executemany("INSERT INTO prices_knownname VALUES (?)", names)
    writer, written = Writer(old.database), []

    def note() -> None:
        """How much is written by now; then somebody writes twice more."""
        written.append(writer.written)
        wait_until(lambda: writer.fault or writer.written > written[-1] + 1, 20, "rows")

    steps = (sqlite.package, "private"), (sqlite, "copy_what_is_read"), (sqlite, "make_one_file")
    for module, name in steps:
        noted(monkeypatch, module, name, note)
    writer.start()
    try:
        path = made(old, tmp_path / "kept")
    finally:
        writer.over.set()
        join(writer)
    assert writer.fault is None
    manifest = json.loads(parts(path)["manifest.json"])
    in_it = manifest["rows"]["prices_knownname"]
    assert in_it % 2 == 0
    # Of a moment before copying began, one that was not counted yet in it: what is written
    # meanwhile does not begin it anew.
    before, began, ended = written[-3:]
    assert before <= (in_it - MANY) / 2 <= began + 1 < ended


def test_old_backups_of_the_same_source_go_and_nothing_else(old: Place, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.mkdir()
    earlier = [
        folder.file_name("simulator", at=datetime(2026, 7, day, tzinfo=UTC)) for day in range(1, 6)
    ]
    others = [folder.file_name("live", at=datetime(2026, 7, 1, tzinfo=UTC)), "notes.txt"]
    for name in earlier + others:
        (kept / name).touch()
    said = old.does("backup", kept, keep=3)
    left = {path.name for path in kept.iterdir()}
    assert left > {*earlier[3:], *others}
    assert len(left) == 5
    assert earlier[0] in said


@pytest.mark.parametrize("keep", ["0", "-1", "many"])
def test_keeping_none_is_refused(keep: str, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="not a whole number from 1 on"):
        call_command("backup", str(tmp_path), f"--keep={keep}")


@pytest.mark.parametrize("fault", [KeyboardInterrupt, OSError(28, "No space left on device")])
def test_what_is_stopped_or_has_no_room_leaves_nothing(
    fault: Any, old: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise fault

    monkeypatch.setattr(package.Writing, "finish", broken)
    with pytest.raises(CommandError, match=r"[Nn]o backup was made"):
        old.does("backup", tmp_path / "kept")
    assert list((tmp_path / "kept").iterdir()) == []


def test_what_a_killed_backup_left_is_removed_by_a_later_one(old: Place, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    left, young = kept / f"{folder.UNFINISHED}old", kept / f"{folder.UNFINISHED}young"
    for one in (left, young):
        one.mkdir(parents=True)
    long_ago = (datetime.now(UTC) - timedelta(days=2)).timestamp()
    os.utime(left, (long_ago, long_ago))
    old.does("backup", kept)
    assert (left.exists(), young.exists()) == (False, True)


def test_a_damaged_database_is_not_backed_up(old: Place, tmp_path: Path) -> None:
    with old.database.open("r+b") as file:
        file.seek(100)  # the first page's own header
        file.write(b"\xff" * 300)
    with pytest.raises(CommandError, match="can't be copied"):
        old.does("backup", tmp_path / "kept")


def test_a_database_that_is_not_there_is_named(tmp_path: Path, migrated: Path) -> None:
    nowhere = Place(tmp_path / "nowhere")
    with pytest.raises(CommandError, match="There is no database at"):
        nowhere.does("backup", tmp_path / "kept")
