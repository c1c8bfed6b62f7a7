"""Flushing denormal numbers to zero, on processors that can: a number below 2.2e-308 then counts as 0. Needs numba.

Such numbers take many times longer on some processors. Flushing changes results (by less than 2.2e-308 at a time), so
it is off unless asked for, and holds for one run only: the processor's control word is put back after it.
"""

from __future__ import annotations

import platform
from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

# Flush results to zero (bit 15), take operands that are denormal for zero (bit 6):
# Intel, "Software Developer's Manual", vol. 1, §10.2.3.
_FLUSH = 0x8040

AVAILABLE = platform.machine().lower() in ("x86_64", "amd64")


def _control_word(builder: Any) -> tuple[Any, Any, Any]:
    word = ir.IntType(32)
    slot = builder.alloca(word)
    pointer = builder.bitcast(slot, ir.IntType(8).as_pointer())
    kind = ir.FunctionType(ir.VoidType(), [ir.IntType(8).as_pointer()])
    return slot, pointer, kind


@intrinsic
def flush_denormals(typing: Any, flush: Any) -> Any:  # noqa: ARG001 - numba's own parameters
    """Start flushing where ``flush``; returns the control word to put back."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:  # noqa: ARG001
        slot, pointer, kind = _control_word(builder)
        builder.store(ir.Constant(ir.IntType(32), 0), slot)
        if AVAILABLE:
            with builder.if_then(args[0]):
                store = builder.module.declare_intrinsic("llvm.x86.sse.stmxcsr", (), kind)
                load = builder.module.declare_intrinsic("llvm.x86.sse.ldmxcsr", (), kind)
                builder.call(store, [pointer])
                before = builder.load(slot)
                builder.store(builder.or_(before, ir.Constant(ir.IntType(32), _FLUSH)), slot)
                builder.call(load, [pointer])
                builder.store(before, slot)
        return builder.load(slot)

    return types.uint32(types.boolean), generate


@intrinsic
def restore_denormals(typing: Any, flush: Any, control: Any) -> Any:  # noqa: ARG001
    """Put the control word back where ``flush``."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:  # noqa: ARG001
        if AVAILABLE:
            slot, pointer, kind = _control_word(builder)
            with builder.if_then(args[0]):
                builder.store(args[1], slot)
                load = builder.module.declare_intrinsic("llvm.x86.sse.ldmxcsr", (), kind)
                builder.call(load, [pointer])
        return context.get_dummy_value()

    return types.void(types.boolean, types.uint32), generate
