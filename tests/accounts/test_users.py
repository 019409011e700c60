"""Who may change users and groups, and that nobody gets more by it than he has."""

from fnmatch import fnmatchcase
from itertools import pairwise
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.core.management import call_command
from django.test import Client

from accounts.groups import make_groups
from accounts.roles import ADMIN, ANALYST, OPERATOR, OWN, ROLES, VIEWER, permitted
from market.intervals import pacific
from market.pacific_text import clock_text

pytestmark = [pytest.mark.database, pytest.mark.django_db]
USERS = "/admin/auth/user/"


def user(name: str, *groups: str, permissions: tuple[str, ...] = (), **more: Any) -> User:
    made = User.objects.create_user(name, password="right", **more)
    made.groups.set(Group.objects.filter(name__in=groups))
    made.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    return made


def logged_in(who: User) -> Client:
    client = Client()
    client.force_login(who)
    return client


def form_of(who: User, **changes: Any) -> dict[str, Any]:
    """The form of a user in the admin, as it would be sent."""
    joined = who.date_joined
    typed: dict[str, Any] = {
        "username": who.username,
        "is_active": "on" if who.is_active else "",
        "groups": list(who.groups.values_list("pk", flat=True)),
        "user_permissions": list(who.user_permissions.values_list("pk", flat=True)),
        "date_joined_0": f"{pacific(joined):%Y-%m-%d}",
        "date_joined_1": clock_text(joined),
    }
    return typed | changes


def change(by: User, whom: User, **changes: Any) -> int:
    """What came of sending the form: 302 if it was saved."""
    return logged_in(by).post(f"{USERS}{whom.pk}/change/", form_of(whom, **changes)).status_code


def group(name: str) -> Group:
    return Group.objects.get(name=name)


def names(of: Group) -> set[str]:
    found = of.permissions.values_list("content_type__app_label", "codename")
    return {f"{app}.{codename}" for app, codename in found}


def test_each_role_has_what_the_one_before_it_has_and_its_own() -> None:
    held = [names(group(role)) for role in ROLES]
    assert held[0] == {"accounts.read"}
    assert all(less < more for less, more in pairwise(held))
    assert len(held[-1]) == Permission.objects.count()


@pytest.mark.parametrize("role", [VIEWER, ANALYST, OPERATOR])
def test_every_pattern_of_a_role_is_of_some_permission(role: str) -> None:
    every = names(group(ADMIN))
    for pattern in OWN[role]:
        assert any(fnmatchcase(one, pattern) for one in every), pattern
    assert not any(one.startswith("auth.") for one in permitted(role, every))


def test_groups_are_completed_and_what_an_administrator_added_stays() -> None:
    viewer = group(VIEWER)
    added = Permission.objects.get(codename="change_alert")
    viewer.permissions.set([added])
    before = Group.objects.count()
    call_command("migrate", verbosity=0)
    assert names(viewer) == {"alerts.change_alert", "accounts.read"}
    assert Group.objects.count() == before


def test_before_there_are_groups_none_are_made() -> None:
    class NoModels:
        def get_model(self, *_: str) -> None:
            raise LookupError

    make_groups(NoModels())


def test_an_operator_may_not_look_at_users() -> None:
    olga = user("olga", OPERATOR)
    assert logged_in(olga).get(USERS).status_code == 403
    assert change(olga, olga, is_superuser="on") == 403


def test_an_administrator_makes_users_and_gives_them_roles() -> None:
    adam, vera = user("adam", ADMIN), user("vera")
    typed = {"username": "new", "password1": "fenland9", "password2": "fenland9"}
    typed |= {"usable_password": "true"}
    assert logged_in(adam).post(f"{USERS}add/", typed).status_code == 302
    assert change(adam, vera, groups=[group(OPERATOR).pk]) == 302
    assert User.objects.get(username="vera").has_perm("alerts.change_rule")
    assert logged_in(vera).get("/admin/alerts/rule/").status_code == 200


def test_an_administrator_makes_no_superuser_of_himself_or_others() -> None:
    adam, vera = user("adam", ADMIN), user("vera")
    for whom in (adam, vera):
        change(adam, whom, is_superuser="on")
        assert not User.objects.get(pk=whom.pk).is_superuser


def test_an_administrator_does_not_touch_a_superuser() -> None:
    adam, root = user("adam", ADMIN), user("root", is_superuser=True)
    client = logged_in(adam)
    assert change(adam, root, is_active="") == 403
    typed = {"password1": "fenland9", "password2": "fenland9", "usable_password": "true"}
    assert client.post(f"{USERS}{root.pk}/password/", typed).status_code == 403
    assert client.post(f"{USERS}{root.pk}/delete/", {"post": "yes"}).status_code == 403
    chosen = {"action": "delete_selected", "_selected_action": [root.pk], "post": "yes"}
    client.post(USERS, chosen)
    assert User.objects.get(pk=root.pk).check_password("right")


def test_who_may_change_users_gives_no_more_than_he_has() -> None:
    clerk = user("clerk", VIEWER, permissions=("change_user", "view_user"), is_staff=True)
    vera, olga = user("vera"), user("olga", OPERATOR)
    idle = user("idle", OPERATOR, is_active=False)
    assert change(clerk, vera, groups=[group(VIEWER).pk]) == 302
    assert change(clerk, vera, groups=[group(OPERATOR).pk]) == 200
    rule = Permission.objects.get(codename="change_rule")
    assert change(clerk, clerk, user_permissions=[rule.pk]) == 200
    assert not User.objects.get(username="clerk").has_perm("alerts.change_rule")
    assert change(clerk, olga, is_active="") == 403
    assert change(clerk, idle, is_active="on") == 403
    typed = {"password1": "fenland9", "password2": "fenland9", "usable_password": "true"}
    assert logged_in(clerk).post(f"{USERS}{olga.pk}/password/", typed).status_code == 403


def test_who_may_change_groups_gives_no_more_than_he_has() -> None:
    clerk = user("clerk", VIEWER, permissions=("change_group", "view_group"), is_staff=True)
    client, viewer = logged_in(clerk), group(VIEWER)
    rule = Permission.objects.get(codename="change_rule")
    address = f"/admin/auth/group/{viewer.pk}/change/"
    assert client.post(address, {"name": "viewer", "permissions": [rule.pk]}).status_code == 200
    operators = f"/admin/auth/group/{group(OPERATOR).pk}/change/"
    assert client.post(operators, {"name": "viewer2", "permissions": []}).status_code == 403
    assert names(viewer) == {"accounts.read"}


def test_the_first_account_is_a_superuser(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("first_admin")
    assert User.objects.get().is_superuser
    assert "password" in capsys.readouterr().out
