"""Nodes as people type them: slugs or OASIS names, in large or small letters."""

from collections.abc import Sequence

from django.core.management.base import CommandError
from django.db import OperationalError, ProgrammingError

from prices.models import Node


def nodes_called(names: Sequence[str] | None) -> list[Node]:
    """The nodes named, or all tracked ones. Raises CommandError with a sentence."""
    try:
        if not names:
            return list(Node.objects.tracked())
        return [node_called(name) for name in names]
    except (OperationalError, ProgrammingError) as fault:
        raise CommandError(
            f"The database can't be read ({fault}). If there is none yet, `make run` or "
            "`manage.py migrate` makes it."
        ) from fault


def node_called(name: str) -> Node:
    """The node of a slug or OASIS name."""
    node = Node.objects.called(name)
    if node is None:
        raise CommandError(f"There is no node {name!r}; add it in the admin first.")
    return node
