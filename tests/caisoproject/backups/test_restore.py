"""A backup comes back whole, or is refused in a sentence and changes nothing."""

import json
import sqlite3
import zipfile
from collections.abc import Callable
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import redis
from django.contrib.auth.models import Group, User
from django.core.management import CommandError
from django.db import connection
from pytest_django import Settings

from alerts.models import Alert, Method, Rule
from battery.models import Battery
from caisoproject.backups import making
from live.cursor import Cursor, missed
from prices.models import Feed, Node, Price, PriceRevision
from tests.caisoproject.backups.places import Place, lived_in
from tests.caisoproject.backups.test_backup import made, parts

MIGRATIONS = Path(__file__).parents[3] / "alerts" / "migrations"
EPOCH_APART = {"prices_feed"}


@pytest.fixture
def backup(old: Place, tmp_path: Path) -> Path:
    return made(old, tmp_path / "kept")


def rows(place: Place) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table."""
    with closing(sqlite3.connect(place.database)) as opened:
        tables = opened.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        return {
            name: sorted(opened.execute(f'SELECT * FROM "{name}"').fetchall(), key=repr)
            for (name,) in tables
        }


def test_every_row_comes_back_and_each_feed_has_another_epoch(
    old: Place, fresh: Place, backup: Path
) -> None:
    said = fresh.does("restore", backup)
    assert "Restored" in said
    before, after = rows(old), rows(fresh)
    assert before.keys() == after.keys()
    assert {name for name in before if before[name] != after[name]} == EPOCH_APART
    heads = [
        [(node, head) for node, _, head, *_ in found["prices_feed"]] for found in (before, after)
    ]
    assert heads[0] == heads[1]


def test_a_reader_of_the_lost_database_gets_a_snapshot_and_redis_is_filled(
    old: Place, fresh: Place, backup: Path, valkey: redis.Redis
) -> None:
    old.does("rebuild_redis")
    with old.used():
        feed = Feed.objects.get(node__slug="sp15")
        was = Cursor(feed.epoch, feed.head)
    fresh.does("restore", backup)
    with fresh.used():
        feed = Feed.objects.get(node__slug="sp15")
    assert missed(was, Cursor(feed.epoch, feed.head), oldest=1) is None
    fresh.does("rebuild_redis")
    assert valkey.hget("caiso:sp15:current", "epoch") == feed.epoch
    assert valkey.xlen("caiso:sp15:stream") == feed.head == 3


def test_a_restored_database_can_be_used_and_is_restored_where_there_was_none(
    fresh: Place, backup: Path
) -> None:
    fresh.database.unlink()
    fresh.does("restore", backup)
    with fresh.used():
        assert Price.objects.get(market="RTM").lmp == 38.5
        assert PriceRevision.objects.get().lmp == 41.5
        assert Alert.objects.get().rule.methods.get().secret == "s"
        assert Battery.objects.get(name="Big").soc_readings.get().soc_mwh == 7
        Node.objects.create(slug="new", oasis_name="NEW")


def test_what_would_be_lost_is_said_and_nothing_is_lost_before_that_is_agreed_to(
    old: Place, backup: Path, tmp_path: Path
) -> None:
    with old.used():
        Node.objects.create(slug="new", oasis_name="NEW")
    before = rows(old)
    with pytest.raises(CommandError, match=r"would delete .*prices: 2.*--replace"):
        old.does("restore", backup)
    assert rows(old) == before
    old.does("restore", backup, replace=True)
    with old.used():
        assert not Node.objects.filter(slug="new").exists()


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


def something_else(path: Path) -> None:
    path.write_text("not a backup")


def without_manifest(path: Path) -> None:
    rewrite(path, lambda found: found.pop("manifest.json"))


def another_part(path: Path) -> None:
    """A part that is a sound member of the zip, and not what was written."""
    rewrite(path, lambda found: found.update({"settings.json": b"{}"}))


def with_part(name: str) -> Callable[[Path], None]:
    """A part that is known by its manifest, as sound as the others."""

    def change(found: dict[str, bytes]) -> None:
        manifest = json.loads(found["manifest.json"])
        manifest["parts"][name] = {"bytes": 1, "sha256": sha256(b"x").hexdigest()}
        found |= {name: b"x", "manifest.json": json.dumps(manifest).encode()}

    return lambda path: rewrite(path, change)


def rewrite(path: Path, change: Callable[[dict[str, bytes]], object]) -> None:
    found = parts(path)
    change(found)
    with zipfile.ZipFile(path, "w") as opened:
        for name, content in found.items():
            opened.writestr(name, content)


def manifest_with(**values: Any) -> Callable[[Path], None]:
    def change(found: dict[str, bytes]) -> None:
        known = json.loads(found["manifest.json"])
        found["manifest.json"] = json.dumps(known | values).encode()

    return lambda path: rewrite(path, change)


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (flip, "is damaged"),
        (cut, "is damaged"),
        (something_else, "is damaged, or no backup"),
        (without_manifest, "no manifest"),
        (another_part, "has another SHA-256"),
        (with_part("secrets/db.sqlite3"), "secrets/db.sqlite3 is no secret of this program"),
        (with_part("secrets/../secret_key"), "secret_key is no secret of this program"),
        (Path.unlink, "can't be read: No such file"),
        (manifest_with(format=2), "of format 2"),
        (manifest_with(migrations={"prices": ["0099_later"]}), "newer program.*prices.0099_later"),
        (manifest_with(migrations={"unheard": ["0001_initial"]}), "newer program"),
        (manifest_with(source="live"), "SOURCE=live"),
        (manifest_with(engine="postgresql"), "is of postgresql.*--only-settings"),
        (manifest_with(rows={"prices_price": 3}), "has not as many rows"),
    ],
)
def test_what_can_not_be_restored_is_refused_and_changes_nothing(
    broken: Callable[[Path], None], said: str, fresh: Place, backup: Path
) -> None:
    before = rows(fresh)
    broken(backup)
    with pytest.raises(CommandError, match=said):
        fresh.does("restore", backup, with_secrets=True)
    assert rows(fresh) == before
    assert {path.name for path in fresh.folder.iterdir()} == {"db.sqlite3"}


def test_a_database_that_somebody_has_open_is_not_replaced(fresh: Place, backup: Path) -> None:
    with closing(sqlite3.connect(fresh.database)) as other:
        other.execute("PRAGMA journal_mode=WAL")
        other.execute("SELECT count(*) FROM prices_price").fetchall()
        with pytest.raises(CommandError, match=r"Something has .* open"):
            fresh.does("restore", backup)
    fresh.does("restore", backup)


def test_a_running_stack_is_named(fresh: Place, backup: Path) -> None:
    from deploy import leftovers

    with (
        leftovers.only_one(fresh.folder),
        pytest.raises(CommandError, match=r"runs on it \(process"),
    ):
        fresh.does("restore", backup)


def test_a_damaged_database_is_replaced_if_that_is_agreed_to(fresh: Place, backup: Path) -> None:
    fresh.database.write_bytes(b"something else" * 1000)
    with pytest.raises(CommandError, match="a database that can't be read"):
        fresh.does("restore", backup)
    fresh.does("restore", backup, replace=True)
    assert len(rows(fresh)["prices_price"]) == 2


def test_an_older_database_is_migrated(old: Place, fresh: Place, tmp_path: Path) -> None:
    old.does("migrate", "alerts", "0011", verbosity=0)
    path = made(old, tmp_path / "kept")
    assert "settings.json" not in parts(path)
    fresh.does("restore", path)
    with fresh.used():
        assert Alert.objects.get().transitions.get().delivery_set.get().state == "sent"
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM django_migrations WHERE app = 'alerts'")
            assert cursor.fetchone()[0] == len(list(MIGRATIONS.glob("0*.py")))


def test_a_database_that_names_migrations_which_were_folded_since_is_restored(
    old: Place, fresh: Place, tmp_path: Path
) -> None:
    with closing(sqlite3.connect(old.database)) as opened, opened:
        opened.execute(
            "INSERT INTO django_migrations (app, name, applied) "
            "VALUES ('battery', '0003_learned', '2026-11-01')"
        )
    assert "Restored" in fresh.does("restore", made(old, tmp_path / "kept"))


def test_secrets_come_back_if_that_is_said(
    old: Place, fresh: Place, tmp_path: Path, settings: Settings
) -> None:
    (old.folder / "feed_token").write_text("of old")
    settings.FEED_TOKEN = "of old"
    path = made(old, tmp_path / "kept", with_secrets=True)
    (fresh.folder / "feed_token").write_text("of fresh")
    fresh.does("restore", path)
    assert (fresh.folder / "feed_token").read_text() == "of fresh"
    fresh.does("restore", path, replace=True, with_secrets=True)
    assert (fresh.folder / "feed_token").read_text() == "of old"
    assert (fresh.folder / "feed_token").stat().st_mode & 0o777 == 0o600


def test_what_people_typed_alone_comes_into_a_database_with_other_numbers(
    old: Place, fresh: Place, tmp_path: Path
) -> None:
    with old.used():
        desk = Group.objects.create(name="desk")
        ann = User.objects.create_user("ann", "ann@example.org", "secret word")
        ann.groups.add(desk)
        Rule.objects.update(owner=ann)
    path = made(old, tmp_path / "kept")
    with fresh.used():
        User.objects.create_user("bob")
        Node.objects.create(slug="new", oasis_name="NEW")  # the number that pge has in the other
    said = fresh.does("restore", path, only_settings=True)
    assert "alerts.Method: 1, alerts.Rule: " in said
    with fresh.used():
        rule = Rule.objects.get(name="dear")
        assert (rule.node.oasis_name, rule.owner.username) == ("DLAP_PGAE-APND", "ann")
        assert (rule.methods.get().secret, rule.conditions.get().watched) == ("s", "loss")
        assert User.objects.get(username="ann").check_password("secret word")
        assert [group.name for group in User.objects.get(username="ann").groups.all()] == ["desk"]
        assert User.objects.filter(username="bob").exists()
        assert Battery.objects.get(name="Big").outages.count() == 1
        assert not Price.objects.exists()
        assert (rule.judged_seq, Alert.objects.count()) == (0, 0)


def test_what_people_typed_never_replaces_alerts_unless_that_is_agreed_to(
    old: Place, fresh: Place, backup: Path
) -> None:
    with fresh.used():
        lived_in()
        Method.objects.update(name="another desk")
    with pytest.raises(CommandError, match=r"alerts: 1, deliveries: 1, delivery methods: 1"):
        fresh.does("restore", backup, only_settings=True)
    fresh.does("restore", backup, only_settings=True, replace=True)
    with fresh.used():
        assert Method.objects.get().name == "desk"
        assert Price.objects.count() == 2
        head = Feed.objects.get(node__slug="sp15").head
        assert Rule.objects.filter(node__slug="sp15").first().judged_seq == head == 3


def test_what_people_typed_that_does_not_fit_changes_nothing(
    fresh: Place, backup: Path, tmp_path: Path
) -> None:
    with fresh.used():
        Node.objects.create(slug="pge", oasis_name="ANOTHER")
    before = rows(fresh)
    with pytest.raises(CommandError, match="does not fit in here"):
        fresh.does("restore", backup, only_settings=True)
    assert rows(fresh) == before


def test_a_backup_is_restored_with_the_rights_that_the_database_had(
    fresh: Place, backup: Path
) -> None:
    fresh.database.chmod(0o640)
    fresh.does("restore", backup)
    assert fresh.database.stat().st_mode & 0o777 == 0o640


def test_the_secrets_are_those_that_the_settings_make() -> None:
    source = (Path(making.__file__).parents[1] / "settings.py").read_text()
    for name in making.SECRET_FILES:
        assert f'kept_secret(STATE_DIR / "{name}"' in source
    assert source.count("kept_secret(STATE_DIR") == len(making.SECRET_FILES)
