from django.db import migrations

HUBS = ["SP15", "NP15", "ZP26"]


def add_hubs(apps, schema_editor):
    Node = apps.get_model("prices", "Node")
    Feed = apps.get_model("prices", "Feed")
    for hub in HUBS:
        node, _ = Node.objects.get_or_create(
            slug=hub.lower(),
            defaults={"oasis_name": f"TH_{hub}_GEN-APND", "zone": hub, "tracked": True},
        )
        Feed.objects.get_or_create(node=node)


class Migration(migrations.Migration):
    dependencies = [("prices", "0001_initial")]
    operations = [migrations.RunPython(add_hubs, migrations.RunPython.noop)]
