"""Create the first administrator."""

import secrets
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand

NAME = "admin"


class Command(BaseCommand):
    """Creates the account `admin` if there is no administrator yet.

    With the password of ADMIN_PASSWORD, which is not shown: what a container says is kept.
    """

    help = "Create an `admin` account if there is none, and print its random password once."

    def handle(self, *args: Any, **options: Any) -> None:
        users = get_user_model().objects
        if users.filter(is_superuser=True).exists():
            return
        if settings.ADMIN_PASSWORD:
            users.create_superuser(NAME, "", settings.ADMIN_PASSWORD)
            self.stdout.write(f"An account for /admin/ was created: {NAME}, with ADMIN_PASSWORD")
            return
        password = secrets.token_urlsafe(12)
        users.create_superuser(NAME, "", password)
        self.stdout.write(f"An account for /admin/ was created: {NAME}, password {password}")
        self.stdout.write("The password is shown only this once: keep it, or change it there.")
