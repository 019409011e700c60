"""Which modules a script of the page needs, read from their imports."""

import re
from functools import cache
from pathlib import Path
from posixpath import dirname, join, normpath

from django.conf import settings
from django.contrib.staticfiles import finders

# As Biome formats them. What import() names is fetched once it is needed.
IMPORTED = re.compile(r'^(?:import|export)(?: [^;"]* from)? "(\.{1,2}/[^"]+)";$', re.MULTILINE)


def modules_of(script: str) -> list[str]:
    """The names of all modules that a script imports, directly or not, the nearest first."""
    return walked(script) if settings.DEBUG else list(kept(script))


@cache
def kept(script: str) -> tuple[str, ...]:
    """Files stay what they are while the server runs, except a developer's."""
    return tuple(walked(script))


def walked(script: str) -> list[str]:
    found = [script]
    for name in found:
        found += [imported for imported in imports_of(name) if imported not in found]
    return found[1:]


def imports_of(name: str) -> list[str]:
    """The modules that one imports, by their names among the static files."""
    text = Path(str(finders.find(name))).read_text()
    named = IMPORTED.findall(text)
    return [normpath(join(dirname(name), path)) for path in dict.fromkeys(named)]
