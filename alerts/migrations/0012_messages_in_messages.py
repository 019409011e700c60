import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("alerts", "0011_plainer_help_texts")]
    operations = [
        migrations.RemoveField("alert", "wording_over"),
        migrations.AddField(
            "delivery",
            "within",
            models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="told",
                to="alerts.delivery",
            ),
        ),
    ]
