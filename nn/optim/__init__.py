"""Optimizers: how gradients change parameters. The formulas are PyTorch's, term by term."""

from nn.optim.adaptive import Adagrad, Adam, AdamW, RMSprop
from nn.optim.base import Optimizer, Slot
from nn.optim.sgd import SGD

__all__ = ["OPTIMIZERS", "SGD", "Adagrad", "Adam", "AdamW", "Optimizer", "RMSprop", "Slot"]

# By the names that the command line takes.
OPTIMIZERS: dict[str, type[SGD] | type[Adam] | type[AdamW] | type[Adagrad] | type[RMSprop]] = {
    "sgd": SGD,
    "adam": Adam,
    "adamw": AdamW,
    "adagrad": Adagrad,
    "rmsprop": RMSprop,
}
