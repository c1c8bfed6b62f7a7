"""The ways from Python into machine code: functions of CPython's kind, which look at arrays where they are.

A call through ctypes would take longer than a small program. An object's head is followed, in NumPy's arrays, by the
address of the data, the number of axes, the addresses of their lengths and strides, the base, the dtype and the flags:
the C interface, which extension modules are compiled against.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any, Final

import numpy as np

_HEAD: Final = object.__basicsize__
_FASTCALL: Final = 0x80
_WORDS: Final = 9

# Of what a program is given: code, memory, how many numbers go in and come out, whether denormals are flushed; and
# what is compared or raised: NumPy's class of arrays, the dtype, the exception; and the table of instructions.
_ARRAY = f"""
define internal i1 @is_plain(ptr %x, i64 %size, ptr %state) #1 {{
  %at_class = getelementptr i8, ptr %x, i64 {_HEAD - 8}
  %class = load i64, ptr %at_class
  %at_meant = getelementptr i64, ptr %state, i64 5
  %meant = load i64, ptr %at_meant
  %same = icmp eq i64 %class, %meant
  br i1 %same, label %array, label %other
other:
  ret i1 false
array:
  %at_axes = getelementptr i8, ptr %x, i64 {_HEAD + 8}
  %axes = load i32, ptr %at_axes
  %one = icmp eq i32 %axes, 1
  br i1 %one, label %row, label %other
row:
  %at_lengths = getelementptr i8, ptr %x, i64 {_HEAD + 16}
  %lengths = load ptr, ptr %at_lengths
  %length = load i64, ptr %lengths
  %fits = icmp eq i64 %length, %size
  %at_kind = getelementptr i8, ptr %x, i64 {_HEAD + 40}
  %kind = load i64, ptr %at_kind
  %at_double = getelementptr i64, ptr %state, i64 6
  %double = load i64, ptr %at_double
  %right = icmp eq i64 %kind, %double
  %at_flags = getelementptr i8, ptr %x, i64 {_HEAD + 48}
  %flags = load i32, ptr %at_flags
  %kept = and i32 %flags, 257
  %orderly = icmp eq i32 %kept, 257
  %a = and i1 %fits, %right
  %b = and i1 %a, %orderly
  ret i1 %b
}}
"""

NUMBERS: Final = f"""
declare ptr @PyFloat_FromDouble(double)
declare void @PyErr_SetString(ptr, ptr)
@refused = internal constant [40 x i8] c"expected arrays of float64 without gaps\\00"
{_ARRAY}
define ptr @run(ptr %self, ptr %arguments, i64 %count) #0 {{
  %at_state = getelementptr i8, ptr %self, i64 {_HEAD}
  %state = load ptr, ptr %at_state
  %two = icmp eq i64 %count, 2
  br i1 %two, label %given, label %refuse
refuse:
  %at_error = getelementptr ptr, ptr %state, i64 7
  %error = load ptr, ptr %at_error
  call void @PyErr_SetString(ptr %error, ptr @refused)
  ret ptr null
given:
  %x = load ptr, ptr %arguments
  %at_results = getelementptr ptr, ptr %arguments, i64 1
  %results = load ptr, ptr %at_results
  %at_inputs = getelementptr i64, ptr %state, i64 2
  %inputs = load i64, ptr %at_inputs
  %at_outputs = getelementptr i64, ptr %state, i64 3
  %outputs = load i64, ptr %at_outputs
  %x_fits = call i1 @is_plain(ptr %x, i64 %inputs, ptr %state)
  %results_fit = call i1 @is_plain(ptr %results, i64 %outputs, ptr %state)
  %fit = and i1 %x_fits, %results_fit
  br i1 %fit, label %go, label %refuse
go:
  %code = load ptr, ptr %state
  %at_m = getelementptr ptr, ptr %state, i64 1
  %m = load ptr, ptr %at_m
  %at_flush = getelementptr i64, ptr %state, i64 4
  %flush = load i64, ptr %at_flush
  %at_x = getelementptr i8, ptr %x, i64 {_HEAD}
  %from = load ptr, ptr %at_x
  %at_r = getelementptr i8, ptr %results, i64 {_HEAD}
  %to = load ptr, ptr %at_r
  %bytes = mul i64 %inputs, 8
  call void @llvm.memcpy.p0.p0.i64(ptr %m, ptr %from, i64 %bytes, i1 false)
  %after = add i64 %outputs, 1
  %start = getelementptr i32, ptr %code, i64 %after
  %at_table = getelementptr ptr, ptr %state, i64 8
  %table = load ptr, ptr %at_table
  %op = load i32, ptr %start
  %op_wide = zext i32 %op to i64
  %at_function = getelementptr ptr, ptr %table, i64 %op_wide
  %function = load ptr, ptr %at_function
  %exact = icmp eq i64 %flush, 0
  br i1 %exact, label %plain, label %flushed
plain:
  call void %function(ptr %start, ptr %m, ptr %table)
  br label %results_of
flushed:
  %before = call i32 @flush_denormals()
  call void %function(ptr %start, ptr %m, ptr %table)
  call void @restore_denormals(i32 %before)
  br label %results_of
results_of:
  %any = icmp sgt i64 %outputs, 0
  br i1 %any, label %copy, label %done
copy:
  %i = phi i64 [ 0, %results_of ], [ %next, %copy ]
  %next = add i64 %i, 1
  %at_place = getelementptr i32, ptr %code, i64 %next
  %place = load i32, ptr %at_place
  %wide = zext i32 %place to i64
  %at_number = getelementptr double, ptr %m, i64 %wide
  %number = load double, ptr %at_number
  %at_result = getelementptr double, ptr %to, i64 %i
  store double %number, ptr %at_result
  %more = icmp slt i64 %next, %outputs
  br i1 %more, label %copy, label %done
done:
  %first = load i32, ptr %code
  %first_wide = zext i32 %first to i64
  %at_first = getelementptr double, ptr %m, i64 %first_wide
  %value = load double, ptr %at_first
  %found = call ptr @PyFloat_FromDouble(double %value)
  ret ptr %found
}}
declare void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1)
"""

# Is given where to start, and arrays, whose addresses go where the words before that place say.
ARRAYS: Final = f"""
declare ptr @PyLong_AsVoidPtr(ptr)
declare ptr @PyLong_FromLong(i64)
define ptr @run(ptr %self, ptr %arguments, i64 %count) #0 {{
entry:
  %at_state = getelementptr i8, ptr %self, i64 {_HEAD}
  %state = load ptr, ptr %at_state
  %w = load ptr, ptr %state
  %at_n = getelementptr ptr, ptr %state, i64 1
  %n = load ptr, ptr %at_n
  %given = load ptr, ptr %arguments
  %start = call ptr @PyLong_AsVoidPtr(ptr %given)
  %place = ptrtoint ptr %start to i64
  br label %next
next:
  %i = phi i64 [ 1, %entry ], [ %after, %array ]
  %more = icmp slt i64 %i, %count
  br i1 %more, label %array, label %all
array:
  %at_x = getelementptr ptr, ptr %arguments, i64 %i
  %x = load ptr, ptr %at_x
  %at_data = getelementptr i8, ptr %x, i64 {_HEAD}
  %data = load i64, ptr %at_data
  %before = sub i64 %place, %i
  %at_where = getelementptr i64, ptr %w, i64 %before
  %where = load i64, ptr %at_where
  %at_word = getelementptr i64, ptr %w, i64 %where
  store i64 %data, ptr %at_word
  %after = add i64 %i, 1
  br label %next
all:
  %found = call i64 @interpret(ptr %w, ptr %n, i64 %place)
  %object = call ptr @PyLong_FromLong(i64 %found)
  ret ptr %object
}}
"""


class _Method(ctypes.Structure):
    _fields_ = (
        ("name", ctypes.c_char_p), ("function", ctypes.c_void_p), ("flags", ctypes.c_int), ("doc", ctypes.c_char_p)
    )  # fmt: skip


def method(address: int) -> Callable[[Any], Callable[..., Any]]:
    """The machine code at an address as a function, from the array that it works with to a function of Python."""
    described = _Method(b"run", address, _FASTCALL, None)
    make = ctypes.PYFUNCTYPE(ctypes.py_object, ctypes.c_void_p, ctypes.py_object, ctypes.c_void_p)(
        ("PyCFunction_NewEx", ctypes.pythonapi)
    )

    def bound(state: Any) -> Callable[..., Any]:
        found: Callable[..., Any] = make(ctypes.addressof(described), state, None)
        return found

    return bound


def block_of_numbers(code: Any, size: int, table: Any, inputs: int, outputs: int, flush: bool) -> tuple[Any, Any]:
    """What the function of a program of numbers works with, in one array that keeps all of it; and its memory in that.

    Args:
        code: The bytecode.
        size: How many numbers the memory holds.
        table: The addresses of the instructions.
        inputs: How many numbers go in.
        outputs: How many come out, beside the first.
        flush: Whether denormals are flushed to zero.
    """
    words = (len(code) + 1) // 2
    block = np.zeros(_WORDS + words + size, np.int64)
    block[_WORDS : _WORDS + words].view(np.uint32)[: len(code)] = code
    first, eight = block.ctypes.data, block.itemsize
    compared = id(np.ndarray), id(np.dtype(np.float64)), id(TypeError)
    addresses = first + eight * _WORDS, first + eight * (_WORDS + words)
    block[:_WORDS] = *addresses, inputs, outputs, flush, *compared, table.ctypes.data
    return block, block[_WORDS + words :].view(np.float64)
