from django.db import migrations


def add_rules(apps, schema_editor):
    Node = apps.get_model("prices", "Node")
    Rule = apps.get_model("alerts", "Rule")
    sp15 = Node.objects.get(slug="sp15")
    for direction, limit in (("above", 100), ("below", 0)):
        Rule.objects.get_or_create(node=sp15, market="RTM", direction=direction, limit=limit)


class Migration(migrations.Migration):
    dependencies = [("alerts", "0001_initial"), ("prices", "0002_trading_hubs")]
    operations = [migrations.RunPython(add_rules, migrations.RunPython.noop)]
