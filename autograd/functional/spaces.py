"""The vector space that a value lies in, as HIPS autograd's checks and its users' rules compute with it.

Values are numbers, arrays, and containers of them. Complex numbers are a space over the reals, of twice as many
dimensions, with Re x̄ᵀy for its inner product.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

import autograd.numpy as anp
from autograd.elsewhere import a_kind
from autograd.functional.trees import keys_and_parts, leaves, map_leaves, with_leaves
from autograd.graph.node import Node

__all__ = ["ArrayVSpace", "ComplexArrayVSpace", "ContainerVSpace", "VSpace", "vspace"]

Array = np.ndarray[Any, Any]


class VSpace:
    """A vector space, known by one value in it; see `vspace`.

    Attributes:
        shape: Of an array; of a container, one of the same form with the spaces of its parts.
        size: The number of its dimensions.
        iscomplex: Whether it holds complex numbers.
    """

    def __init__(self, value: Any) -> None:
        # Zeros that take no memory: they hold the form, the shapes and the dtypes.
        self._zeros = map_leaves(_zeros_like, value)
        parts: list[Array] = leaves(self._zeros)
        self.iscomplex = any(np.iscomplexobj(zeros) for zeros in parts)
        self.size = sum(zeros.size * (2 if np.iscomplexobj(zeros) else 1) for zeros in parts)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, VSpace) and self._form() == other._form()

    def __hash__(self) -> int:
        return hash(self.size)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._form()})"

    def _form(self) -> Any:
        return map_leaves(lambda zeros: f"{zeros.dtype}{list(zeros.shape)}", self._zeros)

    def zeros(self) -> Any:
        """0."""
        return map_leaves(np.array, self._zeros)

    def ones(self) -> Any:
        """The sum of all vectors of the standard basis."""
        return map_leaves(lambda zeros: np.array(zeros + (1 + 1j if np.iscomplexobj(zeros) else 1)), self._zeros)

    def randn(self) -> Any:
        """A vector of independent normal numbers, from NumPy's global generator."""

        def normal(zeros: Array) -> Array:
            x = np.array(np.random.randn(*zeros.shape))  # noqa: NPY002 - HIPS autograd's, and so its seeds'
            return (x + 1j * np.random.randn(*zeros.shape) if np.iscomplexobj(zeros) else x).astype(zeros.dtype)  # noqa: NPY002

        return map_leaves(normal, self._zeros)

    def standard_basis(self) -> Iterator[Any]:
        """Every vector with a single 1, or a single i."""
        parts = leaves(self._zeros)
        for place, zeros in enumerate(parts):
            for unit in (1, 1j) if np.iscomplexobj(zeros) else (1,):
                for i in range(zeros.size):
                    vector = np.array(zeros)
                    vector.flat[i] = unit
                    yield with_leaves(self._zeros, [vector if j == place else np.array(z) for j, z in enumerate(parts)])

    def add(self, x: Any, y: Any) -> Any:
        """The sum x + y."""
        return map_leaves(lambda _, a, b: a + b, self._zeros, x, y)

    def mut_add(self, x: Any, y: Any) -> Any:
        """The sum x + y, where x = None stands for 0."""
        return y if x is None else self.add(x, y)

    def scalar_mul(self, x: Any, a: Any) -> Any:
        """The vector x, a times as long."""
        return map_leaves(lambda _, part: part * a, self._zeros, x)

    def inner_prod(self, x: Any, y: Any) -> Any:
        """The sum Σ x y of the products of their entries."""
        products: list[Any] = []
        map_leaves(lambda zeros, a, b: products.append(_inner(zeros, a, b)), self._zeros, x, y)
        total = products[0] if products else 0.0
        for product in products[1:]:
            total = total + product
        return total

    def covector(self, x: Any) -> Any:
        """The vector that stands for the linear function y ↦ Σ x y."""
        return map_leaves(lambda zeros, part: anp.conj(part) if np.iscomplexobj(zeros) else part, self._zeros, x)


class ArrayVSpace(VSpace):
    """That of a real number or array."""

    def __init__(self, value: Any) -> None:
        super().__init__(value)
        self.shape, self.ndim, self.dtype = self._zeros.shape, self._zeros.ndim, self._zeros.dtype


class ComplexArrayVSpace(ArrayVSpace):
    """That of a complex number or array."""


class ContainerVSpace(VSpace):
    """That of a tuple, list or dict."""

    def __init__(self, value: Any) -> None:
        super().__init__(value)
        self.shape = with_leaves(self._zeros, list(map(vspace, leaves(self._zeros))))


def vspace(value: Any) -> VSpace:
    """The vector space that a value lies in.

    Args:
        value: A number, an array, a node, or a container of them.

    Raises:
        TypeError: It is none of these.

    Example:
        >>> space = vspace({"a": 1.0, "b": np.zeros(2)})
        >>> space.size, space.ones()
        (3, {'a': array(1.), 'b': array([1., 1.])})
        >>> space == vspace({"a": 5.0, "b": np.ones(2)})
        True
    """
    if keys_and_parts(value) is not None:
        return ContainerVSpace(value)
    return (ComplexArrayVSpace if np.iscomplexobj(_raw(value)) else ArrayVSpace)(value)


def _zeros_like(x: Any) -> Array:
    array = np.asarray(_raw(x))
    if array.dtype.kind not in "fciub":
        raise TypeError(f"no vector space holds {a_kind(x)}: only numbers, arrays, and containers of them")
    return np.broadcast_to(np.zeros((), array.dtype), array.shape)


def _inner(zeros: Array, x: Any, y: Any) -> Any:
    if np.iscomplexobj(zeros):
        return anp.real(anp.sum(anp.conj(x) * y))
    return anp.sum(x * y)


def _raw(x: Any) -> Any:
    return x._raw if isinstance(x, Node) else x
