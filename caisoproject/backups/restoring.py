"""Puts a backup in the place of the database, or refuses and changes nothing."""

from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from caisoproject.backups import folder, in_use, package, postgresql, schema, sqlite, typed
from caisoproject.backups.making import DATABASES, SECRET_FILES
from caisoproject.backups.package import Held
from caisoproject.backups.refused import Refused
from prices.models import Feed, new_epoch

UNREADABLE = "a database that can't be read"


def restore(held: Held, *, replace: bool, with_secrets: bool) -> None:
    """Put the whole backup in the database's place. Raises Refused; then nothing has changed."""
    refuse_unfit(held)
    refuse_other_files(held)
    refuse_other_engine(held)
    in_use.refuse_in_use()
    refuse_to_lose(replace=replace)
    if connection.vendor == "sqlite":
        restore_sqlite(held)
    else:
        restore_postgresql(held)
    if with_secrets:
        restore_secrets(held)


def restore_settings(held: Held, *, replace: bool, now: datetime) -> dict[str, int]:
    """Put what people typed into this database, of whatever engine. Returns how much of each."""
    refuse_unfit(held, any_source=True)
    if package.SETTINGS not in held.parts:
        raise Refused(
            f"{held.path} has no {package.SETTINGS}: its program was newer than its data."
        )
    text = held.text(package.SETTINGS)
    in_use.refuse_in_use()
    if not schema.is_up_to_date("default"):
        raise Refused("The database is not up to date: run manage.py migrate first.")
    refuse_to_lose(replace=replace, of_settings=True)
    return typed.put(text, now=now)


def refuse_unfit(held: Held, *, any_source: bool = False) -> None:
    """Raises Refused if a backup is damaged, of a newer program, or of other prices."""
    held.check()
    if newer := schema.unknown(held.manifest["migrations"]):
        raise Refused(
            f"{held.path} was made by a newer program: this one does not know {newer[0]}"
            f"{f' and {len(newer) - 1} more' if newer[1:] else ''}. Update the program first."
        )
    source = held.manifest["source"]
    if source != settings.SOURCE and not any_source:
        raise Refused(
            f"{held.path} has prices of SOURCE={source}, and this is SOURCE={settings.SOURCE}: "
            f"run it with SOURCE={source}."
        )


def refuse_other_files(held: Held) -> None:
    """Raises Refused if a secret is none of ours: it would be written into the state folder."""
    for name in held.parts:
        if name.startswith(package.SECRETS) and secret_of(name) not in SECRET_FILES:
            raise package.damaged(held.path, f"{name} is no secret of this program")


def secret_of(name: str) -> str:
    return name.removeprefix(package.SECRETS)


def refuse_other_engine(held: Held) -> None:
    engine = held.manifest["engine"]
    if engine != connection.vendor:
        raise Refused(
            f"{held.path} is of {engine}, and the database is {connection.vendor}: only what "
            "people typed can be moved, with --only-settings."
        )


def refuse_to_lose(*, replace: bool, of_settings: bool = False) -> None:
    """Raises Refused if there is something to lose and nobody agreed to that."""
    found = to_lose(of_settings=of_settings)
    if found and not replace:
        raise Refused(
            f"This would delete what the database has ({found}). If that may go, say --replace."
        )


def to_lose(*, of_settings: bool) -> str:
    """What would be lost, in words; empty if there is nothing that anybody would miss.

    Prices stay where they are if only what people typed is put in.
    """
    if connection.vendor == "sqlite" and not sqlite.path().exists():
        return ""
    try:
        found = schema.precious("default")
    except DatabaseError:
        connection.close()
        return UNREADABLE
    stays = ("prices", "revisions") if of_settings else ()
    return schema.in_words({name: count for name, count in found.items() if name not in stays})


def restore_sqlite(held: Held) -> None:
    """Everything is done to a file beside the database, which then takes its place."""
    sqlite.path().parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=".restored-", dir=sqlite.path().parent) as workshop:
        file = Path(workshop) / DATABASES["sqlite"]
        held.extract(file.name, file)
        with sqlite.staged(file):
            refuse_other_rows(held)
            bring_up_to_date()
        sqlite.replace(file)


def restore_postgresql(held: Held) -> None:
    """The dump in one transaction, and then what has come since it was made."""
    with TemporaryDirectory(prefix="caiso-live-") as workshop:
        file = Path(workshop) / DATABASES["postgresql"]
        held.extract(file.name, file)
        postgresql.restore(file, held.manifest["rows"], has_timescale=held.manifest["timescale"])
    connection.close()
    bring_up_to_date()


def refuse_other_rows(held: Held) -> None:
    """Raises Refused if a table has another number of rows than the manifest says."""
    found = schema.counts("default")
    if wrong := [name for name, count in held.manifest["rows"].items() if found.get(name) != count]:
        raise Refused(f"{wrong[0]} has not as many rows as the backup says.")


def bring_up_to_date() -> None:
    """Migrate, and begin each feed's numbering anew."""
    call_command("migrate", interactive=False, verbosity=0)
    begin_epochs()


def begin_epochs() -> None:
    """Readers know events of the lost database: under another epoch they take a snapshot."""
    with transaction.atomic():
        for feed in Feed.objects.all():
            feed.epoch = new_epoch()
            feed.save(update_fields=["epoch"])


def restore_secrets(held: Held) -> None:
    """The keys and tokens of the state folder, each whole."""
    for name in [name for name in held.parts if name.startswith(package.SECRETS)]:
        to = settings.STATE_DIR / secret_of(name)
        with TemporaryDirectory(prefix=".restored-", dir=settings.STATE_DIR) as workshop:
            held.extract(name, Path(workshop) / to.name)
            folder.publish(Path(workshop) / to.name, to)
