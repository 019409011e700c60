"""How long modules and functions are, by folder: `python -m benchmarks.sizes [GIT_REVISION]`.

With a revision the same figures of that one stand beside. Printed, never enforced: a number is no
reason to cut a thought in two.
"""

import ast
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import PurePath
from statistics import median
from typing import NamedTuple

LEFT_OUT = {"tests", "migrations"}
LONG_MODULE, LONG_FUNCTION = 300, 40
COLUMNS = ("modules", "median", "longest", "functions", "median", "longest")


class Sizes(NamedTuple):
    """Lines of each module and of each function."""

    modules: list[int]
    functions: list[int]


def main() -> None:
    """Print them all, and what is longer than most."""
    revision = sys.argv[1] if len(sys.argv) > 1 else None
    sources = {path: read(path, None) for path in paths(None)}
    now = by_folder(sources.items())
    then = by_folder((path, read(path, revision)) for path in paths(revision)) if revision else {}
    print(f"{'':14}{'':4}" + "".join(f"{column:>12}" for column in COLUMNS))
    for name in ordered(now, then):
        print(f"{name:14}{'now':4}" + figures(now.get(name)))
        if revision:
            print(f"{revision[:14]:14}{'':4}" + figures(then.get(name)))
    print(*longest(sources), sep="\n")


def ordered(*found: dict[str, Sizes]) -> list[str]:
    """The folders' names, all of them together last."""
    return [*sorted(set().union(*found) - {"all"}), "all"]


def figures(sizes: Sizes | None) -> str:
    """A row of the table."""
    if not sizes:
        return "".join(f"{'-':>12}" for _ in COLUMNS)
    measured = (
        figure
        for lines in sizes
        for figure in (len(lines), median(lines or [0]), max(lines, default=0))
    )
    return "".join(f"{figure:12g}" for figure in measured)


def by_folder(sources: Iterable[tuple[str, str]]) -> dict[str, Sizes]:
    """The sizes by the folder at the top, and of all."""
    found: dict[str, Sizes] = defaultdict(lambda: Sizes([], []))
    for path, source in sources:
        functions = [lines for _, lines in functions_of(source)]
        for name in (PurePath(path).parts[0], "all"):
            found[name].modules.append(source.count("\n"))
            found[name].functions.extend(functions)
    return dict(found)


def longest(sources: dict[str, str]) -> Iterator[str]:
    """What is longer than nearly everything else."""
    for path, source in sources.items():
        if source.count("\n") > LONG_MODULE:
            yield f"{path}: {source.count(chr(10))} lines"
        for name, lines in functions_of(source):
            if lines > LONG_FUNCTION:
                yield f"{path}, {name}(): {lines} lines"


def functions_of(source: str) -> Iterator[tuple[str, int]]:
    """Each function's name, and its lines with its decorators."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = min([node.lineno, *(one.lineno for one in node.decorator_list)])
            yield node.name, (node.end_lineno or first) - first + 1


def paths(revision: str | None) -> list[str]:
    """Our modules that hold something, in the folder or at a revision."""
    command = ["ls-tree", "-r", "--name-only", revision] if revision else ["ls-files"]
    names = [PurePath(name) for name in git(*command).splitlines()]
    kept = [name for name in names if name.suffix == ".py" and not LEFT_OUT & set(name.parts)]
    return [str(name) for name in kept if len(name.parts) > 1 and name.name != "__init__.py"]


def read(path: str, revision: str | None) -> str:
    """A module's text."""
    if revision:
        return git("show", f"{revision}:{path}")
    with open(path, encoding="utf-8") as file:
        return file.read()


def git(*arguments: str) -> str:
    """What git says."""
    return subprocess.run(["git", *arguments], check=True, capture_output=True, text=True).stdout


if __name__ == "__main__":
    main()
