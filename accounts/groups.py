"""The groups of the roles, made and completed after each `migrate`.

What an administrator gives to a group besides stays there; what a role has by `accounts/roles.py`
is put back.
"""

from typing import Any

from django.apps import apps as django_apps

from accounts.roles import ROLES, permitted


def make_groups(apps: Any = django_apps, **_: object) -> None:
    """What `post_migrate` calls, once every app's permissions are there; `flush` names no apps."""
    try:
        group, permission = apps.get_model("auth", "Group"), apps.get_model("auth", "Permission")
    except LookupError:  # migrated back to before there were any
        return
    known = {
        f"{app}.{codename}": pk
        for pk, app, codename in permission.objects.values_list(
            "pk", "content_type__app_label", "codename"
        )
    }
    for role in ROLES:
        complete(group.objects.get_or_create(name=role)[0], permitted(role, known), known)


def complete(group: Any, wanted: set[str], known: dict[str, int]) -> None:
    """Give a group the permissions it lacks."""
    held = set(group.permissions.values_list("pk", flat=True))
    lacking = {known[name] for name in wanted} - held
    if lacking:
        group.permissions.add(*lacking)
