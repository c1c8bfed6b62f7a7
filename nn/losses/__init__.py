"""Losses: one number that says how far a network's raw outputs are from the targets.

All take ``(outputs, targets, reduction)``. Shapes are never broadcast against each other: ``(N,)`` against ``(N, 1)``
would give N² differences and a loss that looks fine.

`nn.outputs` tells for each loss how the raw outputs it was trained on become predictions.
"""

from nn.losses import basic, distances, probabilities
from nn.losses.basic import *
from nn.losses.distances import *
from nn.losses.probabilities import *

__all__ = sorted([*basic.__all__, *distances.__all__, *probabilities.__all__])
