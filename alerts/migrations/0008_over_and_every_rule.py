"""Alerts keep the wording for their end; browsers are on every rule, new ones too."""

from typing import Any

from django.db import migrations, models


def fill(apps: Any, schema_editor: Any) -> None:
    """Browsers were promised notifications of every active rule."""
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
