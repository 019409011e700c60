"""Who changed what, when, from what to what: read-only."""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.contrib import admin

from accounts.trail import CHANGED, CREATED, DELETED, Hidden, links
from prices.admin.stored import ReadOnlyAdmin

HOW = {CREATED: "added", CHANGED: "changed", DELETED: "deleted"}
MOST_LINKS = 20


def changes_of(row: Any) -> str:
    """`limit: 100 → 120; secret: another one`; of what is new, all that it has."""
    if row.history_type == DELETED:
        return ""
    before = type(row).objects.filter(**same(row), history_id__lt=row.history_id).first()
    return "; ".join(differences(before, row))


def same(row: Any) -> dict[str, Any]:
    """What rows of the same thing have in common."""
    key = row.instance_type._meta.pk.attname
    return {key: getattr(row, key)}


def differences(before: Any, row: Any) -> Iterator[str]:
    for field in row.tracked_fields:
        old, new = (getattr(one, field.attname, None) for one in (before, row))
        if old != new and not field.primary_key:
            yield f"{field.name}: {new}" if before is None else f"{field.name}: {old} → {new}"
    for field in row._history_m2m_fields:
        yield from linked(field, before, row)
    for name, digest in row.hidden.items():
        if before is not None and before.hidden.get(name) != digest:
            yield f"{name}: another one"


def linked(field: Any, before: Any, row: Any) -> Iterator[str]:
    """Which were added and which taken away, by name."""
    old = links(getattr(before, field.name), field) if before is not None else set()
    new = links(getattr(row, field.name), field)
    for word, found in (("+", new - old), ("−", old - new)):
        if found:
            yield f"{field.name}: {word} {names(field.related_model, found)}"


def names(model: Any, found: set[int]) -> str:
    known = {one.pk: str(one) for one in model._base_manager.filter(pk__in=found)}
    some = [known.get(pk, f"no. {pk}") for pk in sorted(found)[:MOST_LINKS]]
    return ", ".join(some) + (" …" if len(found) > MOST_LINKS else "")


class HistoryAdmin(ReadOnlyAdmin):
    list_display = ["history_date", "__str__", "history_user_id", "how", "changes"]
    list_filter = ["history_type"]
    search_fields = ["history_user_id"]
    date_hierarchy = "history_date"
    list_per_page = 50
    fields = ["history_date", "what", "history_user_id", "how", "changes"]
    readonly_fields = ["history_date", "what", "history_user_id", "how", "changes"]

    @admin.display(description="what")
    def what(self, row: Any) -> str:
        return str(row)

    @admin.display(description="how", ordering="history_type")
    def how(self, row: Any) -> str:
        return HOW[row.history_type]

    @admin.display(description="from what to what")
    def changes(self, row: Any) -> str:
        return changes_of(row)


for model in apps.get_app_config("accounts").get_models():
    if issubclass(model, Hidden):
        admin.site.register(model, HistoryAdmin)
