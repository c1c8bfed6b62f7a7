"""What a user sees of the packages before any of it runs: names, help, and answers to names from elsewhere."""

from __future__ import annotations

import inspect
import subprocess
import sys
import typing
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import autograd as ag
import nn
from autograd import arguments, suggest
from nn import _words as nn_words

# ---- every public name is listed, and nothing else -----------------------------------------------------------------


def test_dir_shows_the_public_names_and_the_rooms_that_have_their_own() -> None:
    parts = set(dir(ag)) - set(ag.__all__)
    ours = {"arguments", "extend", "files", "graph", "numpy", "rules", "suggest", "terminal", "test_util"}
    assert parts == ours | {"builtins", "core", "differential_operators", "misc", "tracer", "util", "wrap_util"}
    assert all(isinstance(getattr(ag, part), ModuleType) for part in parts)
    assert set(dir(nn)) - set(nn.__all__) == {"estimator", "pictures", "scalar"}
    for package in (ag, nn):
        assert len(package.__all__) == len(set(package.__all__))
        assert not [name for name in package.__all__ if name.startswith("_")]


def test_what_is_imported_on_first_use_is_listed_before() -> None:
    code = """
import sys
import autograd as ag
assert {"grad", "draw", "compile", "Program", "quiz", *ag.__all__} <= set(dir(ag))
heavy = {"autograd.program", "autograd.drawing", "autograd.functional", "autograd.learn", "autograd.numpy.calculus"}
heavy |= {"autograd.tensor.tensor", "autograd.value.value", "autograd.numpy.shapes"}
assert not (heavy | {"numpy.f2py", "numpy.ma", "numpy.testing", "numpy.typing", "unittest"}) & set(sys.modules)
assert ag.Value(2.0).data + ag.Tensor([1.0]).size == 3.0 and not {"tensor", "value"} & set(vars(ag))
print(*[name for name in dir(ag) if getattr(ag, name, None) is None])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("\n", "")


def test_rooms_of_nn_come_when_they_are_used_and_nothing_heavy_before() -> None:
    code = """
import sys
import nn
heavy = {"matplotlib", "sklearn", "scipy", "tqdm", "nn.pictures", "nn.scalar", "nn.estimator"}
heavy |= {"nn.training", "nn.interchange", "autograd.program"}
print(sorted(heavy & set(sys.modules)), nn.scalar.MLP.__name__, callable(nn.pictures.lines))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("[] MLP True\n", "")


def test_help_of_the_command_line_comes_before_what_its_commands_need() -> None:
    code = """
import sys
from nn.app import cli
help = cli.build_parser().format_help()
print("train" in help, sorted({"nn.app.commands", "nn.app.predicting", "nn.training.trainer"} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("True []\n", "")


def test_annotations_are_there_when_a_program_runs() -> None:
    things = [getattr(ag, name) for name in ag.__all__]
    classes = filter(inspect.isclass, things)
    methods = [f for cls in classes for _, f in inspect.getmembers(cls, inspect.isfunction)]
    functions = {*methods, *filter(inspect.isfunction, things)}
    ours = [f for f in functions if f.__module__.startswith("autograd.")]
    assert len(ours) > 200
    assert all(typing.get_type_hints(f) or not f.__annotations__ for f in ours)


# ---- every public name is documented -------------------------------------------------------------------------------

# Names whose documentation has no example of its own, and why.
WITHOUT_EXAMPLE = {
    "the example of what it is made by, or raised by, shows it": {
        "AnomalyError", "BOOK", "DTypeError", "Drawing", "GradbookError", "GradientCheckError", "GraphError",
        "MissingExtraError", "MissingRuleError", "Node", "Primitive", "RecordingError", "ShapeError",
    },
    "a table or a type: what stands in it shows it": {"ACTIVATIONS", "Loss", "OPTIMIZERS", "OUTPUTS"},
    "raised while training or loading; the message says what to do": {"DivergenceError", "StateError"},
    "works on a terminal: the README and its tests show it": {"ProgressBar"},
    "a bare method of the variable, for speed: forward_hook is what sets it": {"current_forward_hook"},
}  # fmt: skip
EXEMPT = set().union(*WITHOUT_EXAMPLE.values())


@pytest.mark.parametrize(("package", "name"), [*((ag, name) for name in ag.__all__), *((nn, n) for n in nn.__all__)])
def test_a_public_name_says_what_it_is_and_shows_an_example(package: Any, name: str) -> None:
    thing = getattr(package, name)
    text = inspect.getdoc(thing) or ""
    assert len(text) > 20 or isinstance(thing, dict) or name == "Loss"
    if isinstance(thing, ag.Primitive | ModuleType):
        return  # its line of mathematics is the documentation; see the tests of the book
    assert (">>>" in text) != (name in EXEMPT), f"{name}: an example in its docstring, or a reason in WITHOUT_EXAMPLE"


# ---- names from elsewhere ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("tensor", "did you mean ag.Tensor?"),
        ("Variable", "did you mean ag.Value?"),
        ("variable", "did you mean ag.Value?"),
        ("Tensr", "did you mean ag.Tensor?"),
        ("jit", "did you mean ag.compile?"),
        ("gradd", "did you mean ag.grad?"),
        ("jacrev", "did you mean ag.jacobian?"),
        ("zeros", "ag.Tensor(np.zeros(3))"),
        ("check_grads", "from autograd.test_util import check_grads"),
        ("defvjp", "from autograd.extend import"),
    ],
)
def test_a_name_from_elsewhere_is_answered_with_ours(name: str, answer: str) -> None:
    with pytest.raises(AttributeError) as error:
        getattr(ag, name)
    assert str(error.value).startswith(f"module 'autograd' (of gradbook) has no attribute {name!r}: ")
    assert answer in str(error.value)
    assert "\n" not in str(error.value)


def test_a_name_that_resembles_nothing_gets_no_advice() -> None:
    with pytest.raises(AttributeError, match=r"has no attribute 'quux'$"):
        _ = ag.quux  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("CrossEntropyLoss", "did you mean nn.cross_entropy?"),
        ("MSELoss", "did you mean nn.mse?"),
        ("Dense", "did you mean nn.Linear?"),
        ("Linaer", "did you mean nn.Linear?"),
        ("LogSoftmax", "losses take logits"),
        ("F", "ag.relu(x)"),
        ("BatchNormalization", "nn.BatchNorm1d"),
        ("TransformerEncoderLayer", "did you mean nn.TransformerBlock?"),
        ("SimpleRNN", "did you mean nn.RNN?"),
        ("MLPClassifier", "from nn.estimator import MLPClassifier"),
    ],
)
def test_a_name_from_elsewhere_is_answered_with_ours_in_nn(name: str, answer: str) -> None:
    with pytest.raises(AttributeError) as error:
        getattr(nn, name)
    assert answer in str(error.value)


def test_the_words_lead_to_names_that_are_there() -> None:
    for package, words in ((ag, suggest.WORDS), (nn, nn_words.WORDS)):
        assert [ours for ours in words.values() if " " not in ours and ours not in package.__all__] == []
        assert [word for word in words if word in package.__all__] == []


# ---- arguments from elsewhere --------------------------------------------------------------------------------------

MODEL = nn.MLP(3, [4, 2], seed=0)
OPTIMIZER = nn.SGD(MODEL.parameters())
TRAINER = nn.Trainer(MODEL, loss=nn.mse, optimizer=OPTIMIZER)
DATA: Any = (np.zeros((3, 3)), np.zeros((3, 2)))
any_nn: Any = nn


def trained(**other: Any) -> Any:
    return nn.Trainer(MODEL, **({"loss": nn.mse, "optimizer": OPTIMIZER} | other))


ARGUMENTS: dict[str, tuple[Any, str]] = {
    "lr": (lambda: any_nn.Adam(MODEL.parameters(), lr=0.1), "here it is called learning_rate="),
    "lr of a subclass": (lambda: any_nn.AdamW(MODEL.parameters(), lr=0.1), "here it is called learning_rate="),
    "eps": (lambda: any_nn.Adam(MODEL.parameters(), eps=0.1), "here it is called epsilon="),
    "a slip": (lambda: any_nn.SGD(MODEL.parameters(), momentun=0.1), "here it is called momentum="),
    "verbose": (lambda: any_nn.Trainer.fit(TRAINER, *DATA, epochs=1, verbose=0), "here it is called progress="),
    "in_channels": (lambda: any_nn.Linear(in_channels=3, out_features=2), "here it is called in_features="),
    "rate": (lambda: any_nn.Dropout(rate=0.5), "here it is called p="),
    "num_workers": (lambda: any_nn.DataLoader(DATA, num_workers=2), "leave it out"),
    "nothing like it": (lambda: any_nn.Dropout(colour=1), "it takes p, seed"),
    "two arrays": (lambda: any_nn.DataLoader(*DATA), "pass e.g. DataLoader((x, y), batch_size=32)"),
    "loss by name": (lambda: trained(loss="mze"), "no loss is called 'mze'; did you mean 'mse'?"),
    "optimizer by name": (lambda: trained(optimizer="addam"), "no optimizer is called 'addam'; did you mean 'adam'?"),
    "a class of optimizers": (lambda: trained(optimizer=nn.Adam), "optimizer is the class Adam, not an object of it"),
    "a class of callbacks": (lambda: trained(callbacks=[nn.EarlyStopping]), "callbacks[0] is the class EarlyStopping"),
    "one callback": (lambda: trained(callbacks=nn.EarlyStopping()), "pass a list, [EarlyStopping()]"),
    "metrics by name": (
        lambda: trained(metrics=["akkuracy"]),
        "no metric is called 'akkuracy'; did you mean 'accuracy'?",
    ),
    "a class of models": (lambda: any_nn.Trainer(nn.MLP, loss=nn.mse, optimizer=OPTIMIZER), "is the class MLP"),
}


T: Any = ag.Tensor([[1.0, 2.0]], requires_grad=True)
any_ag: Any = ag
ARGUMENTS |= {
    "dim": (lambda: any_ag.sum(T, dim=0), "sum() takes no argument 'dim': here it is called axis="),
    "dim of a method": (lambda: T.mean(dim=0, keepdims=True), "here it is called axis="),
    "keepdim": (lambda: T.max(axis=0, keepdim=True), "here it is called keepdims="),
    "dim of softmax": (lambda: any_ag.softmax(T, dim=1), "here it is called axis="),
    "dim of stack": (lambda: any_ag.stack([T, T], dim=1), "here it is called axis="),
    "retain_graph": (lambda: T.sum().backward(retain_graph=True), "leave it out"),
    "a slip of ours": (lambda: any_ag.max(T, axsi=0), "here it is called axis="),
}


@pytest.mark.parametrize("slip", ARGUMENTS)
def test_an_argument_from_elsewhere_is_refused_where_it_is_passed_with_our_word(slip: str) -> None:
    passed, answer = ARGUMENTS[slip]
    with pytest.raises((TypeError, ValueError)) as error:
        passed()
    assert answer in str(error.value)
    assert "\n" not in str(error.value)


def test_an_error_inside_a_constructor_stays_as_it_is() -> None:
    def inner(weight: int) -> int:
        return weight

    any_inner: Any = inner

    @arguments.explained
    def outer(learning_rate: float) -> Any:
        return any_inner(lr=learning_rate)

    with pytest.raises(TypeError, match=r"inner\(\) got an unexpected keyword argument 'lr'"):
        outer(0.1)


# ---- what objects show of themselves -------------------------------------------------------------------------------

A = ag.Value(2.0, label="a")
REPRS: dict[str, tuple[Any, str]] = {
    "SGD": (nn.SGD(MODEL.parameters(), momentum=0.9), "SGD(4 parameters, learning_rate=0.01, momentum=0.9)"),
    "Adam": (nn.Adam([nn.Parameter([1.0])]), "Adam(1 parameter, learning_rate=0.001)"),
    "EarlyStopping": (nn.EarlyStopping(3, monitor="val_r2"), "EarlyStopping(patience=3, monitor='val_r2')"),
    "a callback of a user's own": (type("Mine", (nn.Callback,), {})(), "Mine()"),
    "Scheduled": (nn.Scheduled(nn.StepDecay(3)), "Scheduled(schedule=StepDecay(every=3, factor=0.1))"),
    "DataLoader": (nn.DataLoader(DATA, 2, shuffle=True), "DataLoader(3 samples, batch_size=2, shuffle=True)"),
    "History": (nn.History([{"epoch": 1, "loss": 0.5}]), "History(epoch=1, loss=0.5)"),
    "Trainer": (TRAINER, "Trainer(MLP, loss=mse, optimizer=SGD(4 parameters, learning_rate=0.01))"),
    "no_grad": (ag.no_grad(), "no_grad()"),
    "Program": (
        ag.Program.from_graph(A * A, A, engine="numpy"),
        "<program of 1 input, 2 steps, 24 bytes, numpy engine>",
    ),
}


@pytest.mark.parametrize("kind", REPRS)
def test_an_object_says_what_it_is(kind: str) -> None:
    thing, text = REPRS[kind]
    assert repr(thing) == text
