from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("prices", "0005_untold")]
    operations = [
        migrations.CreateModel(
            name="Trouble",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("part", models.CharField(max_length=20)),
                ("subject", models.CharField(max_length=80)),
                ("since", models.DateTimeField()),
                ("last_at", models.DateTimeField(db_index=True, verbose_name="last time")),
                ("times", models.PositiveIntegerField(default=1)),
                ("text", models.TextField(verbose_name="what went wrong")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("part", "subject"), name="one_trouble_a_subject"
                    )
                ]
            },
        ),
    ]
