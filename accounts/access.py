"""Who may do what: a permission alone decides, wherever it is asked for.

Superusers have every permission, users whose account is inactive none.
"""

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.models import User as Account

from accounts.roles import ASK_MORE, ENTER_ADMIN, READ

User = Account | AnonymousUser


def may(user: User, permission: str) -> bool:
    """Whether a user has a permission, such as `alerts.change_rule`."""
    return user.has_perm(permission)


def may_read(user: User) -> bool:
    """Whether somebody may read: everybody where the dashboard is public."""
    return settings.PUBLIC_DASHBOARD or may(user, READ)


def may_ask_more(user: User) -> bool:
    """Whether the wider limits of previews and what-ifs hold; they are counted by account."""
    return may(user, ASK_MORE)


def may_enter_admin(user: User) -> bool:
    """Whether the admin opens, for what the user may see there: staff, and roles that may."""
    return user.is_active and (user.is_staff or may(user, ENTER_ADMIN))
