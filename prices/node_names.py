"""Nodes as people type them: slugs or OASIS names, in large or small letters."""

from collections.abc import Sequence

from django.core.management.base import CommandError

from prices.models import Node


def nodes_called(names: Sequence[str] | None) -> list[Node]:
    """The nodes named, or all tracked ones. Raises CommandError with a sentence."""
    if not names:
        return list(Node.objects.tracked())
    return [node_called(name) for name in names]


def node_called(name: str) -> Node:
    """The node of a slug or OASIS name."""
    node = Node.objects.called(name)
    if node is None:
        raise CommandError(f"There is no node {name!r}; add it in the admin first.")
    return node
