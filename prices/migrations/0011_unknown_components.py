"""Prices whose components are not known.

In PostgreSQL a change of its catalogue, whatever the number of rows. SQLite copies a table to
change it: once, not once for each column as Django would. Backwards the database refuses if there
are such prices: no number would be true.
"""

from typing import Any

from django.db import migrations, models

MODELS = ("Price", "PriceRevision")
COMPONENTS = ("energy", "congestion", "loss")


def price(*, null: bool) -> Any:
    return models.DecimalField(decimal_places=5, max_digits=10, null=null)


def field(model: Any, name: str, *, null: bool) -> Any:
    made = price(null=null)
    made.set_attributes_from_name(name)
    made.model = model
    return made


def alter(apps: Any, schema_editor: Any, *, null: bool) -> None:
    """Let components be null, or not."""
    for name in MODELS:
        model = apps.get_model("prices", name)
        changes = [
            (field(model, one, null=not null), field(model, one, null=null)) for one in COMPONENTS
        ]
        if schema_editor.connection.vendor == "sqlite":
            remake(schema_editor, model, changes)
        else:
            for old, new in changes:
                schema_editor.alter_field(model, old, new)


def remake(schema_editor: Any, model: Any, changes: list[tuple[Any, Any]]) -> None:
    """Copy SQLite's table. Its indexes keep their names, which say what it was first called."""
    before = indexes(schema_editor, model)
    schema_editor._remake_table(model, alter_fields=changes)
    for name, _ in indexes(schema_editor, model):
        schema_editor.execute(f"DROP INDEX {schema_editor.quote_name(name)}")
    for _, made_by in before:
        schema_editor.execute(made_by)


def indexes(schema_editor: Any, model: Any) -> list[tuple[str, str]]:
    """The name of each index of a table in SQLite, and the statement that makes it."""
    found = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = %s"
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(f"{found} AND sql IS NOT NULL", [model._meta.db_table])
        return list(cursor.fetchall())


def allow(apps: Any, schema_editor: Any) -> None:
    alter(apps, schema_editor, null=True)


def forbid(apps: Any, schema_editor: Any) -> None:
    alter(apps, schema_editor, null=False)


class Migration(migrations.Migration):
    dependencies = [("prices", "0010_plainer_help_text")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(allow, forbid)],
            state_operations=[
                migrations.AlterField(model, name, price(null=True))
                for model in MODELS
                for name in COMPONENTS
            ],
        )
    ]
