"""Users and groups. Nobody gives more than he has, nor changes who has more than he."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.admin import GroupAdmin as DjangosGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangosUserAdmin
from django.contrib.auth.models import Group, Permission, User
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from accounts import second_factor
from prices.admin.strict import StrictAdmin

admin.site.unregister([User, Group])
OF_SUPERUSERS = "is_superuser"


def held_by(user: Any) -> QuerySet[Permission]:
    """The permissions of a user, whether or not the account is active."""
    if user.is_superuser:
        return Permission.objects.all()
    return Permission.objects.filter(Q(user=user) | Q(group__user=user)).distinct()


def has_no_more(user: User, than: Any) -> bool:
    """Whether a user has nothing that the other has not."""
    if than.is_superuser:
        return True
    if user.is_superuser:
        return False
    return not held_by(user).exclude(pk__in=held_by(than).values("pk")).exists()


def gives_no_more(group: Group, than: Any) -> bool:
    """Whether a group gives nothing that the user has not."""
    return not group.permissions.exclude(pk__in=held_by(than).values("pk")).exists()


class NoMoreThanOwn:
    """The choices of a form: groups and permissions that the one who gives them has."""

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_manytomany(db_field, request, **kwargs)  # type: ignore[misc]
        by: Any = request.user
        if field is None or by.is_superuser:
            return field
        if db_field.related_model is Permission:
            field.queryset = field.queryset.filter(pk__in=held_by(by).values("pk"))
        if db_field.related_model is Group:
            fitting = [group.pk for group in Group.objects.all() if gives_no_more(group, by)]
            field.queryset = field.queryset.filter(pk__in=fitting)
        return field


@admin.register(User)
class UserAdmin(NoMoreThanOwn, StrictAdmin, DjangosUserAdmin):  # type: ignore[type-arg]
    actions = ["reset_second_factor"]
    list_display = ["username", "in_groups", "is_active", "is_staff", "last_login"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).prefetch_related("groups")

    @admin.display(description="groups")
    def in_groups(self, user: User) -> str:
        names = [group.name for group in user.groups.all()]
        return ", ".join(["superuser"] * user.is_superuser + names)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        may = super().has_change_permission(request, obj)
        return may and (obj is None or has_no_more(obj, request.user))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        may = super().has_delete_permission(request, obj)
        return may and (obj is None or has_no_more(obj, request.user))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Superusers are made by superusers."""
        fields = super().get_readonly_fields(request, obj)
        return fields if request.user.is_superuser else [*fields, OF_SUPERUSERS]

    @admin.action(description="Take the second factor away", permissions=["change"])
    def reset_second_factor(self, request: HttpRequest, users: QuerySet[User]) -> None:
        for user in users:
            if not self.has_change_permission(request, user):
                self.message_user(request, f"{user} may do more than you.", messages.ERROR)
            elif second_factor.reset(user):
                self.log_change(request, user, "Second factor taken away.")
                self.message_user(request, f"{user} has no second factor now.", messages.SUCCESS)
            else:
                self.message_user(request, f"{user} had none.", messages.WARNING)


@admin.register(Group)
class GroupAdmin(NoMoreThanOwn, StrictAdmin, DjangosGroupAdmin):  # type: ignore[misc]
    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        may = super().has_change_permission(request, obj)
        return may and (obj is None or gives_no_more(obj, request.user))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        may = super().has_delete_permission(request, obj)
        return may and (obj is None or gives_no_more(obj, request.user))
