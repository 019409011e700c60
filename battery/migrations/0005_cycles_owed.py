"""Cycles beyond a cap are made up for."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("battery", "0004_wear_price"),
    ]

    operations = [
        migrations.AddField(
            model_name="wearprice",
            name="owed",
            field=models.FloatField(default=0.0),
        ),
    ]
