"""The rules there are from the start, with limits that clear them; alerts of before keep their figures."""

from django.db import migrations
from django.db.models import F

SEEDS = {"above": ("Discharge opportunity", 100, 95), "below": ("Charge opportunity", 0, 5)}


def first_rules(apps, schema_editor):
    Node = apps.get_model("prices", "Node")
    Rule = apps.get_model("alerts", "Rule")
    sp15 = Node.objects.get(slug="sp15")
    for direction, (name, limit, clear_limit) in SEEDS.items():
        seeded = Rule.objects.filter(node=sp15, market="RTM", direction=direction, limit=limit)
        seeded.update(name=name, clear_limit=clear_limit, severity="info")
    Rule.objects.create(
        node=sp15, market="RTM", watched="age", direction="above", limit=15, name="Data too old"
    )
    Rule.objects.update(judges_from=F("created_at"))


def figures_of_before(apps, schema_editor):
    Alert = apps.get_model("alerts", "Alert")
    Alert.objects.update(value=F("price"), cleared_interval=None)
    for alert in Alert.objects.only("text"):
        Alert.objects.filter(pk=alert.pk).update(wording=alert.text.partition(":")[0])


class Migration(migrations.Migration):
    dependencies = [("alerts", "0003_rules_that_wait")]
    operations = [
        migrations.RunPython(first_rules, migrations.RunPython.noop),
        migrations.RunPython(figures_of_before, migrations.RunPython.noop),
    ]
