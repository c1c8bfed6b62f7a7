"""Wrong kinds of argument: every argument of every constructor and function of nn × six kinds.

Each is either what the argument may be (by its type in the signature), or refused in one line that names it.
"""

from __future__ import annotations

import inspect
import re
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import autograd as ag
import nn
from nn._arguments import NOT_OURS


class Thing:
    """An object of no kind that anything takes."""

    def __repr__(self) -> str:
        return "<Thing>"


WRONG = {"None": None, "a text": "no", "negative": -1, "NaN": float("nan"), "a list": [1, "a"], "an object": Thing()}
ROWS, CLASSES = np.ones((6, 3), np.float32), np.array([0, 1] * 3)
LOGITS = np.full((6, 2), 0.5, np.float32)


def model() -> Any:
    return nn.MLP(3, [4, 2], seed=0)


def parameters() -> list[Any]:
    found = list(model().parameters())
    for each in found:
        each.grad = np.ones(each.shape, each.dtype)
    return found


def trainer() -> Any:
    return nn.Trainer(model(), loss="cross_entropy", optimizer="adam")


# What each needs to be called at all; every other argument is left as it is by default.
NEEDS: dict[str, dict[str, Any]] = {
    **{key: {"kernel_size": 2} for key in ["AvgPool1d", "AvgPool2d", "MaxPool1d", "MaxPool2d"]},
    **{key: {"features": 3} for key in ["BatchNorm1d", "BatchNorm2d", "LayerNorm", "RMSNorm"]},
    **{key: {"in_channels": 1, "out_channels": 2, "kernel_size": 3} for key in ["Conv1d", "Conv2d", "ConvTranspose2d"]},
    **{key: {"input_size": 2, "hidden_size": 3} for key in ["RNN", "LSTM", "GRU"]},
    **{key: {"data": [1.0]} for key in ["Buffer", "Parameter"]},
    **{key: {"total": 10} for key in ["CosineDecay", "LinearDecay", "OneCycle"]},
    **{key: {"parameters": parameters()} for key in ["Adagrad", "Adam", "AdamW", "Lion", "NAdam", "RMSprop", "SGD"]},
    **{key: {"parameters": parameters(), "strength": 0.1} for key in ["elastic", "l1", "l2"]},
    **{key: {"parameters": parameters(), "most": 1.0} for key in ["clip_norm", "clip_value"]},
    **{key: {"outputs": LOGITS, "targets": LOGITS} for key in ["huber", "l1_loss", "mse", "squared_error"]},
    **{key: {"logits": LOGITS, "targets": CLASSES} for key in ["cross_entropy", "focal"]},
    **{key: {"y_true": CLASSES, "y_pred": CLASSES} for key in ["accuracy", "mean_absolute_error", "r2_score"]},
    "confusion_matrix": {"y_true": CLASSES, "y_pred": CLASSES},
    "AdaptiveAvgPool2d": {"output_size": 1}, "Upsample": {"scale_factor": 2},
    "Images": {"height": 2, "width": 3}, "PositionEmbedding": {"places": 2, "features": 3},
    "GroupNorm": {"groups": 2, "channels": 4}, "Embedding": {"num_embeddings": 4, "embedding_dim": 2},
    "Linear": {"in_features": 2, "out_features": 3}, "MLP": {"inputs": 2, "sizes": [3]},
    "MultiheadAttention": {"embed_dim": 4, "num_heads": 2}, "TransformerBlock": {"d_model": 4, "nhead": 2},
    "Checkpoint": {"folder": "c"}, "TensorBoard": {"log_dir": "t"}, "ExponentialDecay": {"factor": 0.9},
    "InverseTimeDecay": {"rate": 0.1}, "StepDecay": {"every": 2}, "WarmRestarts": {"length": 3},
    "WarmUp": {"length": 3},
    "DataLoader": {"dataset": (ROWS, CLASSES)}, "Prefetch": {"loader": nn.DataLoader((ROWS, CLASSES))},
    "Scheduled": {"schedule": nn.StepDecay(2)}, "Trainer": {"model": model(), "loss": "mse", "optimizer": "adam"},
    "find_learning_rate": {"trainer": trainer(), "x": ROWS, "y": CLASSES, "steps": 3},
    "functional_call": {"model": model(), "parameters": {}}, "outputs_of": {"loss": nn.mse},
    "compile_step": {"model": model(), "loss": nn.cross_entropy, "optimizer": nn.Adam(parameters())},
    "lint": {"model": model(), "loss": nn.cross_entropy, "x": ROWS, "y": CLASSES},
    "load": {"path": "none"}, "load_run": {"folder": "none"}, "save": {"model": model(), "path": "m.safetensors"},
    "summary": {"model": model(), "sample": ROWS}, "to_function": {"model": model()},
    "to_onnx": {"model": model(), "path": "m.onnx", "example": ROWS}, "train_test_split": {"x": ROWS, "y": CLASSES},
    "binary_cross_entropy": {"probabilities": LOGITS, "targets": LOGITS},
    "binary_cross_entropy_with_logits": {"logits": LOGITS, "targets": LOGITS},
    "cross_entropy_of_probabilities": {"probabilities": LOGITS, "targets": LOGITS},
    "hinge": {"scores": LOGITS[:, :1], "targets": np.ones((6, 1))},
    "kl_div": {"log_probabilities": -LOGITS, "targets": LOGITS},
    "nll": {"log_probabilities": -LOGITS, "targets": CLASSES},
}  # fmt: skip
METHODS: dict[str, tuple[Callable[..., Any], dict[str, Any]]] = {
    "Trainer.fit": (
        lambda **given: trainer().fit(**{"progress": False} | given),
        {"x": ROWS, "y": CLASSES, "epochs": 1},
    ),
    "Trainer.evaluate": (lambda **given: trainer().evaluate(**given), {"x": ROWS, "y": CLASSES}),
    "Trainer.predict": (lambda **given: trainer().predict(**given), {"x": ROWS}),
}
# Bases, errors, and what only carries what it was given.
# What may be anything that compares: a name of a class.
ANYTHING = {("confusion_matrix", "labels")}
NOT_CALLED = {
    "Activation",
    "Callback",
    "History",
    "Module",
    "Optimizer",
    "Outputs",
    "DivergenceError",
    "MissingExtraError",
    "StateError",
}
# By the types of the signature: which kinds an argument may be, so that nothing is refused.
MAY_BE = {
    "None": {"None"}, "Any": set(WRONG), "Seed": {"None"}, "DTypeLike": {"None"}, "str": {"a text"},
    "float": {"negative"},
    "int": {"negative"}, "ArrayLike": {"negative", "NaN", "a list"}, "Array": {"a text", "a list"},
}  # fmt: skip


def cases() -> Iterator[tuple[str, str, str]]:
    for name in nn.__all__:
        thing = getattr(nn, name)
        if (
            name not in NOT_CALLED
            and not isinstance(thing, dict)
            and (inspect.isclass(thing) or inspect.isfunction(thing))
        ) and getattr(ag, name, None) is not thing:
            yield from ((name, each.name, str(each.annotation)) for each in parameters_of(thing))
    for name in METHODS:
        yield from ((name, each.name, str(each.annotation)) for each in parameters_of(getattr(nn.Trainer, name[8:])))


def parameters_of(thing: Any) -> list[inspect.Parameter]:
    found = inspect.signature(thing).parameters.values()
    return [each for each in found if each.name != "self" and each.kind not in (each.VAR_POSITIONAL, each.VAR_KEYWORD)]


CASES = [*cases()]


@pytest.mark.parametrize(("name", "argument", "annotation"), CASES, ids=lambda part: part if len(part) < 40 else "…")
def test_a_wrong_kind_is_refused_where_it_is_passed(
    name: str, argument: str, annotation: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    call, needed = METHODS.get(name) or (getattr(nn, name), NEEDS.get(name, {}))
    allowed = set().union(*(MAY_BE.get(part.partition("[")[0].strip(), set()) for part in annotation.split("|")))
    problems = []
    for kind, wrong in WRONG.items():
        try:
            with warnings.catch_warnings(), np.errstate(all="ignore"):
                warnings.simplefilter("ignore")
                call(**needed | {argument: wrong})
        except (TypeError, ValueError, IndexError, OSError, ag.GradbookError) as error:
            message = str(error)
            if "\n" in message or re.search(NOT_OURS, message):
                problems.append(f"{argument}={wrong!r}: {type(error).__name__}: {message}")
        except Exception as error:
            problems.append(f"{argument}={wrong!r}: {type(error).__name__}: {error}")
        else:
            if kind not in allowed and (name, argument) not in ANYTHING:
                problems.append(f"{argument}={wrong!r} was taken as {annotation}")
    assert problems == []


@pytest.mark.parametrize("yes", [True, 1, np.True_, np.int64(1)])
def test_a_truth_may_be_of_any_kind_of_integer(yes: Any) -> None:
    assert nn.Linear(3, 2, bias=yes).bias is not None
    with pytest.raises(TypeError, match="bias must be True or False"):
        nn.Linear(3, 2, bias=yes + 1)
