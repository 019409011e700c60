"""Users and groups, in the way of our other pages of the admin."""

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as DjangosGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangosUserAdmin
from django.contrib.auth.models import Group, User

from prices.admin.strict import StrictAdmin

admin.site.unregister([User, Group])


@admin.register(User)
class UserAdmin(StrictAdmin, DjangosUserAdmin):  # type: ignore[type-arg]
    pass


@admin.register(Group)
class GroupAdmin(StrictAdmin, DjangosGroupAdmin):
    pass
