"""The layers: every package imports packages on lower floors only, and there are no circular imports."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import autograd as ag

ROOT = Path(__file__).parents[1]

# From the ground up; a part is a folder, or a file beside them, and imports from its own folder and from lower floors.
# A file that stands in a folder only for its name, which HIPS autograd gave it, has a floor of its own.
FLOORS: dict[str, list[set[str]]] = {
    "autograd": [
        {"errors", "_same_name", "elsewhere", "files"},
        {"extras", "kinds", "suggest"},
        {"argument_kinds"},
        {"rules", "terminal", "arguments"},
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
        {"_limits", "_repr", "_schema", "_text", "_words"},
        {"_arguments", "_files", "_state", "figures"},
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


Modules = dict[str, str]  # every module of both packages by its dotted name: what is written in it


def house() -> Modules:
    """The house as it stands."""
    found = {}
    for package in FLOORS:
        for path in sorted((ROOT / package).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path.read_text(encoding="utf-8")
    return found


@cache
def statements(source: str) -> list[ast.Import | ast.ImportFrom | ast.Constant | ast.JoinedStr]:
    """The imports of a module, wherever in it; and its strings, where it has a use for `import_module`."""
    wanted = ast.Import | ast.ImportFrom
    if "import_module" in source:
        wanted |= ast.Constant | ast.JoinedStr
    return [node for node in ast.walk(ast.parse(source)) if isinstance(node, wanted)]


def imports_of(source: str, known: Modules) -> Iterator[tuple[str, list[str]]]:
    """What a module imports, now or later: each module, and the names that are taken from it.

    A string that is a module's name counts, and ``f"autograd.numpy.{name}"`` counts for all of that part.
    """
    for node in statements(source):
        if isinstance(node, ast.Import):
            yield from ((alias.name, []) for alias in node.names)
        elif isinstance(node, ast.Constant):
            if isinstance(node.value, str) and "." in node.value and node.value in known:
                yield node.value, []
        elif isinstance(node, ast.JoinedStr):
            folder = ast.unparse(node)[2:].rpartition(".{")[0]
            if folder in known:
                inside = [m for m in known if m.rpartition(".")[0] == folder and part_of(m) == part_of(folder)]
                yield from ((m, []) for m in inside)
        else:
            assert not node.level, f"a relative import: {ast.unparse(node)}"
            names = [alias.name for alias in node.names]
            inner = [f"{node.module}.{name}" for name in names if f"{node.module}.{name}" in known]
            yield from ((module, []) for module in inner)
            if len(inner) < len(names):
                yield node.module or "", [name for name in names if f"{node.module}.{name}" not in known]


def part_of(module: str) -> str:
    """The folder or file below the package that a module is, or lies in."""
    _, _, inner = module.partition(".")
    known = any(inner in floor for floors in FLOORS.values() for floor in floors)
    return inner if known else inner.partition(".")[0] or "__init__"


def upward_imports(known: Modules) -> Iterator[str]:
    """Imports that do not lead to a lower floor, and parts that the plan does not know."""
    level = {(package, part): i for package in FLOORS for i, parts in enumerate(FLOORS[package]) for part in parts}
    for module, source in known.items():
        package, part = module.partition(".")[0], part_of(module)
        if (package, part) not in level:
            yield f"{module}: no floor is known for the part {part!r}"
            continue
        for other, _ in imports_of(source, known):
            top, target = other.partition(".")[0], part_of(other)
            lower = level.get((package, target), 99) < level[package, part]
            if package == "autograd" and top == "nn":
                yield f"{module} imports {other}: the engine knows nothing of networks"
            elif top == package and target != part and other in known and not lower:
                yield f"{module} imports {other}, which is not on a lower floor"


def circles(known: Modules) -> Iterator[str]:
    """Modules that import themselves by way of others."""
    graph = {m: {o for o, _ in imports_of(source, known) if o in known and o != m} for m, source in known.items()}
    while removable := [module for module, others in graph.items() if not others & graph.keys()]:
        for module in removable:
            del graph[module]
    # What is left lies on circles or leads to one; what nobody left imports only leads there.
    while removable := [m for m in graph if not any(m in others for others in graph.values())]:
        for module in removable:
            del graph[module]
    yield from (f"{module} lies on a circle" for module in sorted(graph))


def private_imports(known: Modules) -> Iterator[str]:
    """Where `nn` uses more of `autograd` than its public names."""
    public = {*dir(ag), "__file__", "__version__"}
    for module, source in known.items():
        if module.partition(".")[0] != "nn":
            continue
        for other, names in imports_of(source, {}):
            if other == "autograd":
                yield from (f"{module} imports autograd.{name}" for name in names if name not in public)
            elif other.startswith("autograd."):
                yield f"{module} imports {other}"
        for name in re.findall(r"^(?!\s*>>>).*?\bag\.(\w+)", source, re.MULTILINE):
            if name not in public:
                yield f"{module} uses ag.{name}"


RULES = {"upward": upward_imports, "circle": circles, "private": private_imports}


@pytest.mark.parametrize("rule", RULES)
def test_the_house_stands(rule: str) -> None:
    assert list(RULES[rule](house())) == []


# Each plants one fault in the house: the module, a line for it, and which rule must notice.
PLANTED = {
    "an import of a higher floor": ("autograd.rules.arithmetic", "import autograd.tensor.tensor", "upward"),
    "one within a function": ("autograd.graph.node", "def f():\n    from autograd.value import Value", "upward"),
    "an import of a neighbour's part": ("autograd.drawing.look", "import autograd.program", "upward"),
    "the engine on networks": ("autograd.functional.trees", "import nn", "upward"),
    "a part that nobody knows": ("autograd.attic", "", "upward"),
    "a file that nobody knows": ("nn.attic", "", "upward"),
    "a circle of two files": ("autograd.rules.primitive", "import autograd.rules.arithmetic", "circle"),
    "a circle by a name": ("autograd.rules.primitive", 'import_module("autograd.rules.arithmetic")', "circle"),
    "a circle by a folder's name": ("autograd.rules.shapes", 'import_module(f"autograd.rules.{part}")', "circle"),
    "a circle through a package": ("nn.training.history", "from nn.training import trainer", "circle"),
    "a private module": ("nn.module", "from autograd.graph.node import Node", "private"),
    "a private name": ("nn.module", "from autograd import import_module", "private"),
}


@pytest.mark.parametrize("fault", PLANTED)
def test_a_planted_fault_is_noticed(fault: str) -> None:
    module, line, rule = PLANTED[fault]
    known = house()
    known[module] = f"{known.get(module, '')}\n{line}\n"
    assert list(RULES[rule](known))
