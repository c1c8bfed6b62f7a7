"""Nested containers: what they hold, in which order, and how another of the same form is made."""

from __future__ import annotations

from collections import OrderedDict, defaultdict, namedtuple
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

import autograd as ag
from autograd.functional.trees import leaves, map_leaves, matched_leaves, paths, with_leaves

Point = namedtuple("Point", "x y")


@dataclass(frozen=True, slots=True)
class Frozen:
    W: Any
    b: Any


@dataclass
class Checked:
    low: float
    high: float
    width: float = field(init=False)

    def __post_init__(self) -> None:
        if not isinstance(self.low, float):
            raise TypeError(self.low)
        self.width = self.high - self.low


class Vector(list):  # type: ignore[type-arg]
    """A user's own kind of list."""


ARRAY = np.ones(2)
TREES = {
    "leaf": (1.0, [1.0], [""]),
    "array": (ARRAY, [ARRAY], [""]),
    "tuple": ((1.0, (2.0,)), [1.0, 2.0], ["[0]", "[1][0]"]),
    "list": ([1.0, [], 2.0], [1.0, 2.0], ["[0]", "[2]"]),
    "own list": (Vector([1.0, 2.0]), [1.0, 2.0], ["[0]", "[1]"]),
    "dict": ({"b": 1.0, 3: {"c": 2.0}}, [1.0, 2.0], ["['b']", "[3]['c']"]),
    "OrderedDict": (OrderedDict(b=1.0, a=2.0), [1.0, 2.0], ["['b']", "['a']"]),
    "defaultdict": (defaultdict(list, a=[1.0]), [1.0], ["['a'][0]"]),
    "namedtuple": (Point(1.0, (2.0,)), [1.0, 2.0], [".x", ".y[0]"]),
    "dataclass": (Frozen(1.0, [2.0, 3.0]), [1.0, 2.0, 3.0], [".W", ".b[0]", ".b[1]"]),
    "dataclass with more than __init__ takes": (Checked(1.0, 3.0), [1.0, 3.0, 2.0], [".low", ".high", ".width"]),
    "None": ({"W": 1.0, "b": None}, [1.0], ["['W']"]),
    "nothing": ((), [], []),
}


@pytest.mark.parametrize("name", TREES)
def test_leaves_paths_and_another_of_the_same_form(name: str) -> None:
    tree, expected, places = TREES[name]
    assert leaves(tree) == expected
    assert paths(tree) == places
    for place, leaf in zip(places, expected, strict=True):
        found = eval(f"tree{place}", {"tree": tree})
        assert found is leaf or found == leaf
    new = [10.0 * i for i in range(len(expected))]
    other = with_leaves(tree, new)
    assert type(other) is type(tree) or not places or places == [""]
    assert leaves(other) == new
    assert leaves(tree) == expected  # unchanged
    back = map_leaves(lambda x, old: old, other, tree)
    assert leaves(back) == expected
    assert matched_leaves(tree, other) == new


def test_what_a_container_is_beside_its_parts_stays() -> None:
    tree = defaultdict(list, a=[1.0])
    assert map_leaves(lambda x: x + 1, tree).default_factory is list
    frozen = map_leaves(lambda x: ag.Value(x), Frozen(1.0, 2.0))
    assert frozen.b.data == 2.0
    # Fields are filled without __init__, which may not like nodes.
    assert map_leaves(lambda x: ag.Value(x), Checked(1.0, 3.0)).low.data == 1.0


def test_nodes_strings_and_classes_are_leaves() -> None:
    node = ag.Tensor([1.0, 2.0])
    assert leaves([node, "ab", Frozen]) == [node, "ab", Frozen]


def test_dicts_are_matched_by_key() -> None:
    assert matched_leaves({"a": 1.0, "b": 2.0}, {"b": 20.0, "a": 10.0}) == [10.0, 20.0]
    assert map_leaves(lambda x, y: x - y, {"a": 1.0, "b": 2.0}, {"b": 2.0, "a": 1.0}) == {"a": 0.0, "b": 0.0}


@pytest.mark.parametrize(
    ("tree", "other", "message"),
    [
        ({"a": 1.0}, {"b": 1.0}, "a dict with a was expected, not a dict with b"),
        ([1.0, 2.0], [1.0], "a list of 2 was expected, not a list of 1"),
        ([1.0], 1.0, "a list of 1 was expected, not a float"),
        (1.0, [1.0], "a list where a single number or array was expected"),
        (Point(1.0, 2.0), Frozen(1.0, 2.0), "a Point with x, y was expected, not a Frozen with W, b"),
        (None, 1.0, "was expected, not a float"),
    ],
)
def test_another_form_is_named(tree: Any, other: Any, message: str) -> None:
    with pytest.raises(ag.ShapeError, match=message):
        map_leaves(lambda x, y: x, tree, other)
