"""The judge's words, by JAX in double precision: a second opinion, where PyTorch says what we do not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

jax.config.update("jax_enable_x64", True)

detach = jax.lax.stop_gradient
softplus = partial(jnp.logaddexp, 0.0)


def __getattr__(name: str) -> Any:
    """Any other word is one of JAX's own: of its networks, such as ``relu``, or of its NumPy."""
    return getattr(jax.nn, name, None) or getattr(jnp, name)


def array(x: Any) -> jax.Array:
    """A constant in double precision."""
    return x if isinstance(x, jax.Array) else jnp.asarray(np.asarray(x, np.float64))


def moved(x: Any, how: Callable[[Any], Any]) -> jax.Array:
    """The entries of x where ``how`` puts them."""
    x = array(x)
    places = np.asarray(how(np.arange(x.size).reshape(x.shape)))
    return jnp.take(x.reshape(-1), places) if x.size else jnp.zeros(places.shape)


def concatenate(parts: Sequence[Any], axis: int | None = 0) -> jax.Array:
    return jnp.concatenate([array(part) for part in parts], axis)


def stack(parts: Sequence[Any], axis: int = 0) -> jax.Array:
    return jnp.stack([array(part) for part in parts], axis)


def dot(a: Any, b: Any) -> jax.Array:
    return jnp.dot(array(a), array(b))


def linear(x: Any, W: Any, b: Any) -> jax.Array:
    return jnp.matmul(x, W) + b


def cross_entropy(logits: Any, targets: Any) -> jax.Array:
    logs = jax.nn.log_softmax(array(logits))
    if np.shape(targets) == logs.shape:
        return -(targets * logs).sum(-1)
    return -jnp.take_along_axis(logs, np.asarray(targets)[..., None], -1)[..., 0]


def slope(function: Callable[[Any], Any], x: Any) -> jax.Array:
    """∂/∂x of the sum of a function of x; a derivative within a program."""
    return jax.grad(lambda z: function(z).sum())(array(x))
