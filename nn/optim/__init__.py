"""Optimizers: how gradients change parameters. The formulas are PyTorch's, term by term."""

from nn.optim import adaptive, base, second_order, sgd
from nn.optim.adaptive import *
from nn.optim.base import *
from nn.optim.second_order import *
from nn.optim.sgd import *

__all__ = sorted([*adaptive.__all__, *base.__all__, *second_order.__all__, *sgd.__all__])
