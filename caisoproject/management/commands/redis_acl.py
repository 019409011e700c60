"""Print the users of Redis that the program needs, for its ACL file."""

import os
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from caisoproject.redis_acl import LEAST_PASSWORD, OF_THE_PROGRAM, lines, roles
from caisoproject.secret_files import value_of
from prices import redis_address


class Command(BaseCommand):
    """Reads passwords from REDIS_PASSWORD_WEB and so on, or files: REDIS_PASSWORD_WEB_FILE."""

    help = (
        "Print an ACL file for Redis with a user for each kind of process, with least rights. "
        "REDIS_PASSWORD_WEB, _WORKER, _BEAT and _ANALYST have their passwords, or the same with "
        "_FILE the paths of files that do; _METRICS, _REPLICA and _SENTINEL may. Only digests are "
        "printed."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        database = redis_address.read(settings.BROKER_REDIS_URL).database
        found = {role: password_of(role) for role in roles(database)}
        if missing := [role for role in OF_THE_PROGRAM if not found[role]]:
            names = ", ".join(setting(role) for role in missing)
            raise CommandError(f"There is no password in {names} (or the same with _FILE).")
        given = {role: password for role, password in found.items() if password}
        self.stdout.write("\n".join(lines(given, database)))


def setting(role: str) -> str:
    return f"REDIS_PASSWORD_{role.upper()}"


def password_of(role: str) -> str:
    """The role's password; empty where there is none. Raises CommandError or SystemExit."""
    name = setting(role)
    password = value_of(name, os.environ)
    if password and len(password) < LEAST_PASSWORD:
        raise CommandError(f"{name} is shorter than {LEAST_PASSWORD} characters.")
    return password
