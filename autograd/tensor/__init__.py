"""An ndarray that remembers."""

from typing import TYPE_CHECKING, Any

__all__ = ["Tensor"]

if TYPE_CHECKING:
    from autograd.tensor.tensor import Tensor as Tensor
else:

    def __getattr__(name: str) -> Any:
        """The class is imported when it is first used: `autograd` imports this package for its name alone."""
        if name not in __all__:
            raise AttributeError(f"module 'autograd.tensor' has no attribute {name!r}")
        from autograd.tensor.tensor import Tensor

        return Tensor
