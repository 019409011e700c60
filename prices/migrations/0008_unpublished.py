from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("prices", "0007_known_name")]

    operations = [
        migrations.RenameField("feed", "untold_since", "unpublished_since"),
    ]
