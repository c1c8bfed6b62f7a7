"""Wrong kinds of argument: every argument of the functions of `autograd`, of estimators, pictures and `nn.scalar`.

As tests/nn/test_arguments.py does for the rest of `nn`: six wrong kinds each, and each is either what the argument may
be, by its type in the signature, or refused in one line of ours.
"""

from __future__ import annotations

import inspect
import re
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import pytest

import autograd as ag
import nn
import nn.pictures
import nn.scalar
from autograd import extend, test_util
from autograd.arguments import NOT_OURS
from tests.nn.test_arguments import MAY_BE, WRONG, parameters_of

estimator = pytest.importorskip("nn.estimator", exc_type=ag.MissingExtraError, reason="needs gradbook[train]")
pyplot = pytest.importorskip("matplotlib.pyplot", reason="pictures need matplotlib")
V, HALVES, CLASSES = np.array([1.0, 2.0]), np.linspace(0.05, 0.95, 20), np.array([0, 1] * 10)
X = np.random.default_rng(0).normal(size=(20, 2))
EYE = np.eye(2)
HISTORY: Any = nn.History([{"epoch": 1, "loss": 1.0, "val_loss": 2.0}, {"epoch": 2, "loss": 0.5, "val_loss": 1.0}])
ANY = set(WRONG)
MAY_BE_TOO = {
    **MAY_BE,
    "Argnum": {"negative"},
    "Axis": {"negative"},
}
# A label is shown as it prints; NaN is a number where one is given; NumPy takes any whole number for keepdims.
MAY = {"label": ANY, "data": {"NaN"}, "a": {"NaN"}, "b": {"NaN"}, "keepdims": {"negative"}}
AXIS = {"axis": {"None"}}


def cube(x: Any) -> Any:
    return (x**3).sum() if np.ndim(x) else x**3


def graph() -> tuple[ag.Value, ag.Value]:
    a, b = ag.Value(2.0, label="a"), ag.Value(-3.0, label="b")
    L = (a * b + 7).tanh()
    L.backward()
    return L, a


def watched() -> tuple[Any, nn.pictures.Watch]:
    watch, recording = nn.pictures.Watch(X), nn.pictures.Recording(X, CLASSES)
    model = nn.MLP(2, [4, 2], seed=0)
    trainer = nn.Trainer(model, loss="cross_entropy", optimizer="adam", callbacks=[watch, recording])
    trainer.fit(X, CLASSES, epochs=1, batch_size=20, progress=False)
    return trainer, watch


def told(hook: Any) -> None:
    with ag.forward_hook(hook):
        nn.Linear(2, 1)(EYE)


class Case(NamedTuple):
    """What is called, what it needs, what is done with the result, whose signature it has, what else may be."""

    call: Callable[..., Any]
    needs: dict[str, Any]
    then: Callable[[Any], Any] = lambda result: result
    signature: Callable[..., Any] | None = None
    may: Mapping[str, set[str]] = MappingProxyType({})


TRAINER, WATCH = watched()
L, A = graph()
OF_NUMBERS = "grad value_and_grad elementwise_grad jacobian hessian deriv make_jvp make_vjp make_hvp holomorphic_grad"
PRODUCTS = "hessian_tensor_product hessian_vector_product tensor_jacobian_product vector_jacobian_product"
CASES: dict[str, Case] = {
    **{name: Case(getattr(ag, name), {"fun": cube}, lambda f: f(3.0)) for name in OF_NUMBERS.split()},
    **{name: Case(getattr(ag, name), {"fun": cube}, lambda f: f(V, V)) for name in PRODUCTS.split()[:2]},
    **{name: Case(getattr(ag, name), {"fun": cube}, lambda f: f(V, 1.0)) for name in PRODUCTS.split()[2:]},
    **{
        name: Case(getattr(ag, name), {"fun": cube, "args": (3.0,), given: 1.0}, may={"args": {"None"}})
        for name, given in (("vjp", "upstream"), ("jvp", "direction"), ("hvp", "direction"))
    },
    "make_jvp_reversemode": Case(ag.make_jvp_reversemode, {"fun": cube}, lambda f: f(3.0)(1.0)),
    "grad_and_aux": Case(ag.grad_and_aux, {"fun": lambda x: (x**3, 1.0)}, lambda f: f(3.0)),
    "multigrad_dict": Case(ag.multigrad_dict, {"fun": cube}, lambda f: f(3.0)),
    "grad_named": Case(ag.grad_named, {"fun": cube, "argname": "x"}, lambda f: f(3.0)),
    "make_ggnvp": Case(ag.make_ggnvp, {"f": lambda x: x * 2}, lambda f: f(V)(V), may={"f_argnum": {"negative"}}),
    "gradients": Case(ag.gradients, {"output": L, "wrt": [A]}),
    "backward": Case(lambda **given: graph()[0].backward(**given), {}, signature=ag.Value.backward),
    "Tensor.backward": Case(
        lambda **given: (ag.Tensor([1.0], requires_grad=True) * 2).backward(**given), {}, signature=ag.Tensor.backward
    ),
    "Value": Case(ag.Value, {"data": 1.0}),
    "Tensor": Case(ag.Tensor, {"data": [1.0]}, may={"data": {"negative", "NaN"}, }),
    "assign": Case(ag.assign, {"leaf": ag.Tensor([1.0]), "data": [2.0]}),
    "assign to a Value": Case(ag.assign, {"leaf": ag.Value(1.0), "data": 2.0}, signature=ag.assign),
    "compile": Case(ag.compile, {"function": lambda x: x * x}, lambda f: f(3.0)),
    "from_graph": Case(ag.Program.from_graph, {"output": L, "wrt": [A]}),
    "draw": Case(ag.draw, {"what": L}, lambda drawing: drawing.dot, may={"expand": {"a list"}}),
    "explain": Case(ag.explain, {"output": L, "wrt": A}, str),
    "trace_backward": Case(ag.trace_backward, {"output": L}, str),
    "quiz": Case(ag.quiz, {}, may={"seed": {"negative"}}),
    "live": Case(ag.live, {"source": lambda: 1.0}),
    "forward_hook": Case(told, {"hook": lambda module, forward, args, kwargs: forward(*args, **kwargs)}),
    "topological_order": Case(lambda root: ag.topological_order(root), {"root": L}),
    "checkpoint": Case(ag.checkpoint, {"function": cube}, lambda f: f(ag.Tensor(V))),
    "primitive": Case(extend.primitive, {"function": np.exp}),
    "notrace_primitive": Case(extend.notrace_primitive, {"function": np.exp}),
    "vspace": Case(extend.vspace, {"value": 1.0}),
    "check_grads": Case(test_util.check_grads, {"function": cube, "order": 1}, lambda f: f(3.0)),
    "combo_check": Case(lambda fun: test_util.combo_check(fun), {"fun": cube}, lambda f: f([3.0])),
    "check_vjp": Case(test_util.check_vjp, {"f": cube, "x": 3.0}, may={"x": {"None"}}),
    "check_jvp": Case(test_util.check_jvp, {"f": cube, "x": 3.0}, may={"x": {"None"}}),
    "scalar_close": Case(test_util.scalar_close, {"a": 1.0, "b": 1.0}),
    "from_dlpack": Case(ag.from_dlpack, {"x": V}),
    "dot": Case(ag.dot, {"a": V, "b": V}),
    "expand_dims": Case(ag.expand_dims, {"x": V, "axis": 0}),
    "squeeze": Case(ag.squeeze, {"x": np.ones((2, 1))}, may=AXIS),
    "swapaxes": Case(ag.swapaxes, {"x": EYE, "axis1": 0, "axis2": 1}),
    **{
        name: Case(getattr(ag, name), {"x": EYE}, may=AXIS)
        for name in ("sum", "mean", "max", "min", "logsumexp", "softmax", "log_softmax", "norm", "cumsum")
    },
    "concatenate": Case(ag.concatenate, {"parts": [V, V]}, may=AXIS),
    "stack": Case(ag.stack, {"parts": [V, V]}, may={"parts": {"a text", "a list"}}),  # of which NumPy makes arrays
    "softmax_cross_entropy": Case(ag.softmax_cross_entropy, {"logits": EYE, "targets": [0, 1]}),
    **{
        f"nn.pictures.{name}": Case(getattr(nn.pictures, name), needs)
        for name, needs in {
            "boundary": {"model": nn.MLP(2, [2], seed=0), "x": X, "y": CLASSES},
            "boundary_animation": {"models": [nn.MLP(2, [2], seed=0)] * 2, "x": X, "y": CLASSES},
            "calibration": {"targets": CLASSES, "probabilities": HALVES},
            "compare": {"histories": {"a": HISTORY}}, "curves": {"history": HISTORY},
            "confusion": {"y_true": CLASSES, "y_pred": CLASSES},
            "descent": {"steps": 2}, "descent_animation": {"steps": 2}, "paths": {"steps": 2},
            "first_layer": {"model": nn.MLP(4, [2], seed=0)}, "gradient_norms": {"watch": WATCH},
            "histograms": {"watch": WATCH}, "images": {"arrays": [EYE]}, "lines": {"series": {"a": V}},
            "precision_recall": {"targets": CLASSES, "probabilities": HALVES},
            "roc": {"targets": CLASSES, "probabilities": HALVES}, "surface": {"x": V, "y": V, "heights": EYE},
            "travel": {"trainer": TRAINER}, "Recording": {"x": X, "y": CLASSES}, "Snapshots": {}, "Watch": {},
        }.items()
    },
    "Neuron": Case(nn.scalar.Neuron, {"nin": 2}), "Layer": Case(nn.scalar.Layer, {"nin": 2, "nout": 2}),
    "MLP": Case(nn.scalar.MLP, {"nin": 2, "nouts": [2]}),
    "from_model": Case(nn.scalar.from_model, {"model": nn.MLP(2, [2], seed=0)}),
    **{
        kind.__name__: Case(kind, {"max_iter": 1}, lambda network: network.fit(X, CLASSES))
        for kind in (estimator.MLPClassifier, estimator.MLPRegressor)
    },
}  # fmt: skip
# Not called by users, or without arguments of their own.
NOT_CALLED = {"Drawing", "Node", "Primitive", "Program", "OwnPrimitive", "VSpace", "Animation", "Travel", "Module"}
NOT_CALLED |= {"coverage", "detect_anomaly", "installing", "is_recording", "native_is_ready", "require", "no_grad"}
NOT_CALLED |= {"enable_grad", "current_forward_hook", "matrix_transpose", "ravel", "check_equivalent"}
# Those that say derivatives have words of their own, and tests (tests/autograd/test_extend.py).
NOT_CALLED |= {"def_linear", "defjvp", "defjvp_argnum", "defjvp_argnums", "defrule"}
NOT_CALLED |= {"defvjp", "defvjp_argnum", "defvjp_argnums"}


def test_every_public_function_is_in_the_table() -> None:
    public = {
        name
        for module in (ag, extend, test_util, nn.pictures, nn.scalar, estimator)
        for name in module.__all__
        if (inspect.isfunction(getattr(module, name)) or inspect.isclass(getattr(module, name)))
        and name not in ag.BOOK
        and not (isinstance(getattr(module, name), type) and issubclass(getattr(module, name), Exception))
    }
    assert public - NOT_CALLED == {name.rpartition(".")[2] for name in CASES if name.rpartition(".")[2] in public}
    assert public >= NOT_CALLED - {"current_forward_hook"}


@pytest.mark.parametrize("name", CASES)
def test_a_wrong_kind_is_refused_in_one_line(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    case = CASES[name]
    problems = []
    for parameter in parameters_of(case.signature or case.call):
        types = [part.partition("[")[0].strip() for part in str(parameter.annotation).split("|")]
        may = set().union(*(MAY_BE_TOO.get(each, set()) for each in types), MAY.get(parameter.name, set()))
        may |= case.may.get(parameter.name, set())
        for kind, wrong in WRONG.items():
            try:
                with warnings.catch_warnings(), np.errstate(all="ignore"):
                    warnings.simplefilter("ignore")
                    case.then(case.call(**case.needs | {parameter.name: wrong}))
            except (TypeError, ValueError, IndexError, ag.GradbookError) as error:
                # what a user's own function does with None is not ours
                if ("\n" in str(error) or re.search(NOT_OURS, str(error))) and kind not in case.may.get(
                    parameter.name, ()
                ):
                    problems.append(f"{parameter.name}={wrong!r}: {type(error).__name__}: {error}")
            except Exception as error:
                problems.append(f"{parameter.name}={wrong!r}: {type(error).__name__}: {error}")
            else:
                if kind not in may and parameter.annotation is not parameter.empty:
                    problems.append(f"{parameter.name}={wrong!r} was taken as {parameter.annotation}")
            finally:
                pyplot.close("all")
    assert problems == []
