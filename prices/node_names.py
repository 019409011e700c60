"""Nodes as people type them: by slug or OASIS name, in upper or lower case."""

from collections.abc import Sequence

from django.core.management.base import CommandError

from prices.models import Node


def nodes_called(names: Sequence[str] | None) -> list[Node]:
    """The nodes with these names, or all tracked ones. Raises CommandError for unknown names."""
    if not names:
        return list(Node.objects.tracked())
    return [node_called(name) for name in names]


def node_called(name: str) -> Node:
    """The node with this slug or OASIS name. Raises CommandError if there is none."""
    node = Node.objects.called(name)
    if node is None:
        raise CommandError(f"There is no node {name!r}; add it in the admin first.")
    return node
