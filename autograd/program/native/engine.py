"""Which engine runs a program; and the native engine's two interpreters, loaded when they are first asked for."""

from __future__ import annotations

import threading
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Literal

from autograd.errors import MissingExtraError
from autograd.extras import installing

Engine = Literal["numpy", "native"]

_loaded: dict[str, Any] = {}
_loading = threading.Lock()


def available() -> bool:
    """Whether numba is installed."""
    try:
        return find_spec("numba") is not None
    except ValueError:  # None stands for it among the modules
        return False


def native_is_ready() -> bool | None:
    """Whether the native engine runs programs of arrays at once; None where numba is not installed.

    The first program on a machine has it make its code, which takes about a minute and is kept; later processes load
    that in half a second. (False also where code cannot be kept.)

    Example:
        >>> native_is_ready() in (True, False, None)
        True
    """
    if "array" in _loaded:
        return True
    if not available():
        return None
    found: bool = import_module("autograd.program.native.array_interpreter").is_ready()
    return found


def chosen(engine: Engine | None) -> Engine:
    """The engine that is meant, or by default the quicker one that is installed.

    Raises:
        ValueError: There is no such engine.
    """
    if engine not in (None, "numpy", "native"):
        raise ValueError(
            f"engine {engine!r}: expected 'numpy', 'native', or None for the quicker one that is installed"
        )
    return engine or ("native" if available() else "numpy")


@cache
def blas() -> tuple[int, int] | None:
    """Where BLAS has its products of 32-bit and of 64-bit floats; None where none is found."""
    found: tuple[int, int] | None = import_module("autograd.program.native.array_kernels").addresses_of_gemm()
    return found


def interpreter(kind: Literal["number", "array"]) -> Any:
    """The compiled loop that runs programs of numbers or of arrays.

    Raises:
        MissingExtraError: numba is not installed.
    """
    with _loading:
        if kind not in _loaded:
            if not available():
                raise MissingExtraError(f"native programs need numba: {installing('jit')}, or use engine='numpy'")
            _loaded[kind] = import_module(f"autograd.program.native.{kind}_interpreter").load().run
        return _loaded[kind]
