"""When each version was stored, beside when it was seen; and revisions keyed by their interval.

A price of OASIS or of the simulator was stored as it was seen. When a file was loaded was not put
down: what is held of files is said to be recorded when this migration runs, and no earlier. What
was held before it until then: each version until the next one is known to have been recorded. A
file's price that something seen at OASIS replaced was held for a time that nobody knows, and is
said to have been held for none.

All of it is a few statements in the database, whatever the number of rows. Backwards, observations
that came late are lost: there was no place for them.
"""

from datetime import timedelta
from typing import Any

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Case, F, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone

INTERVALS = {"DAM": timedelta(hours=1), "RTPD": timedelta(minutes=15), "RTM": timedelta(minutes=5)}
MOMENT = models.DateTimeField()
BEFORE = ["node_id", "market", "interval_start", "lmp", "energy", "congestion", "loss", "ghg"]
BEFORE += ["verified", "revision", "seen_at", "superseded_at", "source"]
ADDED = ["interval_end", "first_seen_at", "recorded_at", "held_until"]


def record(apps: Any, schema_editor: Any) -> None:
    """When what is held was recorded, and the revisions with it."""
    now = Value(timezone.now(), output_field=MOMENT)
    prices, old = apps.get_model("prices", "Price"), apps.get_model("prices", "PriceRevision")
    when = Case(When(source="file", then=now), default=F("seen_at"))
    database = schema_editor.connection.alias
    prices.objects.using(database).update(recorded_at=when)
    interval = {name: OuterRef(name) for name in ("node_id", "market", "interval_start")}
    of_price = prices.objects.filter(**interval)
    later = old.objects.filter(**interval, revision__gt=OuterRef("revision")).order_by("revision")
    lengths = [
        When(market=market, then=F("interval_start") + Value(length))
        for market, length in INTERVALS.items()
    ]
    rows = old.objects.using(database).annotate(
        interval_end=Case(*lengths, output_field=MOMENT),
        first_seen_at=Coalesce(Subquery(of_price.values("first_seen_at")), "seen_at"),
        held_until=Coalesce(
            first_seen_live(later), first_seen_live(of_price), now, output_field=MOMENT
        ),
        recorded_at=Case(When(source="file", then=F("held_until")), default=F("seen_at")),
    )
    copied = [*BEFORE, *ADDED, "late"]
    insert(schema_editor, "NewRevision", copied, rows.annotate(late=Value(0)), apps)


def first_seen_live(versions: Any) -> Subquery:
    """When the first of some versions was recorded that is known to be recorded as it was seen."""
    return Subquery(versions.filter(~Q(source="file")).values("seen_at")[:1])


def forget(apps: Any, schema_editor: Any) -> None:
    """The revisions as they were."""
    rows = apps.get_model("prices", "NewRevision").objects.filter(late=0)
    insert(schema_editor, "PriceRevision", BEFORE, rows, apps)


def insert(schema_editor: Any, model: str, columns: list[str], rows: Any, apps: Any) -> None:
    """Rows of one table into another, within the database."""
    table = apps.get_model("prices", model)._meta.db_table
    query = rows.order_by().values_list(*columns).query
    select, values = query.get_compiler(schema_editor.connection.alias).as_sql()
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {table} ({', '.join(columns)}) {select}", values)  # noqa: S608


def price(**options: Any) -> Any:
    return models.DecimalField(decimal_places=5, max_digits=10, **options)


def choices(*values: str) -> list[tuple[str, str]]:
    return [(value, value) for value in values]


class Migration(migrations.Migration):
    dependencies = [("prices", "0008_unpublished")]

    operations = [
        migrations.AddField("price", "recorded_at", models.DateTimeField(null=True)),
        migrations.CreateModel(
            name="NewRevision",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        *("node", "market", "interval_start", "revision", "late"),
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("market", models.CharField(choices=choices("DAM", "RTPD", "RTM"), max_length=4)),
                ("interval_start", models.DateTimeField()),
                ("interval_end", models.DateTimeField()),
                ("lmp", price()),
                ("energy", price()),
                ("congestion", price()),
                ("loss", price()),
                ("ghg", price(null=True)),
                ("verified", models.BooleanField(default=True)),
                ("revision", models.PositiveSmallIntegerField()),
                ("late", models.PositiveSmallIntegerField(default=0)),
                ("first_seen_at", models.DateTimeField()),
                ("seen_at", models.DateTimeField()),
                ("superseded_at", models.DateTimeField()),
                ("recorded_at", models.DateTimeField()),
                ("held_until", models.DateTimeField()),
                (
                    "source",
                    models.CharField(choices=choices("oasis", "simulator", "file"), max_length=9),
                ),
                (
                    "node",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to="prices.node"
                    ),
                ),
            ],
        ),
        migrations.RunPython(record, forget),
        migrations.AlterField("price", "recorded_at", models.DateTimeField()),
        migrations.DeleteModel("PriceRevision"),
        migrations.RenameModel("NewRevision", "PriceRevision"),
    ]
