"""Counts of the house rules: ``python -m tests.house_counts [FOLDER ...]`` prints them.

Classes of one name in one package, uses of the local name ``found``, docstring headlines that are
missing, too long or literary, classes of the window that inherit from one another in a chain, and
import cycles.
"""

import ast
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("curator", "trainer")

HEADLINE_LENGTH = 90

QUESTIONED_LINES = 300
"""Length from which a file is asked whether it has more than one subject."""

LITERARY = re.compile(
    r"\b(begun|whereabouts|of which|for who|who asks|is told|are told|be told|goes without|"
    r"the one of|no such|come closer|hearer|what is heard|is heard|whose|has in mind|anew|lately|"
    r"foretell|nothing can be said|dress|nobody|somebody|what there is|that there is|"
    r"what it is|what they are|in words|to be had|for good|by ear|at once)\b",
    re.IGNORECASE,
)
"""Phrases that a native engineer would not write in a docstring's first line."""


def modules(*folders: str) -> list[Path]:
    """Python files below the given folders, relative to the root, sorted."""
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


@cache
def tree(path: Path) -> ast.Module:
    """Syntax tree of a file."""
    return ast.parse(path.read_text("utf-8"), str(path))


def where(path: Path, node: ast.AST) -> str:
    """Place of a node as ``folder/file.py:line``."""
    return f"{path.relative_to(ROOT).as_posix()}:{getattr(node, 'lineno', 1)}"


def repeated_class_names(package: str) -> dict[str, list[str]]:
    """Class names (private ones too) defined more than once in a package, with their places."""
    places: dict[str, list[str]] = defaultdict(list)
    for path in modules(package):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.ClassDef):
                places[node.name.lstrip("_")].append(where(path, node))
    return {name: each for name, each in sorted(places.items()) if len(each) > 1}


def uses_of_found(*folders: str) -> list[str]:
    """Places where ``found`` is used as a local name, argument, field or attribute."""
    return [
        where(path, node)
        for path in modules(*folders)
        for node in ast.walk(tree(path))
        if (isinstance(node, ast.Name) and node.id == "found")
        or (isinstance(node, ast.arg) and node.arg == "found")
        or (isinstance(node, ast.Attribute) and node.attr == "found")
        or (isinstance(node, ast.keyword) and node.arg == "found")
    ]


def headlines(*folders: str) -> Iterator[tuple[str, str]]:
    """First lines of docstrings of modules, classes and functions, with their places."""
    for path in modules(*folders):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
                text = ast.get_docstring(node)
                if text:
                    yield where(path, node), text.splitlines()[0]


def poor_headlines(*folders: str) -> list[str]:
    """Docstring headlines that are longer than the limit or use a literary phrase."""
    return [
        f"{place} {line}"
        for place, line in headlines(*folders)
        if len(line) > HEADLINE_LENGTH or LITERARY.search(line)
    ]


def long_files(*folders: str, most: int = QUESTIONED_LINES) -> list[str]:
    """Files with more lines than ``most``, with their lines, the longest first."""
    counts = {path: len(path.read_text("utf-8").splitlines()) for path in modules(*folders)}
    chosen = sorted((path for path in counts if counts[path] > most), key=lambda p: -counts[p])
    return [f"{path.relative_to(ROOT)} {counts[path]}" for path in chosen]


def window_chains() -> dict[str, list[str]]:
    """Classes of curator.ui with more than one ancestor that is a class of curator.ui."""
    bases: dict[str, list[str]] = {}
    for path in modules("curator/ui"):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.ClassDef):
                bases[node.name] = [
                    base.id if isinstance(base, ast.Name) else ast.unparse(base).rpartition(".")[2]
                    for base in node.bases
                ]

    def chain(name: str) -> list[str]:
        own = [base for base in bases.get(name, ()) if base in bases and base != name]
        return [base for parent in own for base in (parent, *chain(parent))]

    return {name: line for name in bases if len(line := chain(name)) > 1}


def import_cycles(package: str) -> list[tuple[str, ...]]:
    """Groups of modules that import one another, also those inside one folder (Tarjan)."""
    import grimp

    graph = grimp.build_graph(package, cache_dir=None)
    # A package imports its children by name and they import it by path: only modules count.
    imports = {
        name: sorted(graph.find_modules_directly_imported_by(name)) for name in graph.modules
    }
    order: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    cycles: list[tuple[str, ...]] = []

    def visit(name: str) -> None:
        order[name] = low[name] = len(order)
        stack.append(name)
        for other in imports[name]:
            if other not in order:
                visit(other)
                low[name] = min(low[name], low[other])
            elif other in stack:
                low[name] = min(low[name], order[other])
        if low[name] == order[name]:
            group = []
            while not group or group[-1] != name:
                group.append(stack.pop())
            if len(group) > 1:
                cycles.append(tuple(sorted(group)))

    sys.setrecursionlimit(10_000)
    for name in sorted(imports):
        if name not in order:
            visit(name)
    return cycles


def lines_of_code(*folders: str) -> int:
    """Lines of all Python files below the folders."""
    return sum(len(path.read_text("utf-8").splitlines()) for path in modules(*folders))


def main(folders: list[str]) -> None:
    """Print the counts, and the places where folders are named."""
    chosen = folders or list(PACKAGES)
    details = bool(folders)
    print("lines of product code", lines_of_code(*PACKAGES))
    for package in PACKAGES:
        repeated = repeated_class_names(package)
        mine = {
            name: places
            for name, places in repeated.items()
            if not details or any(place.startswith(tuple(chosen)) for place in places)
        }
        print(package, "class names used more than once:", len(mine))
        for name, places in mine.items():
            print("  ", name, *places)
        print(package, "import cycles:", len(cycles := import_cycles(package)))
        for cycle in cycles:
            print("  ", *cycle)
    print("window classes in a chain:", len(chains := window_chains()))
    for name, line in chains.items():
        print("  ", name, ">", " > ".join(line))
    found = uses_of_found(*chosen)
    print("uses of the name found:", len(found))
    long = long_files(*chosen)
    print(f"files above {QUESTIONED_LINES} lines, one subject each?", ", ".join(long) or 0)
    poor = poor_headlines(*chosen)
    print("docstring headlines to rewrite (length or phrase):", len(poor))
    if details:
        for line in [*found, *poor]:
            print("  ", line)


if __name__ == "__main__":
    main(sys.argv[1:])
