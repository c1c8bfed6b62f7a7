"""Made by ``python -m tests.stubs --write``; do not edit."""

from typing import Any, NoReturn, Self

from autograd.graph.operators import Operators

OF_NUMPY: tuple[str, ...]
IN_PLACE: dict[str, str]

class NumpyMethods(Operators):
    def all(self, *args: Any, **kwargs: Any) -> Any:
        """As ``np.all``."""
    def any(self, *args: Any, **kwargs: Any) -> Any:
        """As ``np.any``."""
    def argpartition(self, *args: Any, **kwargs: Any) -> Any:
        """As ``np.argpartition``."""
    def argsort(self, *args: Any, **kwargs: Any) -> Any:
        """As ``np.argsort``."""
    def choose(self, *args: Any, **kwargs: Any) -> Self:
        """As ``np.choose``."""
    def compress(self, *args: Any, **kwargs: Any) -> Self:
        """As ``np.compress``."""
    def conj(self, *args: Any, **kwargs: Any) -> Self:
        """As ``np.conj``."""
    def conjugate(self, *args: Any, **kwargs: Any) -> Self:
        """As ``np.conjugate``."""
    def copy(self, *args: Any, **kwargs: Any) -> Self:
        """As ``np.copy``."""
    def cumprod(self, *args: Any, **kwargs: Any) -> Self:
        """As ``np.cumprod``."""
    def cumsum(self, *args: Any, **kwargs: Any) -> Self:
        """As ``np.cumsum``."""
    def diagonal(self, *args: Any, **kwargs: Any) -> Self:
        """As ``np.diagonal``."""
    def nonzero(self, *args: Any, **kwargs: Any) -> Any:
        """As ``np.nonzero``."""
    def prod(self, *args: Any, **kwargs: Any) -> Self:
        """As ``np.prod``."""
    def ptp(self, *args: Any, **kwargs: Any) -> Self:
        """As ``np.ptp``."""
    def repeat(self, *args: Any, **kwargs: Any) -> Self:
        """As ``np.repeat``."""
    def round(self, *args: Any, **kwargs: Any) -> Self:
        """As ``np.round``."""
    def searchsorted(self, *args: Any, **kwargs: Any) -> Any:
        """As ``np.searchsorted``."""
    def std(self, *args: Any, **kwargs: Any) -> Self:
        """As ``np.std``."""
    def take(self, *args: Any, **kwargs: Any) -> Self:
        """As ``np.take``."""
    def trace(self, *args: Any, **kwargs: Any) -> Self:
        """As ``np.trace``."""
    def var(self, *args: Any, **kwargs: Any) -> Self:
        """As ``np.var``."""
    def sort(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refused, since it would change the Tensor: use ``np.sort(t)``."""
    def partition(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refused, since it would change the Tensor: use ``np.partition(t, kth)``."""
    def resize(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refused, since it would change the Tensor: use ``np.resize(t, shape)``."""
    def fill(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refused, since it would change the Tensor: use ``np.full_like(t, number)``."""
    def put(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refused, since it would change the Tensor: use ``np.where(mask, values, t)``."""
    def byteswap(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refused, since it would change the Tensor: use ``t.data.byteswap()``."""
    def setfield(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refused, since it would change the Tensor: use ``np.where(mask, values, t)``."""
