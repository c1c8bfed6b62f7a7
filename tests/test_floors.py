"""The house: every room imports rooms on lower floors only, and no import goes round in a circle."""

from __future__ import annotations

import ast
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

import autograd as ag

ROOT = Path(__file__).parents[1]

# From the ground up; a room is a folder, or a file beside them, and imports from its own folder and from lower floors.
# A file that stands in a folder only for its name, which HIPS autograd gave it, has a floor of its own.
FLOORS: dict[str, list[set[str]]] = {
    "autograd": [
        {"errors", "_same_name"},
        {"extras", "kinds", "suggest"},
        {"rules", "terminal"},
        {"graph"},
        {"numpy"},
        {"value"},
        {"tensor"},
        {"functional"},
        {"extend", "explaining"},
        {"compat", "scipy"},
        {"drawing", "program", "core", "test_util"},
        {"numpy.numpy_boxes", "numpy.numpy_vspaces"},
        {"learn", "builtins", "differential_operators", "misc", "tracer", "util", "wrap_util"},
        {"__init__", "__main__"},
    ],
    "nn": [
        {"_arguments", "_limits", "_repr", "_schema", "_text", "_words"},
        {"_checks", "_files", "figures"},
        {"init", "losses", "metrics", "regularisation"},
        {"module", "outputs"},
        {"functional", "inspect", "layers", "per_sample"},
        {"optim"},
        {"distributed"},
        {"training"},
        {"scalar", "estimator", "interchange", "pictures"},
        {"app"},
        {"__init__", "__main__"},
    ],
}


def modules_of(root: Path, package: str) -> dict[str, Path]:
    """Every module of a package by its dotted name."""
    found = {}
    for path in sorted((root / package).rglob("*.py")):
        parts = path.relative_to(root).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imports_of(path: Path, known: dict[str, Path]) -> Iterator[tuple[str, list[str]]]:
    """What a module imports, wherever in it: each module, and the names that are taken from it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, []) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}: a relative import"
            names = [alias.name for alias in node.names]
            inner = [f"{node.module}.{name}" for name in names if f"{node.module}.{name}" in known]
            yield from ((module, []) for module in inner)
            if len(inner) < len(names):
                yield node.module or "", [name for name in names if f"{node.module}.{name}" not in known]


def room_of(module: str) -> str:
    """The folder or file below the package that a module is, or lies in."""
    _, _, inner = module.partition(".")
    known = any(inner in floor for floors in FLOORS.values() for floor in floors)
    return inner if known else inner.partition(".")[0] or "__init__"


def upward_imports(root: Path) -> Iterator[str]:
    """Imports that do not lead to a lower floor, and rooms that the plan does not know."""
    for package, floors in FLOORS.items():
        level = {room: i for i, rooms in enumerate(floors) for room in rooms}
        known = modules_of(root, package)
        for module, path in known.items():
            room = room_of(module)
            if room not in level:
                yield f"{module}: no floor is known for the room {room!r}"
                continue
            for other, _ in imports_of(path, known):
                top, target = other.partition(".")[0], room_of(other)
                if package == "autograd" and top == "nn":
                    yield f"{module} imports {other}: the engine knows nothing of networks"
                elif top == package and target != room and other in known and level.get(target, 99) >= level[room]:
                    yield f"{module} imports {other}, which is not on a lower floor"


def circles(root: Path) -> Iterator[str]:
    """Modules that import themselves by way of others."""
    for package in FLOORS:
        known = modules_of(root, package)
        graph = {m: {o for o, _ in imports_of(path, known) if o in known and o != m} for m, path in known.items()}
        while removable := [module for module, others in graph.items() if not others & graph.keys()]:
            for module in removable:
                del graph[module]
        # What is left lies on circles or leads to one; what nobody left imports only leads there.
        while removable := [m for m in graph if not any(m in others for others in graph.values())]:
            for module in removable:
                del graph[module]
        yield from (f"{module} lies on a circle" for module in sorted(graph))


def private_imports(root: Path) -> Iterator[str]:
    """Where `nn` uses more of `autograd` than its public names."""
    public = {*dir(ag), "__file__", "__version__"}
    for module, path in modules_of(root, "nn").items():
        for other, names in imports_of(path, {}):
            if other == "autograd":
                yield from (f"{module} imports autograd.{name}" for name in names if name not in public)
            elif other.startswith("autograd."):
                yield f"{module} imports {other}"
        source = path.read_text(encoding="utf-8")
        for name in re.findall(r"^(?!\s*>>>).*?\bag\.(\w+)", source, re.MULTILINE):
            if name not in public:
                yield f"{module} uses ag.{name}"


# What stands against the plan still; nothing is added here.
NOT_YET: set[str] = set()
RULES = {"upward": upward_imports, "circle": circles, "private": private_imports}


@pytest.mark.parametrize("rule", RULES)
def test_the_house_stands(rule: str) -> None:
    assert set(RULES[rule](ROOT)) - NOT_YET == set()


# Each plants one fault in a copy of the house: the file, a line for it, and which rule must notice.
PLANTED = {
    "an import of a higher floor": ("autograd/rules/arithmetic.py", "import autograd.tensor.tensor", "upward"),
    "one within a function": ("autograd/graph/node.py", "def f():\n    from autograd.value import Value", "upward"),
    "an import of a neighbour's room": ("autograd/drawing/look.py", "import autograd.program", "upward"),
    "the engine on networks": ("autograd/functional/trees.py", "import nn", "upward"),
    "a room that nobody knows": ("autograd/attic/__init__.py", "", "upward"),
    "a file that nobody knows": ("nn/attic.py", "", "upward"),
    "a circle of two files": ("autograd/rules/primitive.py", "import autograd.rules.arithmetic", "circle"),
    "a circle through a package": ("nn/training/history.py", "from nn.training import trainer", "circle"),
    "a private module": ("nn/module.py", "from autograd.graph.node import Node", "private"),
    "a private name": ("nn/module.py", "from autograd import import_module", "private"),
}


@pytest.mark.parametrize("fault", PLANTED)
def test_a_planted_fault_is_noticed(fault: str, tmp_path: Path) -> None:
    file, line, rule = PLANTED[fault]
    for package in FLOORS:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    before = set(RULES[rule](tmp_path))
    path = tmp_path / file
    path.parent.mkdir(exist_ok=True)
    source = path.read_text(encoding="utf-8") if path.exists() else ""
    path.write_text(f"{source}\n{line}\n", encoding="utf-8")
    assert set(RULES[rule](tmp_path)) - before
