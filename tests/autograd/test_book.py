"""The rule book as a whole: complete, self-consistent, and written in its own language."""

from __future__ import annotations

import ast
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import autograd as ag
from autograd.rules.primitive import BOOK, Primitive
from tests.autograd.table import ROWS, Case, cases

PACKAGE = Path(ag.__file__).parent


def test_every_entry_has_a_line_in_the_table_and_every_line_an_entry() -> None:
    assert set(ROWS) == set(BOOK)


@pytest.mark.parametrize("name", BOOK)
def test_an_entry_is_found_by_its_name_and_says_what_it_is(name: str) -> None:
    assert BOOK[name].name == name
    assert getattr(ag, name) is not None
    assert BOOK[name].doc or not BOOK[name].differentiable
    with pytest.raises(ValueError, match="has a primitive 'add' already"):
        ag.rules.primitive.primitive("add", np.add)


@pytest.mark.parametrize("name", BOOK)
def test_rules_speak_operators_and_primitives_only(name: str) -> None:
    entry = BOOK[name]
    for rule in [*entry.vjps, entry.pull]:
        for function in _called(rule):
            assert not {"np", "math", "numpy"} & set(function.__code__.co_names), f"{name} looks outside the book"


def _called(rule: Any) -> list[Any]:
    """A rule and the helpers of the book that it calls."""
    found, waiting = [], [rule] if rule else []
    while waiting:
        function = waiting.pop()
        if function not in found:
            found.append(function)
            named = [function.__globals__.get(word) for word in function.__code__.co_names]
            waiting += [
                f for f in named
                if hasattr(f, "__code__") and f.__module__.startswith("autograd.rules") and f.__name__ != "count"
            ]  # fmt: skip
    return found


@pytest.mark.parametrize("case", list(cases(differentiable=True)), ids=str)
def test_what_a_rule_does_not_read_does_not_matter(case: Case) -> None:
    entry, arrays = BOOK[case.name], case.draw()
    wanted = case.differentiable()
    if entry.pull is not None and not entry.linear:
        return  # counts as reading everything
    y = np.asarray(entry.array(*arrays, **case.attrs)) if case.name in case_by_entry else np.asarray(case(*arrays))
    g = np.random.default_rng(1).uniform(0.5, 1.5, y.shape)
    pull, vjps = entry.derivatives("array")
    for parent in wanted:
        unread = [i for i in range(len(arrays)) if not entry.reads(parent, i) and arrays[i].dtype == float]
        disturbed = [a + 1.0 if i in unread else a for i, a in enumerate(arrays)]
        other_y = y if entry.reads(parent, -1) else y + 1.0

        def share(y: Any, arrays: list[Any], parent: int = parent) -> Any:
            return pull(g, y, *arrays, **case.attrs)[parent] if pull else vjps[parent](g, y, *arrays, **case.attrs)

        np.testing.assert_array_equal(share(other_y, disturbed), share(y, arrays))


# Public functions that take a list, or choose between two entries, are called through their wrapper.
case_by_entry = {name for name, row in ROWS.items() if isinstance(row.ours, Primitive)}


@pytest.mark.parametrize("case", list(cases(differentiable=True)), ids=str)
def test_a_rule_made_ready_for_arrays_is_the_rule_as_written(case: Case) -> None:
    entry, arrays = BOOK[case.name], case.draw()
    y = np.asarray(case(*arrays))
    g = np.ones(y.shape)
    for kind in ("array", "node"):
        pull, vjps = entry.derivatives(kind)  # type: ignore[arg-type]
        rules = [pull] if pull else [vjps[i] for i in case.differentiable()]
        results = [
            np.concatenate([np.ravel(part) for part in np.atleast_1d(*_listed(rule(g, y, *arrays, **case.attrs)))])
            for rule in rules
        ]
        if kind == "array":
            expected = results
    for ours, theirs in zip(results, expected, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-13)


def _listed(result: Any) -> list[Any]:
    parts = result if isinstance(result, list) else [result]
    return [*parts, 0.0] if len(parts) == 1 else parts


# ---- kinks ---------------------------------------------------------------------------------------------------------

KINKS = {
    "abs": lambda: (_slopes(ag.abs, 0.0), [0.0]),
    "relu": lambda: (_slopes(ag.relu, 0.0), [0.0]),
    "leaky_relu": lambda: (_slopes(lambda x: ag.leaky_relu(x, 0.1), 0.0), [0.1]),
    "maximum": lambda: (_slopes(ag.maximum, 2.0, 2.0), [0.5, 0.5]),
    "minimum": lambda: (_slopes(ag.minimum, 2.0, 2.0), [0.5, 0.5]),
    "clip": lambda: (
        _slopes(lambda x: ag.clip(x, -1, 1), 1.0) + _slopes(lambda x: ag.clip(x, -1, 1), -1.0),
        [1.0, 1.0],
    ),
    "sqrt": lambda: (_slopes(ag.sqrt, 0.0), [math.inf]),
    "power": lambda: (_slopes(ag.power, 0.0, 0.0) + _slopes(ag.power, 0.0, 2.0), [0.0, 0.0, 0.0, 0.0]),
    "max": lambda: (_shares(ag.max), [0.0, 0.5, 0.5, 0.0]),
    "min": lambda: (_shares(ag.min), [0.5, 0.0, 0.0, 0.5]),
}


def _slopes(function: Any, *point: float) -> list[float]:
    """The derivatives at a point, of Values and of Tensors, which must agree."""
    values = [ag.Value(x) for x in point]
    function(*values).backward()
    tensors = [ag.Tensor(x, requires_grad=True) for x in point]
    with np.errstate(all="ignore"):
        function(*tensors).backward()
    slopes = [value.grad for value in values]
    assert slopes == [tensor.grad.item() for tensor in tensors]
    return slopes


def _shares(function: Any) -> list[float]:
    x = ag.Tensor([1.0, 3.0, 3.0, 1.0], requires_grad=True)
    function(x).backward()
    shares: list[float] = x.grad.tolist()
    return shares


def test_every_kink_has_its_line_here() -> None:
    assert set(KINKS) == {name for name, entry in BOOK.items() if entry.kink}


@pytest.mark.parametrize("name", KINKS)
def test_at_a_kink_the_written_choice_is_made(name: str) -> None:
    ours, written = KINKS[name]()
    assert ours == written


# ---- the floors of the house ---------------------------------------------------------------------------------------

FLOORS = [
    {"errors", "_same_name"},
    {"rules"},
    {"memory", "mode"},
    {"graph"},
    {"functions", "operators"},
    {"protocols", "array_methods"},
    {"value", "tensor"},
    {"numpy", "trees", "functional", "check", "extend", "test_util", "program", "draw", "__init__", "__main__"},
]


def _floor(room: str) -> int:
    return next(i for i, rooms in enumerate(FLOORS) if room in rooms)


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_a_room_imports_from_its_own_floor_or_below(path: Path) -> None:
    room = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        if isinstance(node, ast.ImportFrom) and node.module == "autograd":
            names = [f"autograd.{alias.name}" for alias in node.names]
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        for name in names:
            assert name.split(".")[0] != "nn", "the engine knows nothing of networks"
            if name.startswith("autograd.") and room != "__init__":
                other = name.split(".")[1]
                if any(other in rooms for rooms in FLOORS):
                    assert _floor(other) <= _floor(room), f"{room} imports {other}, which stands above it"
