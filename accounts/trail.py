"""The audit trail: who changed what, when, from what to what. One row for each change.

Rows are made by django-simple-history, of what is stored in the end. What must not be copied (a
password's hash, a method's secret and address, which may hold one) is compared by a keyed digest.
"""

from typing import Any

from django.db import models
from django.utils.crypto import salted_hmac
from simple_history import register
from simple_history.models import HistoricalRecords
from simple_history.signals import pre_create_historical_record

PROGRAM = "a program"
CREATED, CHANGED, DELETED = "+", "~", "-"
NAMES = ("name", "username", "slug")


class Hidden(models.Model):
    """Digests of what is not copied, by the name of its field."""

    hidden = models.JSONField(default=dict, editable=False)

    class Meta:
        abstract = True


class Trail(HistoricalRecords):  # type: ignore[misc]
    """History of a model: `secret` fields are compared alone, `excluded` ones are the system's."""

    def __init__(
        self, secret: tuple[str, ...] = (), excluded: tuple[str, ...] = (), **more: Any
    ) -> None:
        self.secret = secret
        super().__init__(
            bases=(Hidden,),
            excluded_fields=[*secret, *excluded],
            history_user_id_field=models.CharField("who", max_length=150),
            history_user_getter=lambda row: row.history_user_id,
            history_user_setter=name_who,
            **more,
        )

    def create_history_model(self, model: type[models.Model], inherited: bool) -> Any:
        made = super().create_history_model(model, inherited)
        made.__str__ = called
        made.secret_fields = self.secret
        return made

    def create_historical_record(self, instance: Any, history_type: str, using: Any = None) -> None:
        """A row of what is stored now, unless a change changed nothing that is followed."""
        if history_type == CHANGED:
            instance = type(instance)._base_manager.filter(pk=instance.pk).first()
            if instance is None or not self.is_news(instance):
                return
        super().create_historical_record(instance, history_type, using)

    def m2m_changed(
        self, instance: Any, action: str, attr: str, pk_set: Any, reverse: bool, **more: Any
    ) -> None:
        """Of a link made from its other side the things themselves are followed."""
        if not reverse:
            super().m2m_changed(instance, action, attr, pk_set, reverse, **more)
            return
        mine = self.cls._base_manager
        if action == "pre_clear":
            instance.cleared_of = list(mine.filter(**{attr: instance}).values_list("pk", flat=True))
        if action in ("post_add", "post_remove", "post_clear"):
            changed = instance.cleared_of if action == "post_clear" else pk_set
            for one in mine.filter(pk__in=changed):
                self.create_historical_record(one, CHANGED)

    def is_news(self, instance: Any) -> bool:
        """Whether it differs from the newest row."""
        history = getattr(instance, self.manager_name)
        newest = history.model.objects.filter(**{instance._meta.pk.attname: instance.pk}).first()
        return newest is None or (
            newest.hidden != digests(instance, self.secret)
            or any(is_other(newest, instance, field) for field in self.fields_included(instance))
            or any(
                links(getattr(newest, field.name), field) != ids(getattr(instance, field.name))
                for field in newest._history_m2m_fields
            )
        )


def is_other(row: Any, instance: Any, field: Any) -> bool:
    return bool(getattr(row, field.attname) != getattr(instance, field.attname))


def links(rows: Any, field: Any) -> set[int]:
    """The ids of what a row of history was linked with."""
    return set(rows.values_list(field.m2m_reverse_field_name(), flat=True))


def ids(linked: Any) -> set[int]:
    return set(linked.values_list("pk", flat=True))


def digests(instance: Any, fields: tuple[str, ...]) -> dict[str, str]:
    """What shows that a secret was changed, and not what it is."""
    salt = f"accounts.trail:{instance._meta.label}:{instance.pk}"
    return {
        name: salted_hmac(salt, str(getattr(instance, name))).hexdigest()[:16] for name in fields
    }


def name_who(row: Any, user: Any) -> None:
    """Who did it, by name: it outlives the account."""
    row.history_user_id = user.get_username() if user else PROGRAM


def called(row: Any) -> str:
    """What was changed, as it was called then; nothing else is read for it."""
    name = next((getattr(row, one) for one in NAMES if getattr(row, one, "")), "")
    number = getattr(row, row.instance_type._meta.pk.attname)
    kind = str(row.instance_type._meta.verbose_name)
    return f"{kind} {number}: {name}" if name else f"{kind} {number}"


def add_digests(sender: Any, instance: Any, history_instance: Any, **_: Any) -> None:
    if issubclass(sender, Hidden):
        history_instance.hidden = digests(instance, sender.secret_fields)


pre_create_historical_record.connect(add_digests)


def follow(model: type[models.Model], **options: Any) -> None:
    """Keep the history of a model, in a table of this app."""
    name = str(model._meta.verbose_name)
    register(
        model,
        app="accounts",
        records_class=Trail,
        verbose_name=f"change of a {name}",
        verbose_name_plural=f"changes of {model._meta.verbose_name_plural}",
        **options,
    )
