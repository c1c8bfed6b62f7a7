"""Arrays of other libraries: DLPack, by which they share memory, and the names of the array API standard.

Source: "DLPack: open in memory tensor structure", https://dmlc.github.io/dlpack/; "Python array API standard", 2024.12.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any, NoReturn

from autograd.errors import GraphError

__all__ = ["Exchange"]


class Exchange:
    """What other libraries ask an array for."""

    __slots__ = ()

    _raw: Any
    requires_grad: bool

    def __dlpack__(self, **options: Any) -> Any:
        """The numbers for another library's ``from_dlpack``, in the same memory (copied where that may not be written).

        Raises:
            BufferError: Gradients are recorded here, which the other library would lose.
        """
        if self.requires_grad:
            raise BufferError("another library would lose this Tensor's gradient: pass t.detach(), or t.data")
        array = self._raw if self._raw.flags.writeable else self._raw.copy()
        return array.__dlpack__(**options)

    def __dlpack_device__(self) -> tuple[int, int]:
        """The processor's own memory, as DLPack calls it."""
        found: tuple[int, int] = self._raw.__dlpack_device__()
        return found

    @classmethod
    def __torch_function__(cls, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> NoReturn:
        """Refused: PyTorch would know nothing of the gradient.

        Raises:
            GraphError: Always; of a TypeError PyTorch would make one that speaks of two classes called Tensor.
        """
        name = getattr(function, "__name__", "a function of PyTorch")
        raise GraphError(
            f"{name} of PyTorch and a Tensor of autograd: take ag.from_dlpack(x) of PyTorch's, or give it "
            "torch.from_dlpack(t.detach())"
        )

    def __array_namespace__(self, *, api_version: str | None = None) -> Any:
        """`autograd.numpy`, which has the functions of the array API standard.

        Example:
            >>> from autograd import Tensor
            >>> x = Tensor([1.0, 2.0], requires_grad=True)
            >>> x.__array_namespace__().concat([x, x]).shape
            (4,)
        """
        self._raw.__array_namespace__(api_version=api_version)  # which refuses a version that is not NumPy's
        return import_module("autograd.numpy")

    @property
    def device(self) -> str:
        """Where the numbers are: ``"cpu"``, as of NumPy's arrays."""
        return "cpu"

    def to_device(self, device: str, /, *, stream: Any = None) -> Any:
        """This Tensor.

        Raises:
            ValueError: It is to be elsewhere than on the ``"cpu"``.
        """
        if device != "cpu" or stream is not None:
            raise ValueError(f"Tensors are on the 'cpu' only, without streams, not on {device!r}")
        return self
