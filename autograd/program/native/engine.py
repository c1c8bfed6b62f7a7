"""Which engine runs a program; and the native engine's two interpreters, made when they are first asked for."""

from __future__ import annotations

import platform
import re
import sys
import threading
from functools import cache
from importlib import import_module
from typing import Any, Final, Literal

from autograd.errors import MissingExtraError
from autograd.extras import installing
from autograd.rules.loops import makers

Engine = Literal["numpy", "native"]

# What understands the text that LLVM is given here.
OLDEST: Final = 0, 45
# Those whose calls LLVM can turn into jumps in any case, as instructions need it, and on which it is tried.
PROCESSORS: Final = "x86_64", "amd64", "aarch64", "arm64"

_loaded: dict[str, Any] = {}
_loading = threading.Lock()


def available() -> bool:
    """Whether llvmlite is installed, new enough and loads, and this is CPython of 64 bits on one of `PROCESSORS`."""
    if sys.implementation.name != "cpython" or sys.maxsize < 2**32 or platform.machine().lower() not in PROCESSORS:
        return False
    try:
        from llvmlite import __version__, binding

        binding.get_process_triple()
    except (ImportError, OSError):  # its library may be there, and not load
        return False
    return tuple(int(x) for x in re.findall(r"\d+", __version__)[:2]) >= OLDEST


def native_is_ready() -> bool | None:
    """Whether the native engine runs programs of arrays at once; None where llvmlite is not installed.

    The first program on a machine has it make the code of the instructions that it uses, which takes part of a second
    and is kept; later processes load that. (False also where code cannot be kept.)

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
    found: tuple[int, int] | None = import_module("autograd.program.native.blas").addresses_of_gemm()
    return found


def interpreter(kind: Literal["number", "array"]) -> Any:
    """The machine code that runs programs of numbers or of arrays.

    Raises:
        MissingExtraError: llvmlite is not installed.
    """
    with _loading:
        if kind not in _loaded:
            if not available():
                raise MissingExtraError(
                    f"native programs need llvmlite {'.'.join(map(str, OLDEST))} or newer, on CPython of 64 bits for "
                    f"x86-64 or ARM: {installing('jit')}, or use engine='numpy'"
                )
            _loaded[kind] = import_module(f"autograd.program.native.{kind}_interpreter").Interpreter()
            if kind == "array":
                makers[:] = [import_module("autograd.program.native.own_loops").made]
        return _loaded[kind]
