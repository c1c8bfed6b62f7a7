"""Truths in every spelling that means one, and what other libraries call things."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd as ag
import autograd.numpy as anp
from autograd.elsewhere import METHODS

X = np.arange(6.0).reshape(2, 3) + 1


def slope(create_graph: Any) -> Any:
    x = ag.Value(2.0)
    (x * x).backward(create_graph=create_graph)
    return x.grad


TRUTHS: dict[str, Callable[[Any], Any]] = {
    "Value": lambda truth: ag.Value(1.0, requires_grad=truth).requires_grad,
    "Tensor": lambda truth: ag.Tensor(X, requires_grad=truth).requires_grad,
    "backward": lambda truth: isinstance(slope(truth), ag.Value),
    "gradients": lambda truth: isinstance(ag.gradients((x := ag.Value(2.0)) * x, x, create_graph=truth), ag.Value),
    "norm": lambda truth: np.ndim(anp.linalg.norm(ag.Tensor(X), axis=0, keepdims=truth)) == 2,
}


@pytest.mark.parametrize("name", TRUTHS)
def test_a_truth_is_one_however_it_is_written(name: str) -> None:
    for truth in (True, 1, np.True_, False, 0, np.False_):
        assert TRUTHS[name](truth) is bool(truth), truth
    for other in ("yes", 2.0, None):
        with pytest.raises(TypeError):
            TRUTHS[name](other)


@pytest.mark.parametrize("node", [ag.Value(1.0), ag.Tensor(X)], ids=["Value", "Tensor"])
def test_who_asks_for_another_librarys_name_is_told_ours(node: Any) -> None:
    own = {name for name in METHODS if name in dir(node)}
    assert own <= {"numpy", *dir(X)}
    for name in METHODS.keys() - own:
        with pytest.raises(AttributeError, match=f"has no attribute '{name}': "):
            getattr(node, name)
