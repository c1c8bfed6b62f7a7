"""What constructors and functions of networks take: the kinds of `autograd.arguments`, and networks' own."""

from __future__ import annotations

from typing import TypeAlias

from autograd import arguments

__all__ = ["NOT_OURS", "ActivationName", "Signature", "checked", "explained", "explained_methods"]

NOT_OURS, checked, explained = arguments.NOT_OURS, arguments.checked, arguments.explained
explained_methods = arguments.explained_methods
Signature = arguments.Signature
ActivationName: TypeAlias = str
arguments.KINDS.update(
    {
        "Module": (arguments.of_class("Module"), "a model (an nn.Module)"),
        "Optimizer": (arguments.of_class("Optimizer", "LBFGS"), "an optimizer such as nn.Adam(model.parameters())"),
        "TensorModule": (arguments.of_class("Module"), "a model of Tensors (an nn.Module)"),
        "Watch": (arguments.of_class("Watch"), "an nn.pictures.Watch that was among the callbacks"),
        "Snapshots": (arguments.of_class("Snapshots"), "an nn.pictures.Snapshots that was among the callbacks"),
        "Surface": (callable, "a function of two numbers"),
        "Makers": (lambda value: hasattr(value, "items"), "a dict of functions that make optimizers"),
        "Trainer": (arguments.of_class("Trainer"), "an nn.Trainer"),
        "Iterable[Callback]": (
            arguments.list_of(lambda value: hasattr(value, "on_fit_end")),
            "a list of callbacks such as nn.EarlyStopping()",
        ),
        "Epochs": (
            lambda value: hasattr(value, "rows") or hasattr(value, "keys"),
            "a history, as trainer.fit returns it, or a dict of columns",
        ),
        "Loss": (callable, "a function of outputs and targets (pass e.g. nn.cross_entropy)"),
        "Schedule": (callable, "a function of the step such as nn.StepDecay(10)"),
        "ActivationName": (
            lambda value: isinstance(value, str),
            "a text such as 'relu' after one list of sizes, as in nn.MLP(4, [8, 3], 'relu')",
        ),
        "Initializer": (callable, "a function of (shape, seed, dtype)"),
        "ClassWeight": (lambda value: isinstance(value, str) or hasattr(value, "keys"), "'balanced' or a dict"),
        "Iterable[ag.Tensor]": (arguments.is_nodes, "model.parameters()"),
    }
)
