"""What the native engine does to memory that it knows by address: matrix products, sums, softmax. Needs numba.

Addresses are whole numbers, so that one compiled loop serves arrays of any shape and any owner. Arrays are in C order.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from llvmlite import ir
from numba import carray, njit, types  # type: ignore[attr-defined]
from numba.core import cgutils
from numba.extending import intrinsic

from autograd.program.native.number_kernels import at

# No caches of their own: they are compiled into the interpreter, which has one.
options: dict[str, Any] = {"error_model": "numpy"}


def _pointer(kind: Any) -> Any:
    @intrinsic
    def pointer(_: Any, address: Any) -> Any:
        del address  # a type; numba goes by the name

        def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            return builder.inttoptr(args[0], context.get_value_type(signature.return_type))

        return types.CPointer(kind)(types.int64), generate  # type: ignore[no-untyped-call]

    return pointer


pointer_f4, pointer_f8 = _pointer(types.float32), _pointer(types.float64)
pointer_u1, pointer_i8 = _pointer(types.uint8), _pointer(types.int64)


def _product(kind: Any) -> Any:
    """A call of BLAS's gemm at an address, in Fortran's conventions: everything by reference."""

    @intrinsic
    def call(
        _: Any, gemm: Any, ta: Any, tb: Any, m: Any, n: Any, k: Any,
        alpha: Any, a: Any, lda: Any, b: Any, ldb: Any, beta: Any, c: Any, ldc: Any,
    ) -> Any:  # fmt: skip
        del gemm, ta, tb, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc  # types; numba goes by the names
        whole = types.int64
        signature = types.void(whole, *(whole,) * 5, kind, *(whole,) * 4, kind, whole, whole)

        def generate(_: Any, builder: Any, __: Any, args: Any) -> Any:
            byte, int32 = ir.IntType(8), ir.IntType(32)
            number = ir.FloatType() if kind is types.float32 else ir.DoubleType()

            def by_reference(value: Any, to: Any) -> Any:
                place = cgutils.alloca_once(builder, to)  # type: ignore[no-untyped-call]
                builder.store(builder.trunc(value, to) if isinstance(to, ir.IntType) else value, place)
                return place

            def array(value: Any) -> Any:
                return builder.inttoptr(value, number.as_pointer())

            gemm, ta, tb, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc = args
            given = [
                *(by_reference(x, byte) for x in (ta, tb)),
                *(by_reference(x, int32) for x in (m, n, k)),
                by_reference(alpha, number), array(a), by_reference(lda, int32), array(b), by_reference(ldb, int32),
                by_reference(beta, number), array(c), by_reference(ldc, int32),
            ]  # fmt: skip
            function = ir.FunctionType(ir.VoidType(), [x.type for x in given])
            builder.call(builder.inttoptr(gemm, function.as_pointer()), given)

        return signature, generate

    return call


_gemm_f4, _gemm_f8 = _product(types.float32), _product(types.float64)


def _multiplied(gemm_of_blas: Any, number: Any) -> Any:
    @njit(**options)  # type: ignore[untyped-decorator]
    def multiply(gemm: Any, m: Any, n: Any, k: Any, a: Any, a_turned: Any, b: Any, b_turned: Any, c: Any, alpha: Any,
                 beta: Any) -> None:  # fmt: skip
        # Fortran reads C's rows as columns: what it is to compute is Cᵀ = Bᵀ Aᵀ.
        ta, tb = (84 if a_turned else 78), (84 if b_turned else 78)  # "T" and "N"
        lda, ldb = (m if a_turned else k), (k if b_turned else n)
        gemm_of_blas(gemm, tb, ta, n, m, k, number(alpha), b, ldb, a, lda, number(beta), c, n)

    return multiply


multiply_f4, multiply_f8 = _multiplied(_gemm_f4, np.float32), _multiplied(_gemm_f8, np.float64)


def _for_kind(pointer: Any, number: Any) -> dict[str, Any]:
    """The loops for one kind of floating-point number."""

    @njit(**options)  # type: ignore[untyped-decorator]
    def fill(out: Any, value: Any, n: Any) -> None:
        o = carray(pointer(out), (n,))
        for i in range(n):
            o[at(i)] = value

    @njit(**options)  # type: ignore[untyped-decorator]
    def one(address: Any, i: Any) -> Any:
        return carray(pointer(address), (i + 1,))[at(i)]

    @njit(**options)  # type: ignore[untyped-decorator]
    def copy(out: Any, x: Any, n: Any) -> None:
        o, a = carray(pointer(out), (n,)), carray(pointer(x), (n,))
        for i in range(n):
            o[at(i)] = a[at(i)]

    @njit(**options)  # type: ignore[untyped-decorator]
    def narrow(out: Any, x: Any, n: Any) -> None:
        """Numbers to truth values."""
        o, a = carray(pointer_u1(out), (n,)), carray(pointer(x), (n,))
        for i in range(n):
            o[at(i)] = np.uint8(a[at(i)] != 0)

    @njit(**options)  # type: ignore[untyped-decorator]
    def read(x: Any, kind: Any, i: Any) -> Any:
        """One number of any kind: 0 and 1 for floats of 32 and 64 bits, 2 for truth values."""
        if kind == 0:
            return number(carray(pointer_f4(x), (i + 1,))[at(i)])
        if kind == 1:
            return number(carray(pointer_f8(x), (i + 1,))[at(i)])
        return number(carray(pointer_u1(x), (i + 1,))[at(i)])

    @njit(**options)  # type: ignore[untyped-decorator]
    def convert(out: Any, x: Any, kind: Any, start: Any, n: Any) -> None:
        """Numbers of any kind to this one."""
        o = carray(pointer(out), (n,))
        if kind == 0:
            a = carray(pointer_f4(x + 4 * start), (n,))
            for i in range(n):
                o[at(i)] = number(a[at(i)])
        elif kind == 1:
            b = carray(pointer_f8(x + 8 * start), (n,))
            for i in range(n):
                o[at(i)] = number(b[at(i)])
        else:
            c = carray(pointer_u1(x + start), (n,))
            for i in range(n):
                o[at(i)] = number(c[at(i)])

    @njit(**options)  # type: ignore[untyped-decorator]
    def sum_columns(out: Any, x: Any, rows: Any, columns: Any, count: Any) -> None:
        o, a = carray(pointer(out), (columns,)), carray(pointer(x), (rows, columns))
        for j in range(columns):
            o[at(j)] = 0
        for i in range(rows):
            for j in range(columns):
                o[at(j)] += a[at(i), at(j)]
        if count != 1:
            for j in range(columns):
                o[at(j)] /= number(count)

    @njit(fastmath={"reassoc"}, **options)  # type: ignore[untyped-decorator]
    def total(a: Any, start: Any, n: Any) -> Any:
        # In 64 bits, in whatever order is quickest; blocks keep rounding errors from growing with n.
        found = 0.0
        for i in range(n):
            found += np.float64(a[at(start + i)])
        return found

    @njit(**options)  # type: ignore[untyped-decorator]
    def sum_rows(out: Any, x: Any, rows: Any, columns: Any, count: Any) -> None:
        o, a = carray(pointer(out), (rows,)), carray(pointer(x), (rows * columns,))
        for i in range(rows):
            found = 0.0
            for j in range(0, columns, 1024):
                found += total(a, i * columns + j, min(1024, columns - j))
            o[at(i)] = number(found / count)

    @njit(**options)  # type: ignore[untyped-decorator]
    def largest(a: Any, i: Any, columns: Any) -> Any:
        top = a[at(i), at(0)]
        for j in range(1, columns):
            x = a[at(i), at(j)]
            if x > top or x != x:
                top = x
        return top

    @njit(**options)  # type: ignore[untyped-decorator]
    def softmax(out: Any, x: Any, rows: Any, columns: Any) -> None:
        o, a = carray(pointer(out), (rows, columns)), carray(pointer(x), (rows, columns))
        for i in range(rows):
            top = largest(a, i, columns)
            if not math.isfinite(top):  # no number to subtract from others
                top = number(0)
            found = number(0)
            for j in range(columns):
                e = math.exp(a[at(i), at(j)] - top)
                o[at(i), at(j)] = e
                found += e
            for j in range(columns):
                o[at(i), at(j)] /= found

    @njit(**options)  # type: ignore[untyped-decorator]
    def cross_entropy(out: Any, x: Any, targets: Any, rows: Any, columns: Any) -> None:
        """ln Σ exp x − x of the class, for each row; the largest, whose exponential is 1, is left to log1p."""
        o, a = carray(pointer(out), (rows,)), carray(pointer(x), (rows, columns))
        t = carray(pointer_i8(targets), (rows,))
        for i in range(rows):
            top = largest(a, i, columns)
            if not math.isfinite(top):
                top = number(0)
            others, ones = number(0), number(-1)
            for j in range(columns):
                shifted = a[at(i), at(j)] - top
                if shifted == 0:
                    ones += number(1)
                else:
                    others += math.exp(shifted)
            o[at(i)] = math.log1p(others + ones) - (a[at(i), at(t[at(i)])] - top)

    return {
        "fill": fill, "one": one, "copy": copy, "narrow": narrow, "read": read, "convert": convert,
        "sum_columns": sum_columns, "sum_rows": sum_rows, "softmax": softmax, "cross_entropy": cross_entropy,
    }  # fmt: skip


LOOPS = {"f4": _for_kind(pointer_f4, np.float32), "f8": _for_kind(pointer_f8, np.float64)}


@njit(**options)  # type: ignore[untyped-decorator]
def one_hot(out: Any, targets: Any, rows: Any, columns: Any) -> None:
    """True at each row's class."""
    o, t = carray(pointer_u1(out), (rows, columns)), carray(pointer_i8(targets), (rows,))
    for i in range(rows):
        for j in range(columns):
            o[at(i), at(j)] = np.uint8(t[at(i)] == j)


@njit(**options)  # type: ignore[untyped-decorator]
def in_range(targets: Any, rows: Any, columns: Any) -> Any:
    """Whether every row's class is a column."""
    t = carray(pointer_i8(targets), (rows,))
    found = True
    for i in range(rows):
        found = found and 0 <= t[at(i)] < columns
    return found


def addresses_of_gemm() -> tuple[int, int] | None:
    """Where SciPy's BLAS has its products of 32-bit and of 64-bit floats; None without SciPy."""
    try:
        from numba.extending import get_cython_function_address
        from scipy.linalg import cython_blas
    except ImportError:
        return None
    if any(" int *" not in str(cython_blas.__pyx_capi__[name]) for name in ("sgemm", "dgemm")):
        return None  # a build with 64-bit whole numbers
    return tuple(get_cython_function_address("scipy.linalg.cython_blas", name) for name in ("sgemm", "dgemm"))  # type: ignore[return-value]
