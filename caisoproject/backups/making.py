"""Makes a backup: everything in it is of one moment, while the stack runs on."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connection

from battery.code_version import VERSION
from caisoproject.backups import folder, package, postgresql, schema, sqlite, typed

DATABASES = {"sqlite": "database.sqlite3", "postgresql": "database.dump"}
# Of the state folder; those that stand in the environment are not ours to keep.
SECRET_FILES = ("secret_key", "feed_token", "battery_token", "vapid_private_key")


class Made(NamedTuple):
    """A backup: its file, and what is in it."""

    path: Path
    manifest: package.Manifest


class Moment(NamedTuple):
    """The database at one moment: its file or dump, and the name by which Django reads it."""

    file: Path
    using: str
    facts: dict[str, Any]


def back_up(to: Path, *, with_secrets: bool, now: datetime) -> Made:
    """Write a backup into a folder, whole or not at all. Raises Refused, or OSError."""
    with folder.workshop(to) as workshop:
        unfinished = workshop / "backup.zip"
        with package.private(unfinished) as file, of_one_moment(workshop) as moment:
            manifest = write(package.Writing(file), moment, with_secrets=with_secrets, now=now)
        finished = to / folder.file_name(settings.SOURCE, at=now)
        folder.publish(unfinished, finished)
    return Made(finished, manifest)


def write(
    writing: package.Writing, moment: Moment, *, with_secrets: bool, now: datetime
) -> package.Manifest:
    """Every part, and then the manifest. Returns the manifest."""
    with writing.zip:
        add_parts(writing, moment, with_secrets=with_secrets)
        manifest = manifest_of(moment, now=now)
        writing.finish(manifest)
    return manifest


def add_parts(writing: package.Writing, moment: Moment, *, with_secrets: bool) -> None:
    is_packed = connection.vendor == "postgresql"
    writing.add_file(DATABASES[connection.vendor], moment.file, is_packed=is_packed)
    if schema.is_up_to_date(moment.using):
        writing.add_json(package.SETTINGS, typed.document(moment.using))
    for name in SECRET_FILES if with_secrets else ():
        if is_in_use(name):
            writing.add_file(package.SECRETS + name, settings.STATE_DIR / name)


def is_in_use(name: str) -> bool:
    """Whether the program has this secret of the state folder, and not one of the environment.

    `make setup` makes some before it knows of an environment.
    """
    file: Path = settings.STATE_DIR / name
    return file.is_file() and file.read_text().strip() == getattr(settings, name.upper())


def manifest_of(moment: Moment, *, now: datetime) -> package.Manifest:
    """What the parts are of; the package adds what each is known by."""
    return {
        "made_at": now.isoformat(timespec="seconds"),
        "version": VERSION,
        "source": settings.SOURCE,
        **moment.facts,
        "migrations": schema.applied(moment.using),
        "rows": schema.counts(moment.using),
    }


@contextmanager
def of_one_moment(workshop: Path) -> Iterator[Moment]:
    """The database as it is now, whatever is written from here on."""
    file = workshop / DATABASES[connection.vendor]
    if connection.vendor == "sqlite":
        sqlite.copy(file)
        with sqlite.under_another_name(file) as using:
            yield Moment(file, using, {"engine": "sqlite", "timescale": False})
        return
    version = postgresql.server_version()
    with postgresql.snapshot() as at:
        postgresql.dump(file, at)
        facts = {"engine": "postgresql", "timescale": postgresql.has_timescale()}
        yield Moment(file, "default", {**facts, "engine_version": version})
