"""One script made of many modules: what a browser would fetch in fifty answers, in one.

Understood is what our modules use, as Biome formats it: named imports, and exports at their
declarations. Anything else is refused when static files are collected. Pure.
"""

import re
from collections.abc import Callable
from posixpath import dirname, join, normpath

Read = Callable[[str], str]
IMPORT = re.compile(r'^import \{([^}]*)\} from "([^"]+)";$', re.MULTILINE)
LATER = re.compile(r'\bimport\("([^"]+)"\)')
EXPORT = re.compile(r"^export (?=(?:async )?(?:function|class|const) (\w+))", re.MULTILINE)
NOT_UNDERSTOOD = re.compile(
    r"^(?:import|export|await|for await)\b.*|\bimport\.meta\b", re.MULTILINE
)


class NotBundled(ValueError):
    """A module that has what is not understood, or that imports itself by way of others."""


def bundled(script: str, read: Read) -> str:
    """The script with all that it imports, now or later; `read` gives the text of a module."""
    return "".join(as_function(name, read(name)) for name in in_order(script, read))


def in_order(script: str, read: Read) -> list[str]:
    """The names of all modules, each after those that it imports; the script itself is last."""
    order: list[str] = []
    later: list[str] = []
    for name in imported(IMPORT, script, read):
        place(name, read, order, later, (script,))
    for name in imported(LATER, script, read) + later:
        place(name, read, order, later, (script,))
    return [*order, script]


def place(
    name: str, read: Read, order: list[str], later: list[str], importers: tuple[str, ...]
) -> None:
    """Append a module to the order, after its own imports; note what it imports later."""
    if name in importers:
        raise NotBundled(f"{name} imports itself, by way of {importers[-1]}")
    if name in order:
        return
    for other in imported(IMPORT, name, read):
        place(other, read, order, later, (*importers, name))
    later += imported(LATER, name, read)
    order.append(name)


def imported(pattern: re.Pattern[str], name: str, read: Read) -> list[str]:
    """The names of the modules that one imports."""
    return [resolved(name, found[pattern.groups]) for found in pattern.finditer(read(name))]


def resolved(importer: str, path: str) -> str:
    return normpath(join(dirname(importer), path))


def as_function(name: str, text: str) -> str:
    """A module as a value: its scope is a function's, its exports are what that returns."""
    exports = ", ".join(EXPORT.findall(text))
    body = IMPORT.sub(lambda found: taken(name, found), EXPORT.sub("", text))
    body = LATER.sub(lambda found: f"Promise.resolve({variable(resolved(name, found[1]))})", body)
    if left := NOT_UNDERSTOOD.search(body):
        raise NotBundled(f"{name} has what is not understood: {left[0]}")
    return f"const {variable(name)} = (() => {{\n{body}\nreturn {{ {exports} }};\n}})();\n"


def taken(importer: str, found: re.Match[str]) -> str:
    """An import, from a module that has run before."""
    names = found[1].replace(" as ", ": ")
    return f"const {{{names}}} = {variable(resolved(importer, found[2]))};"


def variable(name: str) -> str:
    """A module's variable: `$live_store`."""
    return "$" + re.sub(r"\W", "_", name.removesuffix(".js"))
