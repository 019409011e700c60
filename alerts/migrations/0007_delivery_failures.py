"""Failed tries are counted by themselves; of before they are known by the attempts."""

from typing import Any

from django.db import migrations, models
from django.db.models import F


def fill(apps: Any, schema_editor: Any) -> None:
    """Every attempt on what was given up failed; of the others all but the last."""
    tried = apps.get_model("alerts", "Delivery").objects.filter(attempts__gt=0)
    tried.filter(state="given up").update(failures=F("attempts"))
    tried.exclude(state="given up").update(failures=F("attempts") - 1)
    first = tried.filter(state="waiting", failures=0)
    first.exclude(last_error="").update(failures=1)


class Migration(migrations.Migration):
    dependencies = [("alerts", "0006_alert_facts")]
    operations = [
        migrations.AddField(
            "delivery", "failures", models.PositiveIntegerField(default=0, editable=False)
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
