"""JAX's values and gradients, in a process of their own: JAX's threads do not go with tests that fork.

``python by_jax.py`` reads calls from standard input, pickled, and writes what came of them.
"""

from __future__ import annotations

import pickle
import subprocess
import sys
from dataclasses import dataclass, field
from operator import attrgetter
from pathlib import Path
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Asked:
    """A call of one of ``jax.numpy``'s functions, of arrays, and for which of them gradients are asked."""

    name: str
    arrays: tuple[Any, ...]
    wanted: tuple[int, ...] = (0,)
    options: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Answered:
    """The value, an upstream gradient, and the gradients that it gives."""

    value: Any
    upstream: Any
    gradients: list[Any]


def upstream_for(y: Any) -> Any:
    """A random gradient for a result: complex where this is complex."""
    rng = np.random.default_rng(1)
    return rng.normal(size=y.shape) + (1j * rng.normal(size=y.shape) if np.iscomplexobj(y) else 0.0)


def ask(calls: dict[str, Asked]) -> dict[str, Answered]:
    """What JAX gives for each call."""
    command = [sys.executable, "-W", "ignore", str(Path(__file__))]
    plain = {key: (call.name, call.arrays, call.wanted, call.options) for key, call in calls.items()}
    done = subprocess.run(command, input=pickle.dumps(plain), stdout=subprocess.PIPE, check=True, timeout=300)
    return {key: Answered(*answer) for key, answer in pickle.loads(done.stdout).items()}


def main() -> None:
    """Answer."""
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)
    answers = {}
    for key, (name, arrays, wanted, options) in pickle.load(sys.stdin.buffer).items():

        def function(
            *variables: Any, name: Any = name, arrays: Any = arrays, wanted: Any = wanted, o: Any = options
        ) -> Any:
            given = dict(zip(wanted, variables, strict=True))
            return attrgetter(name)(jnp)(*(given.get(i, x) for i, x in enumerate(arrays)), **o)

        y, pull_back = jax.vjp(function, *(arrays[i] for i in wanted))
        g = upstream_for(y)
        answers[key] = (np.asarray(y), g, [np.asarray(x) for x in pull_back(g)])
    sys.stdout.buffer.write(pickle.dumps(answers))


if __name__ == "__main__":
    main()
