"""Layers, one concept a file.

Layers return *logits*, raw outputs of any size. There is no softmax layer: `nn.cross_entropy` takes logits, and a
softmax before it would be applied twice; `Trainer.predict_proba` gives probabilities.
"""

from nn.layers import activations, dropout, linear, mlp, noise, normalisation, sequential
from nn.layers.activations import *
from nn.layers.dropout import *
from nn.layers.linear import *
from nn.layers.mlp import *
from nn.layers.noise import *
from nn.layers.normalisation import *
from nn.layers.sequential import *

__all__ = sorted(
    [
        *activations.__all__,
        *dropout.__all__,
        *linear.__all__,
        *mlp.__all__,
        *noise.__all__,
        *normalisation.__all__,
        *sequential.__all__,
    ]
)
