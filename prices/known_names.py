"""The names of nodes that OASIS is known to have, from prices and from loaded files."""

import re
from collections.abc import Iterable

from django.db.models import Exists, OuterRef

from prices.models import KnownName, Node, Price

A_BATCH = 1000
LIKE_OASIS = re.compile(r"[A-Z0-9_.-]{1,60}").fullmatch
ALWAYS_THERE = {
    "TH_NP15_GEN-APND",
    "TH_SP15_GEN-APND",
    "TH_ZP26_GEN-APND",
    "DLAP_PGAE-APND",
    "DLAP_SCE-APND",
    "DLAP_SDGE-APND",
    "DLAP_VEA-APND",
}


def known_names() -> set[str]:
    """All of them. A name that somebody typed counts only once it has a price."""
    with_prices = Node.objects.filter(Exists(Price.objects.filter(node=OuterRef("pk"))))
    return ALWAYS_THERE.union(with_prices.values_list("oasis_name", flat=True), names_from_files())


def names_from_files() -> Iterable[str]:
    """The names in loaded files."""
    return KnownName.objects.values_list("name", flat=True)


def add_names(names: set[str]) -> None:
    """Store the names in a file, also those whose prices were not stored."""
    fresh = [
        KnownName(name=name) for name in names.difference(names_from_files()) if LIKE_OASIS(name)
    ]
    KnownName.objects.bulk_create(fresh, A_BATCH, ignore_conflicts=True)
