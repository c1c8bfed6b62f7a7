"""The arguments of SciPy's functions, with values to try of each, for `test_keywords`."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np


def drawn(*shape: int, seed: int = 0) -> Any:
    rng = np.random.default_rng(seed)
    return rng.uniform(0.3, 2.0, shape) * rng.choice([-1.0, 1.0], shape)


@dataclass(frozen=True)
class Row:
    """A call of a function of SciPy's.

    Attributes:
        name: The function, with its room.
        inputs: The arrays, each of which becomes a node.
        words: The values to try of each keyword, by themselves and in pairs.
        ways: The same of keywords that change nothing, by themselves.
        of: From the function, the inputs and the keywords to the result.
        loose: How far derivatives may be off, in proportion.
        kinds: Which other numbers the inputs may be: single (f), complex (D).
    """

    name: str
    inputs: tuple[Any, ...]
    words: dict[str, list[Any]] = field(default_factory=dict)
    ways: dict[str, Any] = field(default_factory=dict)
    of: Callable[..., Any] = lambda f, *xs, **chosen: f(*xs, **chosen)
    loose: float = 2e-6
    kinds: str = "f"

    def choices(self) -> Iterator[dict[str, Any]]:
        yield {}
        yield from ({word: value} for words in (self.words, self.ways) for word in words for value in words[word])
        for (one, values), (other, others) in itertools.combinations(self.words.items(), 2):
            count = max(len(values), len(others))
            yield from ({one: values[i % len(values)], other: others[i % len(others)]} for i in range(count))


X, Z = drawn(4, 5), drawn(4, 5) + 1j * drawn(4, 5, seed=1)
NORMS = ["backward", "ortho", "forward"]
ONE = {"n": [3, 8], "axis": [0, -2], "norm": NORMS}
SEVERAL = {"s": [(3, 7), (2, -1)], "axes": [(1, 0), (-1, 0)], "norm": NORMS}
WAYS = {"workers": [1, 2], "overwrite_x": [True]}
TYPES = {"type": [1, 2, 3, 4], "norm": NORMS, "orthogonalize": [True, False]}
HANKEL = {"dln": [0.2], "mu": [0.5, 1.0], "offset": [0.3], "bias": [0.4]}
FOURIER = {"fft": X, "ifft": Z, "rfft": X, "irfft": Z, "hfft": Z, "ihfft": X}
TRIGONOMETRIC = ["dct", "idct", "dst", "idst"]

ROWS = [
    *(Row(f"fft.{name}", (x,), ONE, WAYS, kinds="f") for name, x in FOURIER.items()),
    *(Row(f"fft.{name}{end}", (x,), SEVERAL, WAYS) for name, x in FOURIER.items() for end in "2n"),
    *(Row(f"fft.{name}n", (X,), {"s": [3, (8,)], "axes": [0, (1,), None]}) for name in ("fft", "ihfft", "dct", "idst")),
    *(Row(f"fft.{name}", (X,), TYPES | ONE, WAYS, kinds="fD") for name in TRIGONOMETRIC),
    *(Row(f"fft.{name}n", (X,), {"type": [1, 3], "orthogonalize": [True]} | SEVERAL, WAYS) for name in TRIGONOMETRIC),
    *(Row(f"fft.{name}", (X,), {"axes": [0, (0, 1)]}, kinds="fD") for name in ("fftshift", "ifftshift")),
    *(
        Row(f"fft.{name}", (X,), HANKEL, of=lambda f, x, dln=0.1, mu=0.0, **more: f(x, dln, mu, **more))
        for name in ("fht", "ifht")
    ),
]
