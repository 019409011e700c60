"""Who may do what: roles, signing in, sessions, and who changed what."""

import logging

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    default = True
    name = "accounts"
    verbose_name = "Accounts"

    def ready(self) -> None:
        """What axes logs has names that anybody typed: accounts/lock_out.py logs it instead."""
        logging.getLogger("axes").setLevel(logging.ERROR)


class AllauthAccounts(AppConfig):
    """The app that allauth's second factor imports from; of its own pages we have none."""

    name = "allauth.account"
    label = "account"
    default_auto_field = "django.db.models.AutoField"


class SecondFactors(AppConfig):
    """allauth's tables and codes of the second factor, without what its own pages would load."""

    name = "allauth.mfa"
    label = "mfa"
    verbose_name = "Second factors"
    default_auto_field = "django.db.models.BigAutoField"
