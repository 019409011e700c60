"""What an alert watched is kept with it; those of before take it from their rules."""

from typing import Any

from django.db import migrations, models

# alerts.watched.FIXED_DIRECTIONS, as they were.
FIXED = {"dearest": "below", "cheapest": "below", "age": "above"}


def fill(apps: Any, schema_editor: Any) -> None:
    """One UPDATE a rule: its alerts share its facts, but a rule without a name has its wording."""
    alerts = apps.get_model("alerts", "Alert").objects
    for rule in apps.get_model("alerts", "Rule").objects.select_related("node"):
        for wording in set(alerts.filter(rule=rule).values_list("wording", flat=True)):
            facts = facts_of(rule, wording)
            alerts.filter(rule=rule, wording=wording).update(facts=facts)


def facts_of(rule: Any, wording: str) -> dict[str, Any]:
    """What a rule watches."""
    return {
        "rule": rule.name or wording,
        "hub": rule.node.slug.upper(),
        "node": rule.node.oasis_name,
        "market": rule.market,
        "watched": rule.watched,
        "direction": FIXED.get(rule.watched, rule.direction),
        "limit": float(rule.limit),
    }


class Migration(migrations.Migration):
    dependencies = [("alerts", "0005_one_open_alert")]
    operations = [
        migrations.AddField("alert", "facts", models.JSONField(default=dict, editable=False)),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
