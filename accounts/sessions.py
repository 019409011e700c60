"""Which sessions may read: those of users who may, whose password is still that of the session.

Two queries for up to five hundred of them.
"""

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.db.models import Q, QuerySet
from django.utils.crypto import constant_time_compare

from accounts.roles import READ

AT_ONCE = 500
Known = dict[str, Any]


def that_may_read(keys: Collection[str], *, now: datetime) -> set[str]:
    """Those of these keys whose sessions may read now."""
    ordered = sorted(keys)
    parts = (ordered[at : at + AT_ONCE] for at in range(0, len(ordered), AT_ONCE))
    return {key for part in parts for key in of_readers(part, now=now)}


def of_readers(keys: list[str], *, now: datetime) -> Iterator[str]:
    current = Session.objects.filter(pk__in=keys, expire_date__gt=now)
    known: dict[str, Known] = {session.pk: session.get_decoded() for session in current}
    named = {str(one.get(SESSION_KEY)) for one in known.values()}
    users = {str(user.pk): user for user in readers().filter(pk__in=filter(str.isdigit, named))}
    for key, one in known.items():
        user = users.get(str(one.get(SESSION_KEY)))
        if user and is_of(one, user):
            yield key


def readers() -> QuerySet[User]:
    """The users who may read where the dashboard is not public."""
    app, codename = READ.split(".")
    given = {"content_type__app_label": app, "codename": codename}
    directly = Q(**{f"user_permissions__{name}": value for name, value in given.items()})
    by_group = Q(**{f"groups__permissions__{name}": value for name, value in given.items()})
    able = User.objects.filter(Q(is_superuser=True) | directly | by_group, is_active=True)
    return able.distinct()


def is_of(session: Known, user: User) -> bool:
    """Whether a session was begun with the user's password, and by a way that is still open."""
    begun = session.get(HASH_SESSION_KEY, "")
    ours = [user.get_session_auth_hash(), *user.get_session_auth_fallback_hash()]
    is_open = session.get(BACKEND_SESSION_KEY) in settings.AUTHENTICATION_BACKENDS
    return is_open and any(constant_time_compare(begun, one) for one in ours)
