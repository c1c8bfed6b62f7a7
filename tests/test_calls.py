"""Calls that do not fit: each public function, class and method with arguments that it has not, too few, too many.

Python's own words for these name an argument and nothing to do. Here each is answered in one line of ours, with our
word where another library has the argument by another name.
"""

from __future__ import annotations

import inspect
import operator
import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np
import pytest

import autograd as ag
import nn
import nn.init
from autograd import extend, test_util
from tests.nn import test_arguments

wrong_kinds = pytest.importorskip("tests.test_wrong_kinds", exc_type=pytest.skip.Exception)
estimator = wrong_kinds.estimator

WORDS = ["foo", "lr", "dim", "axis", "name", "device", "dtype", "backend", "inplace", "keepdim", "epochs", "verbose"]
PYTHONS = re.compile(
    r"unexpected keyword|missing \d+ required|takes .*positional argument|multiple values"
    "|invalid keyword|takes exactly"
)
NOT_CALLED = wrong_kinds.NOT_CALLED - {"def_linear", "defjvp", "defjvp_argnum", "defjvp_argnums", "defrule", "coverage"}
NOT_CALLED |= test_arguments.NOT_CALLED - {"Module", "History"} | {"Loss", "Initializer", "topological_order"}
# Each call of these counts: a net under them would cost a tenth. Python's words name the method and the argument; so do
# those for a Value or a Tensor of nothing (those in CAUGHT catch words alone).
QUICK = {"affine", "linear", "forward_hook", "vspace", "unflatten_optimizer"}
CAUGHT = ("Value", "Tensor", "sum", "mean", *(f"Tensor.{name}" for name in ("sum", "mean", "max", "min")))
QUICK_METHODS = {entry.name for entry in ag.graph.functions_of_one.entries_of_one()}
QUICK_METHODS |= {"astype", "detach", "dot", "flatten", "item", "numpy", "ravel", "reshape", "squeeze", "swapaxes"}
QUICK_METHODS |= {"abs", "clip", "leaky_relu", "register_hook", "to_device", "tolist", "transpose", "forward", "run"}
QUICK_METHODS |= {"config", "extra_repr", "members", "update"}  # which users define rather than call


def functions() -> Iterator[tuple[str, Callable[..., Any]]]:
    parts = (ag, nn, nn.init, nn.metrics, nn.pictures, nn.scalar, estimator, extend, test_util)
    for part in parts:
        for name in part.__all__:
            thing = getattr(part, name)
            is_error = isinstance(thing, type) and issubclass(thing, Exception)
            if (inspect.isfunction(thing) or inspect.isclass(thing)) and not is_error and name not in NOT_CALLED:
                yield f"{part.__name__}.{name}", thing


def methods() -> Iterator[tuple[str, Callable[..., Any]]]:
    model, x = nn.MLP(2, [2], seed=0), ag.Tensor([1.0, 2.0])
    objects: list[Any] = [
        ag.Value(1.0), x, model, nn.Linear(2, 1), nn.Trainer(model, loss="mse", optimizer="adam"), ag.draw(x.sum()),
        nn.SGD(model.parameters()), nn.LBFGS(model.parameters()), nn.History(), nn.DataLoader((np.ones((4, 2)),) * 2),
        nn.scalar.MLP(2, [1]), ag.quiz(), estimator.MLPClassifier(), estimator.MLPRegressor(),
    ]  # fmt: skip
    for each in objects:
        kinds = [kind for kind in type(each).__mro__ if kind.__module__.partition(".")[0] in ("autograd", "nn")]
        for name in dict.fromkeys(name for kind in kinds for name in vars(kind) if not name.startswith("_")):
            if inspect.isfunction(inspect.getattr_static(type(each), name)) and name not in QUICK_METHODS:
                yield f"{type(each).__name__}.{name}", getattr(each, name)
        if isinstance(each, nn.Module):
            yield f"{type(each).__name__}()", each


CALLS = {name: call for name, call in functions() if name.rpartition(".")[2] not in QUICK}
METHODS = dict(methods())


def answers(call: Callable[..., Any], needs: dict[str, Any]) -> Iterator[str]:
    """What is said to calls that do not fit."""
    parameters = inspect.signature(call).parameters.values()
    is_caught = getattr(call, "__qualname__", "").startswith(CAUGHT)
    kinds = {each.kind for each in parameters}
    lacking = any(each.default is each.empty and each.kind is each.POSITIONAL_OR_KEYWORD for each in parameters)
    lacking = lacking and not is_caught
    tries: list[tuple[tuple[Any, ...], dict[str, Any]]] = [((), {})] if lacking else []
    if not is_caught and inspect.Parameter.VAR_POSITIONAL not in kinds:
        tries.append(((object(),) * 40, {}))
    if inspect.Parameter.VAR_KEYWORD not in kinds:
        tries += [((), needs | {word: 1}) for word in WORDS if word not in inspect.signature(call).parameters]
    for args, keywords in tries:
        with pytest.raises((TypeError, ag.GradbookError, ValueError, NotImplementedError)) as found:
            call(*args, **keywords)
        assert found.value.__suppress_context__ or found.value.__context__ is None  # no second report above it
        yield str(found.value)


@pytest.mark.parametrize("name", [*CALLS, *METHODS])
def test_a_call_that_does_not_fit_is_answered_in_our_words(name: str) -> None:
    call = CALLS.get(name) or METHODS[name]
    known = {**test_arguments.NEEDS, **{key: case.needs for key, case in wrong_kinds.CASES.items()}}
    last = name.rpartition(".")[2]
    needs = known.get(last) or known.get(f"nn.pictures.{last}", {})
    missing = [
        each.name
        for each in inspect.signature(call).parameters.values()
        if each.default is each.empty and each.kind not in (each.VAR_POSITIONAL, each.VAR_KEYWORD)
    ]
    needs = {each: needs.get(each, 1) for each in missing}
    bad = [said for said in answers(call, needs) if PYTHONS.search(said) or "\n" in said or len(said) > 400]
    assert bad == []


@pytest.mark.parametrize("entry", ["exp", "add", "where", "relu"])
def test_an_entry_of_the_book_says_what_it_takes(entry: str) -> None:
    for args, keywords in (((), {}), ((1.0,) * 4, {}), ((1.0, 2.0, 3.0)[: ag.BOOK[entry].arity], {"foo": 1})):
        with pytest.raises(TypeError) as found:
            ag.BOOK[entry](*args, **keywords)
        assert not PYTHONS.search(str(found.value))


@pytest.mark.parametrize("forward", [partial(lambda factor, x: factor * x, 2.0), operator.itemgetter(0), np.tanh, len])
def test_a_forward_that_is_no_function_says_itself_what_it_takes(forward: Any) -> None:
    model = nn.Module()
    model.forward = forward  # type: ignore[method-assign]
    with pytest.raises(TypeError) as plain:
        forward(1, 2, 3, 4)
    with pytest.raises(TypeError) as found:
        model(1, 2, 3, 4)
    assert str(found.value) == str(plain.value)
