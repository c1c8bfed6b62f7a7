"""What holds of every public name: it goes through pickle as itself, and says no name of ours where a call is wrong."""

from __future__ import annotations

import importlib
import inspect
import pickle
import re
import warnings
from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import autograd as ag
from autograd.errors import MissingRuleError

MODULES = [
    "autograd", "autograd.builtins", "autograd.core", "autograd.differential_operators", "autograd.extend",
    "autograd.graph", "autograd.misc", "autograd.misc.fixed_points", "autograd.misc.flatten",
    "autograd.misc.optimizers", "autograd.numpy", "autograd.numpy.fft", "autograd.numpy.linalg",
    "autograd.scipy.fft", "autograd.scipy.integrate", "autograd.scipy.interpolate", "autograd.scipy.linalg",
    "autograd.scipy.optimize", "autograd.scipy.signal", "autograd.scipy.special", "autograd.scipy.stats",
    "autograd.test_util", "autograd.util",
]  # fmt: skip


def public(name: str) -> dict[str, Any]:
    """What can be called under a module's public names."""
    if ".scipy." in name:
        pytest.importorskip("scipy", reason="needs gradbook[scipy]")
    module = importlib.import_module(name)
    words = [word for word in getattr(module, "__all__", dir(module)) if not word.startswith("_")]
    found = {word: getattr(module, word) for word in words}
    return {word: thing for word, thing in found.items() if callable(thing) and not isinstance(thing, ModuleType)}


@pytest.mark.parametrize("name", MODULES)
def test_public_functions_and_classes_are_pickled_by_reference(name: str) -> None:
    problems = []
    for word, thing in public(name).items():
        # Objects of NumPy's and SciPy's, some of which cannot, and methods of C's.
        if type(thing).__module__.startswith(("numpy", "scipy")) or inspect.isbuiltin(thing):
            continue
        try:
            if pickle.loads(pickle.dumps(thing)) is not thing:
                problems.append(f"{word} comes back as another")
        except Exception as error:
            problems.append(f"{word}: {error}")
    assert problems == []


def _two() -> Any:
    return ag.Tensor([0.5, 0.5], requires_grad=True)


WRONG: list[Callable[[], tuple[Any, ...]]] = [
    lambda: (), lambda: ("a",), lambda: (_two(),), lambda: (_two(), "a"), lambda: (_two(), ag.Tensor([1.0, 2.0, 3.0])),
    lambda: (_two(), None), lambda: (_two(),) * 6, lambda: (ag.Tensor(np.eye(2)), ag.Tensor(np.eye(2))),
    lambda: (_two(), 1, 2, 3), lambda: (ag.Value(1.0),), lambda: ([],), lambda: (np.sort, _two()),
]  # fmt: skip
INNER = re.compile(r"(?<![\w.'\"])_[a-z]\w*|<locals>|<lambda>")
# Functions that read or write files, or set something for the whole process.
ASIDE = {
    "fromfile",
    "genfromtxt",
    "installing",
    "load",
    "loadtxt",
    "require",
    "save",
    "savetxt",
    "savez",
    "show_config",
}
ASIDE |= {"savez_compressed", "set_printoptions", "setbufsize", "seterr", "seterrcall", "show_runtime", "test", "info"}


@pytest.mark.parametrize("name", MODULES)
def test_no_message_names_what_is_not_public(name: str) -> None:
    problems = set()
    for word, thing in public(name).items():
        methods = getattr(thing, "functions", {}) | getattr(thing, "moments", {}) if name.endswith("stats") else {}
        if word in ASIDE or (inspect.isclass(thing) and issubclass(thing, BaseException)):
            continue
        for function in (thing, *methods.values()):
            for arguments in WRONG:
                for keywords in ({}, {"axis": "a"}, {"foo": 1}):
                    try:
                        with warnings.catch_warnings(), np.errstate(all="ignore"):
                            warnings.simplefilter("ignore")
                            function(*arguments(), **keywords)
                    except Exception as error:
                        ours = INNER.search(str(error))
                        if ours and not ours[0].startswith("_flapack"):
                            problems.add(f"{word}: {error}")
    assert not problems


def test_no_node_of_scipys_functions_is_called_by_an_inner_name() -> None:
    pytest.importorskip("scipy", reason="needs gradbook[scipy]")
    from scipy import sparse

    from autograd.scipy import integrate, linalg, signal, special
    from autograd.scipy.sparse import linalg as sparse_linalg
    from autograd.scipy.sparse import matmul

    x, A = ag.Tensor([0.5, 0.7], requires_grad=True), sparse.eye_array(2).tocsc()
    nodes = {
        "lambertw": special.lambertw(x), "spherical_jn": special.spherical_jn(1, x), "airy_1": special.airy(x)[1],
        "solve_triangular": linalg.solve_triangular(np.eye(2), x[:, None]),
        "lfilter": signal.lfilter([1.0], [1.0, 0.5], x), "spsolve": sparse_linalg.spsolve(A, x), "matmul": matmul(A, x),
        "quad": integrate.quad(lambda t, p: t * p[0], 0.0, 1.0, (x,))[0],
    }  # fmt: skip
    for name, node in nodes.items():
        made = [each.rule.name for each in ag.topological_order(ag.sum(ag.absolute(node))) if each.rule is not None]
        assert name in made
        assert not [inner for inner in made if inner.startswith("_")]
    with pytest.raises(MissingRuleError, match=r"^scipy.special.spherical_jn has no derivative for its"):
        ag.grad(lambda n: special.spherical_jn(n, 0.5))(1.0)
