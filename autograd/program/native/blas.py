"""The BLAS that the native engine calls: where it is, and how machine code calls its products."""

from __future__ import annotations

import ctypes

from autograd.rules.lapack import function_of_numpy


def gemm(kind: str) -> str:
    """A call of BLAS's gemm at an address, in Fortran's conventions: everything by reference.

    Whole numbers are stored in 64 bits, of which a build that takes 32 reads the lower half, which comes first.
    """
    number = "float" if kind == "f4" else "double"
    names = ("ta", "tb", "m", "n", "k", "alpha", "a", "lda", "b", "ldb", "beta", "c", "ldc")
    kinds = {"ta": "i8", "tb": "i8", "alpha": number, "beta": number} | dict.fromkeys("abc", "ptr")
    lines = ["  %gemm = inttoptr i64 %at to ptr"]
    given = []
    for name in names:
        to = kinds.get(name, "i64")
        if to == "ptr":
            lines.append(f"  %p_{name} = inttoptr i64 %{name} to ptr")
        else:
            value = f"%{name}"
            if to == "i8":
                lines.append(f"  %t_{name} = trunc i64 %{name} to i8")
                value = f"%t_{name}"
            lines += [f"  %p_{name} = alloca {to}", f"  store {to} {value}, ptr %p_{name}"]
        given.append(f"ptr %p_{name}")
    parameters = ", ".join(f"{number if name in ('alpha', 'beta') else 'i64'} %{name}" for name in names)
    lines += [f"  call void %gemm({', '.join(given)})", "  ret void"]
    body = "\n".join(lines)
    return f"define internal void @gemm(i64 %at, {parameters}) #0 {{\n{body}\n}}\n"


def addresses_in_numpy() -> tuple[int, int] | None:
    """Where the BLAS that NumPy itself calls has products of 32-bit and of 64-bit floats; None where it has none."""
    found = [function_of_numpy(name) for name in ("sgemm", "dgemm")]
    if None in found:
        return None
    single, double = (ctypes.cast(function, ctypes.c_void_p).value or 0 for function in found)
    return single, double


def addresses_of_gemm() -> tuple[int, int] | None:
    """Where BLAS has its products of 32-bit and of 64-bit floats; None where none is found.

    It is NumPy's own, which is loaded already (SciPy's takes a hundred milliseconds), or else SciPy's.
    """
    found = addresses_in_numpy()
    if found is not None:
        return found
    try:
        from scipy.linalg import cython_blas
    except ImportError:
        return None
    single, double = (_address_in(cython_blas.__pyx_capi__[name]) for name in ("sgemm", "dgemm"))
    return single, double


def _address_in(capsule: object) -> int:
    """What a capsule of Cython's holds."""
    name, pointer = ctypes.pythonapi.PyCapsule_GetName, ctypes.pythonapi.PyCapsule_GetPointer
    name.restype, name.argtypes = ctypes.c_char_p, (ctypes.py_object,)
    pointer.restype, pointer.argtypes = ctypes.c_void_p, (ctypes.py_object, ctypes.c_char_p)
    found: int = pointer(capsule, name(capsule))
    return found
