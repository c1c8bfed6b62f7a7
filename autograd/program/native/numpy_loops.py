"""NumPy's own matrix products and functions of entries, for loops in machine code that are to give its bits.

In the text of a loop, with f4 or f8 for KIND,

| written | meaning |
|---|---|
| ``KIND_product(m, n, k, a, lda, a_turned, b, ldb, b_turned, beta, c, ldc)`` | C ← A B + β C |
| ``KIND_exp(out, x, n)``, ``KIND_tanh(out, x, n)`` | the function of n neighbours |

A is (m, k) and B (k, n), their rows ``lda`` and ``ldb`` numbers apart, and those of C ``ldc``; where a factor is
turned, what lies in memory is its transpose.
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Iterable

import numpy as np

from autograd.program.native.blas import addresses_in_numpy


def _stored(name: str, kind: str, value: str) -> str:
    return f"  %p_{name} = alloca {kind}\n  store {kind} {value}, ptr %p_{name}\n"


def _turned(name: str) -> str:
    """N or T for a factor."""
    lines = f"  %is_{name} = icmp ne i64 %{name}_turned, 0\n  %how_{name} = select i1 %is_{name}, i8 84, i8 78\n"
    return lines + _stored(f"how_{name}", "i8", f"%how_{name}")


# BLAS reads rows as columns: what it is to compute is Cᵀ = Bᵀ Aᵀ. It takes everything by reference; whole numbers are
# stored in 64 bits, of which a build that takes 32 reads the lower half, which comes first.
_PRODUCT = f"""
declare void @blas_KIND({", ".join(["ptr"] * 13)})
define internal void @KIND_product(
  i64 %m, i64 %n, i64 %k, ptr %a, i64 %lda, i64 %a_turned, ptr %b, i64 %ldb, i64 %b_turned, FLOAT %beta,
  ptr %c, i64 %ldc
) #0 {{
{"".join(_stored(name, "i64", f"%{name}") for name in ("m", "n", "k", "lda", "ldb", "ldc"))}
{_turned("a")}{_turned("b")}{_stored("alpha", "FLOAT", "1.0")}{_stored("beta", "FLOAT", "%beta")}
  call void @blas_KIND(ptr %p_how_b, ptr %p_how_a, ptr %p_n, ptr %p_m, ptr %p_k, ptr %p_alpha, ptr %b, ptr %p_ldb,
    ptr %a, ptr %p_lda, ptr %p_beta, ptr %c, ptr %p_ldc)
  ret void
}}
"""

_FUNCTION = """
declare void @numpy_NAME_KIND(ptr, ptr, ptr, ptr)
define internal void @KIND_NAME(ptr %out, ptr %x, i64 %n) #0 {
  %arrays = alloca [2 x ptr]
  store ptr %x, ptr %arrays
  %second = getelementptr ptr, ptr %arrays, i64 1
  store ptr %out, ptr %second
  %count = alloca i64
  store i64 %n, ptr %count
  %strides = alloca [2 x i64]
  store i64 SIZE, ptr %strides
  %other = getelementptr i64, ptr %strides, i64 1
  store i64 SIZE, ptr %other
  call void @numpy_NAME_KIND(ptr %arrays, ptr %count, ptr %strides, ptr null)
  ret void
}
"""


def called_in(text: str) -> list[tuple[str, str]]:
    """What a loop calls of NumPy's, and for which kind of floats."""
    return sorted({(name, kind) for kind, name in re.findall(r"\b(f4|f8)_(product|exp|tanh)\(", text)})


def written_for(calls: Iterable[tuple[str, str]]) -> str:
    """The calls as LLVM has them."""
    found = ""
    for name, kind in calls:
        text = _PRODUCT if name == "product" else _FUNCTION.replace("NAME", name).replace("SIZE", kind[1:])
        found += text.replace("KIND", kind).replace("FLOAT", "float" if kind == "f4" else "double")
    return found


def symbols_of(calls: Iterable[tuple[str, str]]) -> dict[str, int] | None:
    """Where NumPy has what is called; None where that is not known."""
    found = {}
    for name, kind in calls:
        if name == "product":
            both = addresses_in_numpy()
            symbol, address = f"blas_{kind}", both and both[kind == "f8"]
        else:
            symbol, address = f"numpy_{name}_{kind}", _address(getattr(np, name), kind)
        if not address:
            return None
        found[symbol] = address
    return found


class _Ufunc(ctypes.Structure):
    """A function as numpy/ufuncobject.h has it, after the head that all objects have."""

    _fields_ = (
        ("nin", ctypes.c_int), ("nout", ctypes.c_int), ("nargs", ctypes.c_int), ("identity", ctypes.c_int),
        ("functions", ctypes.POINTER(ctypes.c_void_p)), ("data", ctypes.POINTER(ctypes.c_void_p)),
        ("ntypes", ctypes.c_int), ("reserved", ctypes.c_int), ("name", ctypes.c_char_p),
    )  # fmt: skip


def _address(function: np.ufunc, kind: str) -> int | None:
    """A function's own loop over entries of one kind; None where that is shared, or not where it should be."""
    there = _Ufunc.from_address(id(function) + object.__basicsize__)
    if (there.nin, there.nout, there.nargs, there.ntypes) != (1, 1, 2, function.ntypes):
        return None
    if there.name != function.__name__.encode():
        return None
    letter = np.dtype(kind).char
    place = function.types.index(f"{letter}->{letter}")
    found: int | None = there.functions[place]
    return None if there.data[place] else found  # data says what is done by a loop that serves several functions
