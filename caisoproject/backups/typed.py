"""What people typed, as JSON that a person can read and another engine can take.

Nodes are called by their OASIS names, users and groups by theirs, as their numbers differ from
database to database. How far a rule has judged is left out: that is of one database.
"""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.apps import apps
from django.core import serializers
from django.core.management.color import no_style
from django.core.serializers.json import DjangoJSONEncoder
from django.db import DatabaseError, connection, models, transaction

from alerts.models import Alert, Delivery, Method, Rule
from alerts.models.judging_state import JudgingState
from battery.models import Battery
from caisoproject.backups.refused import Refused
from prices.models import Node

# In the order in which they refer to each other. A second factor is there if its app is installed.
MODELS = (
    "auth.Group",
    "auth.User",
    "mfa.Authenticator",
    "prices.Node",
    "alerts.Method",
    "alerts.Rule",
    "alerts.Condition",
    "battery.Battery",
    "battery.GridLimit",
    "battery.Outage",
)
NODE = Node._meta.label
BY_NAME = {"auth.Group", "auth.User"}
LEFT_OUT = {field.name for field in JudgingState._meta.get_fields()} | {"judges_from", "last_login"}
Row = dict[str, Any]
Document = dict[str, list[Row]]


def document(using: str) -> str:
    """All of it, as text."""
    names = dict(Node.objects.using(using).values_list("pk", "oasis_name"))
    found = {model._meta.label: rows_of(model, using, names) for model in installed()}
    return json.dumps(found, cls=DjangoJSONEncoder, indent=1, ensure_ascii=False) + "\n"


def installed() -> list[type[models.Model]]:
    """The models, without those of apps that are not installed here."""
    apart = (label.split(".") for label in MODELS)
    return [apps.get_model(app, name) for app, name in apart if app in apps.app_configs]


def rows_of(model: type[models.Model], using: str, names: dict[int, str]) -> list[Row]:
    """Each row with its number, if others refer to it by that."""
    rows = model._base_manager.using(using).order_by("pk")
    found = serializers.serialize("python", rows, use_natural_foreign_keys=True)
    return [readable(model, row, names) for row in found]


def readable(model: type[models.Model], row: Row, names: dict[int, str]) -> Row:
    fields = {name: value for name, value in row["fields"].items() if name not in LEFT_OUT}
    if "node" in fields:
        fields["node"] = names[fields["node"]]
    return fields if model._meta.label in {NODE, *BY_NAME} else {"id": row["pk"], **fields}


def put(text: str, *, now: datetime) -> dict[str, int]:
    """Put it into this database, in place of its rules, methods and batteries.

    Nodes, users and groups of the same name are overwritten, others are left alone. Returns how
    many of each there are. Raises Refused, and changes nothing, if it does not fit.
    """
    try:
        read: Document = json.loads(text)
        with transaction.atomic():
            clear()
            put_nodes(read[NODE])
            numbers = dict(Node.objects.values_list("oasis_name", "pk"))
            for model in installed():
                if model is not Node:
                    put_rows(model, read.get(model._meta.label, []), numbers)
            begin_to_judge(now)
            count_on_from(installed())
    except (DatabaseError, serializers.base.DeserializationError, LookupError, ValueError) as fault:
        raise Refused(
            f"What people typed does not fit in here: {fault}. Nothing is changed."
        ) from fault
    return {label: len(rows) for label, rows in read.items() if rows}


def clear() -> None:
    """Remove what will be replaced, and what belongs to it."""
    for model in (Delivery, Alert, Rule, Method, Battery):
        model._base_manager.all().delete()


def put_nodes(rows: Iterable[Row]) -> None:
    for row in rows:
        Node.objects.update_or_create(oasis_name=row["oasis_name"], defaults=row)


def put_rows(model: type[models.Model], rows: Iterable[Row], numbers: dict[str, int]) -> None:
    """Save rows as they are, without what a model does when one is new."""
    entries = [entry(model, dict(row), numbers) for row in rows]
    for one in serializers.deserialize("python", entries):
        one.save()


def entry(model: type[models.Model], fields: Row, numbers: dict[str, int]) -> Row:
    """A row as Django's serializers take it."""
    if "node" in fields:
        fields["node"] = numbers[fields["node"]]
    return {"model": model._meta.label_lower, "pk": fields.pop("id", None), "fields": fields}


def begin_to_judge(now: datetime) -> None:
    """Rules judge what comes from now on."""
    for rule in Rule.objects.select_related("node"):
        rule.start_at_head()
        rule.judges_from = now
        rule.save()


def count_on_from(models_put: list[type[models.Model]]) -> None:
    """PostgreSQL numbers new rows by itself: after those that came with numbers."""
    with connection.cursor() as cursor:
        for order in connection.ops.sequence_reset_sql(no_style(), models_put):
            cursor.execute(order)
