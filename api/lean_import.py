"""Django REST framework without the optional packages that it imports if they are installed.

rest_framework/compat.py tries psycopg, requests, Markdown and others, for parts of the framework
that are not used here. The import takes 4 MB without them and 20 MB with them.
"""

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from importlib import import_module

from django.db import connection

UNUSED = ("requests", "markdown", "pygments", "yaml", "inflection", "uritemplate")


def import_framework() -> None:
    """Import the module of the framework that tries the optional packages, with these hidden."""
    is_postgresql = connection.vendor == "postgresql"
    with hidden(UNUSED if is_postgresql else (*UNUSED, "psycopg")):
        import_module("rest_framework.compat")


@contextmanager
def hidden(names: Iterable[str]) -> Iterator[None]:
    """Meanwhile those of the packages that are not loaded yet cannot be imported."""
    absent = [name for name in names if name not in sys.modules]
    for name in absent:
        sys.modules[name] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        for name in absent:
            del sys.modules[name]
