"""An alert keeps the words that are told when it is over; browsers keep that they want all rules."""

from typing import Any

from django.db import migrations, models


def fill(apps: Any, schema_editor: Any) -> None:
    """A browser was promised to be told of every active rule."""
    methods = apps.get_model("alerts", "Method").objects.filter(kind="push", active=True)
    methods.update(every_rule=True)


class Migration(migrations.Migration):
    dependencies = [("alerts", "0007_delivery_failures")]
    operations = [
        migrations.AddField(
            "alert", "wording_over", models.TextField(blank=True, default="", editable=False)
        ),
        migrations.AddField(
            "method", "every_rule", models.BooleanField(default=False, editable=False)
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
