"""Layers, one concept a file.

Layers return *logits*, raw outputs of any size. There is no softmax layer: `nn.cross_entropy` takes logits, and a
softmax before it would be applied twice; `Trainer.predict_proba` gives probabilities.
"""

from nn.layers.activations import ACTIVATIONS, Activation, Identity, LeakyReLU, ReLU, Sigmoid, Softplus, Tanh
from nn.layers.dropout import Dropout
from nn.layers.linear import Linear
from nn.layers.mlp import MLP
from nn.layers.normalisation import BatchNorm1d, LayerNorm
from nn.layers.sequential import Sequential

__all__ = [
    "ACTIVATIONS",
    "MLP",
    "Activation",
    "BatchNorm1d",
    "Dropout",
    "Identity",
    "LayerNorm",
    "LeakyReLU",
    "Linear",
    "ReLU",
    "Sequential",
    "Sigmoid",
    "Softplus",
    "Tanh",
]
