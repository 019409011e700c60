"""Running totals of requests to OASIS, begun with the runs that are still there."""

from typing import Any

from django.db import migrations, models
from django.db.models import Count, Sum


def fill(apps: Any, schema_editor: Any) -> None:
    """Count the runs that were not deleted yet."""
    database = schema_editor.connection.alias
    runs = apps.get_model("prices", "FetchRun").objects.using(database).order_by()
    rows = runs.values_list("report", "outcome").annotate(Count("pk"), Sum("duration_ms"))
    total = apps.get_model("prices", "RequestTotal")
    total.objects.using(database).bulk_create(
        total(report=report, outcome=outcome, count=count, seconds=ms / 1000)
        for report, outcome, count, ms in rows
    )


class Migration(migrations.Migration):
    dependencies = [
        ("prices", "0011_unknown_components"),
    ]

    operations = [
        migrations.CreateModel(
            name="RequestTotal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("report", models.CharField(max_length=32)),
                ("outcome", models.CharField(max_length=20)),
                ("count", models.PositiveBigIntegerField(default=0)),
                ("seconds", models.FloatField(default=0)),
            ],
        ),
        migrations.AddIndex(
            model_name="gap",
            index=models.Index(
                condition=models.Q(("given_up_at", None)), fields=["market"], name="gaps_still_open"
            ),
        ),
        migrations.AddConstraint(
            model_name="requesttotal",
            constraint=models.UniqueConstraint(
                fields=("report", "outcome"), name="one_total_an_outcome"
            ),
        ),
    ]
