"""The judges that are always there: dual numbers to the last bits, and central differences of plain NumPy.

For a run without PyTorch. What the slow engine can run (`generate(…, dual=True)`) is judged by it; any other program by
Richardson's combination of two central differences, which is right to about nine digits where the program is smooth.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from tests.autograd.naive import Dual
from tests.fuzz import by_numpy
from tests.fuzz.programs import Program
from tests.fuzz.running import made


class Number(Dual):
    """A dual number beside plain ones: constants, and the 0 that NumPy says of a sum of nothing."""

    def __add__(self, other: Any) -> Dual:
        return super().__add__(lifted(other))

    def __sub__(self, other: Any) -> Dual:
        return super().__sub__(lifted(other))

    def __mul__(self, other: Any) -> Dual:
        return super().__mul__(lifted(other))

    def __radd__(self, other: Any) -> Dual:
        return lifted(other) + self

    def __rsub__(self, other: Any) -> Dual:
        return lifted(other) - self

    def __rmul__(self, other: Any) -> Dual:
        return lifted(other) * self


def lifted(x: Any) -> Dual:
    """A plain number as a dual one."""
    return x if isinstance(x, Dual) else Number(float(x), 0.0)


def by_duals(program: Program, point: Sequence[Any]) -> tuple[float, list[Any]]:
    """Value and gradient by dual numbers: one run of the program for each entry of each variable."""
    make = np.vectorize(lifted, otypes=[object])
    run = made(program, {"f": by_numpy}, True)
    arrays = [np.asarray(x, np.float64) for x in point]
    gradients, value = [np.zeros(x.shape) for x in arrays], np.nan
    for array, gradient, k in zip(arrays, gradients, range(len(arrays)), strict=True):
        for place in np.ndindex(array.shape):
            duals = [np.array(make(x), object) for x in arrays]
            duals[k][place] = Number(float(array[place]), 1.0)
            y = lifted(np.asarray(run(*duals)).item())
            value, gradient[place] = y.x, y.dx
    return value, gradients


def by_differences(program: Program, point: Sequence[Any], step: float = 1e-3) -> tuple[float, list[Any]]:
    """Value and gradient by central differences with steps h and h/2, combined so that their h² errors cancel."""
    run = made(program, {"f": by_numpy}, True)
    arrays = [np.asarray(x, np.float64) for x in point]

    def slope(k: int, place: tuple[int, ...], h: float) -> float:
        ends = []
        for sign in (1, -1):
            moved = [x.copy() for x in arrays]
            moved[k][place] += sign * h
            ends.append(float(np.asarray(run(*moved)).item()))
        return (ends[0] - ends[1]) / (2 * h)

    gradients = [np.zeros(x.shape) for x in arrays]
    for k, gradient in enumerate(gradients):
        for place in np.ndindex(gradient.shape):
            rough, fine = slope(k, place, step), slope(k, place, step / 2)
            gradient[place] = fine + (fine - rough) / 3
    return float(np.asarray(run(*arrays)).item()), gradients
