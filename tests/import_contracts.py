"""Our own kinds of import contract: what import-linter has not, without lists of modules."""

import ast
import re
from pathlib import Path
from typing import Any

from grimp import ImportGraph
from importlinter.application import output
from importlinter.contracts.forbidden import ForbiddenContract
from importlinter.contracts.layers import LayersContract
from importlinter.domain import fields
from importlinter.domain.contract import Contract, ContractCheck
from importlinter.domain.imports import ModuleExpression


class Floors(LayersContract):
    """Layers that are exhaustive: each folder of Python at the top has its floor or stands beside.

    import-linter's own exhaustive layers need one package around them.
    """

    type_name = "floors"
    beside = fields.SetField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        known = {module.name for layer in self.layers for module in layer.module_tails}
        found = {path.parent.name for path in Path().glob("*/__init__.py")}
        homeless = sorted(found - known - set(self.beside) - {"tests"})
        if homeless:
            return ContractCheck(kept=False, metadata={"homeless": homeless})
        return super().check(graph, verbose)

    def render_broken_contract(self, check: ContractCheck) -> None:
        for name in check.metadata.get("homeless", ()):
            output.print_error(f"{name}/ has no floor: name it among the layers in pyproject.toml.")
        if "homeless" not in check.metadata:
            super().render_broken_contract(check)


class Pure(ForbiddenContract):
    """Modules whose docstring, or whose folder's, says "Pure." on its own: they only decide."""

    type_name = "pure"
    source_modules = fields.SetField(subfield=fields.ModuleExpressionField(), required=False)

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        names = {name for name in graph.modules if says_pure(name)}
        self.source_modules: Any = {ModuleExpression(name) for name in names}
        return super().check(graph, verbose)


def says_pure(name: str) -> bool:
    """Whether a module of ours, or a folder that it is in, is marked as pure."""
    parts = name.split(".")
    folders = [Path(*parts[:depth], "__init__.py") for depth in range(1, len(parts) + 1)]
    return any(map(is_marked, [*folders, Path(*parts).with_suffix(".py")]))


def is_marked(path: Path) -> bool:
    if not path.is_file():
        return False
    docstring = ast.get_docstring(ast.parse(path.read_text())) or ""
    return re.search(r"(^|[.:] |\n)Pure[.:]", docstring) is not None


class NamesWithin(Contract):
    """Some names of a module that only the packages it is `within` may import."""

    type_name = "names"
    module = fields.StringField()
    names = fields.SetField(subfield=fields.StringField())
    within = fields.SetField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        importers = graph.find_modules_that_directly_import(str(self.module))
        outside = {name for name in importers if name.split(".")[0] not in self.within}
        taken = {name: self.taken_by(name) for name in sorted(outside)}
        broken = {name: found for name, found in taken.items() if found}
        return ContractCheck(kept=not broken, metadata={"broken": broken})

    def taken_by(self, importer: str) -> list[str]:
        """What a module imports that it may not; with the whole module, all of them."""
        found = imported(importer, str(self.module))
        return sorted(found & set(self.names) if found else self.names)

    def render_broken_contract(self, check: ContractCheck) -> None:
        for name, found in check.metadata["broken"].items():
            output.print_error(f"{name} imports {', '.join(found)} from {self.module}.")


def imported(importer: str, module: str) -> set[str]:
    """The names that a module of ours imports from another."""
    nodes = ast.walk(ast.parse(file_of(importer).read_text()))
    froms = [node for node in nodes if isinstance(node, ast.ImportFrom) and node.module == module]
    return {alias.name for node in froms for alias in node.names}


def file_of(name: str) -> Path:
    """The file of a module of ours."""
    path = Path(*name.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


class LoadedWithin(Contract):
    """Packages that weigh so much that importing a module loads them only `within` some modules.

    Others may import those within a function; the packages themselves not even there.
    """

    type_name = "loading"
    packages = fields.SetField(subfield=fields.StringField())
    within = fields.SetField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        loads: dict[str, str] = {}
        waiting = [str(name) for name in sorted(self.packages) if name in graph.modules]
        while waiting:
            loaded = waiting.pop()
            for importer in sorted(graph.find_modules_that_directly_import(loaded)):
                if importer not in loads and self.is_loaded(graph, importer, loaded):
                    loads[importer] = loaded
                    waiting.append(importer)
        broken = {name: loads[name] for name in sorted(loads.keys() - self.within)}
        return ContractCheck(kept=not broken, metadata={"broken": broken})

    def is_loaded(self, graph: ImportGraph, importer: str, imported: str) -> bool:
        """Whether a module loads another as it is imported, or takes one of the packages at all."""
        details = graph.get_import_details(importer=importer, imported=imported)
        lines = {detail["line_number"] for detail in details}
        return imported in self.packages or not lines <= lines_within_functions(importer)

    def render_broken_contract(self, check: ContractCheck) -> None:
        for name, loaded in check.metadata["broken"].items():
            output.print_error(
                f"{name} loads {loaded}: import it within the function that uses it."
            )


def lines_within_functions(name: str) -> set[int]:
    """The lines of a module of ours that are run only when a function is called."""
    nodes = ast.walk(ast.parse(file_of(name).read_text()))
    functions = [node for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    return {line for node in functions for line in range(node.lineno, (node.end_lineno or 0) + 1)}
