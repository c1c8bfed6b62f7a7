"""Small neural networks on `autograd`: networks speak PyTorch, training speaks Keras and scikit-learn.

Example:
    >>> import nn
    >>> model = nn.MLP(64, [32, 10], activation="relu", seed=0)
    >>> sum(p.size for p in model.parameters())
    2410
"""

import autograd

if not hasattr(autograd, "Tensor"):
    raise ImportError(
        f"the 'autograd' found at {autograd.__file__} is not gradbook's but HIPS autograd, of the same import name; "
        "keep one in this environment: pip uninstall -y autograd gradbook, then pip install gradbook"
    )

from autograd import MissingExtraError
from nn import init, pictures
from nn.layers import (
    ACTIVATIONS,
    MLP,
    BatchNorm1d,
    Dropout,
    Identity,
    LayerNorm,
    LeakyReLU,
    Linear,
    ReLU,
    Sequential,
    Sigmoid,
    Softplus,
    Tanh,
)
from nn.losses import (
    OUTPUTS,
    Outputs,
    binary_cross_entropy_with_logits,
    cross_entropy,
    cross_entropy_of_probabilities,
    hinge,
    mse,
    squared_error,
)
from nn.metrics import accuracy, confusion_matrix, mean_absolute_error, r2_score
from nn.module import Buffer, Module, Parameter, StateError
from nn.optim import OPTIMIZERS, SGD, Adagrad, Adam, AdamW, Optimizer, RMSprop
from nn.optim.schedules import (
    CosineDecay,
    ExponentialDecay,
    InverseTimeDecay,
    LinearDecay,
    StepDecay,
    WarmUp,
)
from nn.regularisation import clip_norm, clip_value, elastic, l1, l2
from nn.training.callbacks import Callback, Checkpoint, EarlyStopping, ProgressBar
from nn.training.checkpoint import load, save
from nn.training.compiled import compile_step
from nn.training.data import DataLoader, train_test_split
from nn.training.history import History
from nn.training.learning_rate import ReduceOnPlateau, Scheduled
from nn.training.lint import lint
from nn.training.summary import summary
from nn.training.trainer import DivergenceError, Trainer

__all__ = [
    "ACTIVATIONS",
    "MLP",
    "OPTIMIZERS",
    "OUTPUTS",
    "SGD",
    "Adagrad",
    "Adam",
    "AdamW",
    "BatchNorm1d",
    "Buffer",
    "Callback",
    "Checkpoint",
    "CosineDecay",
    "DataLoader",
    "DivergenceError",
    "Dropout",
    "EarlyStopping",
    "ExponentialDecay",
    "History",
    "Identity",
    "InverseTimeDecay",
    "LayerNorm",
    "LeakyReLU",
    "Linear",
    "LinearDecay",
    "MissingExtraError",
    "Module",
    "Optimizer",
    "Outputs",
    "Parameter",
    "ProgressBar",
    "RMSprop",
    "ReLU",
    "ReduceOnPlateau",
    "Scheduled",
    "Sequential",
    "Sigmoid",
    "Softplus",
    "StateError",
    "StepDecay",
    "Tanh",
    "Trainer",
    "WarmUp",
    "accuracy",
    "binary_cross_entropy_with_logits",
    "clip_norm",
    "clip_value",
    "compile_step",
    "confusion_matrix",
    "cross_entropy",
    "cross_entropy_of_probabilities",
    "elastic",
    "hinge",
    "init",
    "l1",
    "l2",
    "lint",
    "load",
    "mean_absolute_error",
    "mse",
    "pictures",
    "r2_score",
    "save",
    "squared_error",
    "summary",
    "train_test_split",
]
