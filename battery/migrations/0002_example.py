"""The example battery: 1 MW / 4 MWh at SP15, half charged, so that advice begins at once."""

from decimal import Decimal

from django.db import migrations

NAME = "Example 1 MW / 4 MWh"


def add_example(apps, schema_editor):
    Node = apps.get_model("prices", "Node")
    Battery = apps.get_model("battery", "Battery")
    sp15 = Node.objects.filter(slug="sp15").first()
    if sp15:
        Battery.objects.create(
            name=NAME,
            node=sp15,
            power_in_mw=Decimal(1),
            power_out_mw=Decimal(1),
            energy_mwh=Decimal(4),
            round_trip_percent=Decimal(86),
            start_soc_mwh=Decimal(2),
            wear_usd_mwh=Decimal(10),
        )


class Migration(migrations.Migration):
    dependencies = [("battery", "0001_initial"), ("prices", "0002_trading_hubs")]
    operations = [migrations.RunPython(add_example, migrations.RunPython.noop)]
