from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("prices", "0006_trouble")]

    operations = [
        migrations.CreateModel(
            name="KnownName",
            fields=[
                ("name", models.CharField(max_length=60, primary_key=True, serialize=False)),
            ],
        ),
    ]
