"""Layers, one concept a file.

Networks end in *logits*, raw outputs of any size: `nn.cross_entropy` takes these, and a softmax before it would be
applied twice. `Trainer.predict_proba` gives probabilities.
"""

from nn.layers import (
    activations,
    attention,
    convolution,
    dropout,
    embedding,
    flatten,
    images,
    linear,
    mlp,
    noise,
    normalisation,
    pooling,
    positions,
    recurrent,
    residual,
    sequential,
    transformer,
)
from nn.layers.activations import *
from nn.layers.attention import *
from nn.layers.convolution import *
from nn.layers.dropout import *
from nn.layers.embedding import *
from nn.layers.flatten import *
from nn.layers.images import *
from nn.layers.linear import *
from nn.layers.mlp import *
from nn.layers.noise import *
from nn.layers.normalisation import *
from nn.layers.pooling import *
from nn.layers.positions import *
from nn.layers.recurrent import *
from nn.layers.residual import *
from nn.layers.sequential import *
from nn.layers.transformer import *

__all__ = sorted(
    [
        *activations.__all__,
        *attention.__all__,
        *convolution.__all__,
        *dropout.__all__,
        *embedding.__all__,
        *flatten.__all__,
        *images.__all__,
        *linear.__all__,
        *mlp.__all__,
        *noise.__all__,
        *normalisation.__all__,
        *pooling.__all__,
        *positions.__all__,
        *recurrent.__all__,
        *residual.__all__,
        *sequential.__all__,
        *transformer.__all__,
    ]
)
