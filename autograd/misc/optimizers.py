"""HIPS autograd's name for its three optimizers."""

from autograd.compat.optimizers import adam, rmsprop, sgd, unflatten_optimizer

__all__ = ["adam", "rmsprop", "sgd", "unflatten_optimizer"]
